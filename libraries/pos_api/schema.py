"""Tables of the store and what a new one is filled with: a coffee shop of ordinary size."""

import sqlite3

SCHEMA_VERSION = 2
"""Written into the file, so that a server does not work on tables of another version."""

# What clients see the numbers of is counted on: a number that was removed is not given away again.
_TABLES = """
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0)
);
CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL);
CREATE TABLE payment_methods (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    provider TEXT,
    currencies TEXT NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    employee_id INTEGER NOT NULL REFERENCES employees,
    table_name TEXT,
    note TEXT,
    total_cents INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    load_run TEXT,
    request_id TEXT
);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,
    line INTEGER NOT NULL,
    product_id INTEGER NOT NULL REFERENCES products,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, line)
) WITHOUT ROWID;
CREATE TABLE payment_intents (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    description TEXT,
    client_secret TEXT NOT NULL,
    created INTEGER NOT NULL,
    idempotency_key TEXT,
    load_run TEXT,
    request_id TEXT
);
CREATE UNIQUE INDEX payment_intents_by_key ON payment_intents (idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE TABLE open_banking_payments (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at TEXT NOT NULL,
    load_run TEXT,
    request_id TEXT
);
CREATE TABLE clock_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    employee_id INTEGER NOT NULL REFERENCES employees,
    clocked_in_at TEXT NOT NULL,
    load_run TEXT,
    request_id TEXT
);
CREATE INDEX orders_by_run ON orders (load_run) WHERE load_run IS NOT NULL;
CREATE INDEX payment_intents_by_run ON payment_intents (load_run) WHERE load_run IS NOT NULL;
CREATE INDEX open_banking_payments_by_run ON open_banking_payments (load_run)
    WHERE load_run IS NOT NULL;
CREATE INDEX clock_ins_by_run ON clock_ins (load_run) WHERE load_run IS NOT NULL;
"""

_PRODUCTS = {
    "coffee": {
        "Espresso": 240, "Double Espresso": 310, "Ristretto": 250, "Lungo": 280,
        "Americano": 310, "Macchiato": 290, "Cortado": 330, "Cappuccino": 370,
        "Flat White": 390, "Caffe Latte": 390, "Latte Macchiato": 410, "Vanilla Latte": 450,
        "Mocha": 460, "Filter Coffee": 290, "Pour-Over": 430, "Cold Brew": 440,
        "Iced Latte": 440, "Affogato": 520,
    },
    "tea": {
        "English Breakfast": 320, "Earl Grey": 320, "Green Sencha": 340, "Peppermint": 320,
        "Rooibos": 320, "Chai Latte": 430, "Matcha Latte": 470, "Iced Peach Tea": 390,
    },
    "cold drinks": {
        "Still Water": 220, "Sparkling Water": 220, "Orange Juice": 420, "Apple Juice": 350,
        "Rhubarb Spritzer": 390, "Lemonade": 380, "Berry Smoothie": 540,
    },
    "bakery": {
        "Croissant": 260, "Almond Croissant": 340, "Pain au Chocolat": 310,
        "Cinnamon Roll": 360, "Banana Bread": 380, "Blueberry Muffin": 350,
        "Carrot Cake": 450, "Cheesecake": 480, "Brownie": 360, "Oat Cookie": 240,
    },
    "kitchen": {
        "Avocado Toast": 850, "Cheese Toastie": 690, "Granola Bowl": 720, "Tomato Soup": 650,
        "Quiche": 680,
    },
    "to take home": {"House Blend 250 g": 990, "Single Origin 250 g": 1290},
}  # fmt: skip

_EMPLOYEES = {
    "Amira Haddad": "manager", "Ben Okafor": "shift lead", "Clara Jansen": "shift lead",
    "Dario Conti": "barista", "Elif Yildiz": "barista", "Finn Larsen": "barista",
    "Grace Murphy": "barista", "Hugo Petit": "barista", "Ines Costa": "till",
    "Jonas Weber": "till", "Kaja Novak": "kitchen", "Liam Walsh": "kitchen",
}  # fmt: skip

_PAYMENT_METHODS = (
    ("cash", "Cash", None, "eur"),
    ("card", "Card", "stripe", "eur,gbp,usd,chf"),
    ("open_banking", "Bank transfer by QR code", "open-banking", "eur"),
)


def create_tables(connection: sqlite3.Connection) -> None:
    """Make the tables and fill in products, employees and payment methods, all or nothing."""
    connection.executescript(f"BEGIN; {_TABLES}")
    connection.executemany(
        "INSERT INTO products (name, category, price_cents) VALUES (?, ?, ?)",
        [
            (name, category, price)
            for category, prices in _PRODUCTS.items()
            for name, price in prices.items()
        ],
    )
    connection.executemany("INSERT INTO employees (name, role) VALUES (?, ?)", _EMPLOYEES.items())
    connection.executemany("INSERT INTO payment_methods VALUES (?, ?, ?, ?)", _PAYMENT_METHODS)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
