"""Orders: checked, priced by the server, stored with their lines, and read back."""

import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pos_api.catalogue import Catalogue, Product, page_of
from pos_api.errors import ApiError, json_response
from pos_api.faults import Faults
from pos_api.fields import Fields, read_fields
from pos_api.origin import origin_of
from pos_api.staff import Staff
from pos_api.storage import Database, Row, now_text

_FIELDS = ("items", "employee_id", "table", "note")
_MOST_LINES = 50
_LARGEST_QUANTITY = 100
_LARGEST_ID = 999_999_999
_MOST_DIGITS = 15  # SQLite's integers end at 19; no shop gets that far.

_LATEST = (
    "SELECT id, employee_id, table_name, note, total_cents, created_at FROM orders "
    "ORDER BY id DESC LIMIT ? OFFSET ?"
)
_ONE = "SELECT id, employee_id, table_name, note, total_cents, created_at FROM orders WHERE id = ?"
# A page's orders stand in a row, and a removed order's lines are gone with it: between the first
# id and the last there are no other lines, whatever gaps there are.
_LINES = (
    "SELECT order_id, product_id, quantity, unit_price_cents FROM order_lines "
    "WHERE order_id BETWEEN ? AND ? ORDER BY order_id, line"
)
_INSERT = (
    "INSERT INTO orders "
    "(employee_id, table_name, note, total_cents, created_at, load_run, request_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_LINE = (
    "INSERT INTO order_lines (order_id, product_id, quantity, unit_price_cents, line) "
    "VALUES (?, ?, ?, ?, ?)"
)


Announce = Callable[[Mapping[str, object]], None]


@dataclass(frozen=True)
class _Line:
    product: Product
    quantity: int

    def row(self, order_id: int) -> Row:
        """The line as `_LINES` reads it."""
        return (order_id, self.product.id, self.quantity, self.product.price_cents)


class Orders:
    """The endpoints of orders. Money is in euro cents, whole numbers throughout."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        staff: Staff,
        announce: Announce,
        faults: Faults,
    ) -> None:
        self._database = database
        self._announce = announce
        self._products = catalogue.products
        self._staff = staff
        self._faults = faults

    async def create(self, request: Request) -> Response:
        """``POST /api/orders``: store an order; prices are the catalogue's, never the client's."""
        fields = await read_fields(request, _FIELDS)
        lines = [self._read_line(item) for item in _read_items(fields)]
        employee_id = self._staff.read_employee(fields)
        table, note = fields.optional_text("table", 20), fields.optional_text("note", 280)
        total = sum(line.product.price_cents * line.quantity for line in lines)
        values = (employee_id, table, note, total, now_text())
        number = await self._store((*values, *origin_of(request)), lines)
        order = self._present((number, *values), [line.row(number) for line in lines])
        return json_response(order, 201, {"Location": f"/api/orders/{number}"})

    async def list_latest(self, request: Request) -> Response:
        """``GET /api/orders?limit=…&offset=…``: the latest orders first.

        There is no total, which would have to be counted over all orders at each request;
        ``has_more`` says whether another page follows.
        """
        limit, offset = page_of(request)
        rows = self._database.read(_LATEST, (limit + 1, offset))
        body = {
            "orders": self._with_lines(rows[:limit]),
            "limit": limit,
            "offset": offset,
            "has_more": len(rows) > limit,
        }
        return json_response(body)

    async def read_one(self, request: Request) -> Response:
        """``GET /api/orders/{order_id}``: where the ``Location`` of a new order leads."""
        text = request.path_params["order_id"]
        rows: list[Row] = []
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            rows = self._database.read(_ONE, (int(text),))
        if not rows:
            raise ApiError(404, "unknown_order", f"There is no order {text[:40]!r}.")
        return json_response(self._with_lines(rows)[0])

    async def _store(self, row: Row, lines: Sequence[_Line]) -> int:
        if random.random() < self._faults.lose_orders:
            return await self._database.write(lambda some: _insert_and_lose(some, row, lines))
        number = await self._database.write(lambda some: _insert(some, row, lines))
        *_, total_cents, created_at, _, request_id = row
        event = {
            "event": "order_created",
            "id": number,
            "total_cents": total_cents,
            "created_at": created_at,
            "request_id": request_id,
        }
        self._announce(event)
        return number

    def _read_line(self, item: Fields) -> _Line:
        product_id = item.integer("product_id", 1, _LARGEST_ID)
        quantity = item.integer("quantity", 1, _LARGEST_QUANTITY)
        product = self._products.get(product_id)
        if product is None:
            field = item.path_of("product_id")
            message = f"{field} {product_id} is not sold here; GET /api/products lists what is."
            raise ApiError(422, "unknown_product", message, field=field)
        return _Line(product, quantity)

    def _with_lines(self, orders: Sequence[Row]) -> list[dict[str, Any]]:
        if not orders:
            return []
        lines: dict[int, list[Row]] = {order[0]: [] for order in orders}
        for row in self._database.read(_LINES, (orders[-1][0], orders[0][0])):
            lines[row[0]].append(row)
        return [self._present(order, lines[order[0]]) for order in orders]

    def _present(self, order: Row, lines: Sequence[Row]) -> dict[str, Any]:
        number, employee_id, table, note, total_cents, created_at = order
        return {
            "id": number,
            "employee_id": employee_id,
            "table": table,
            "note": note,
            "items": [self._present_line(*line) for line in lines],
            "total_cents": total_cents,
            "currency": "eur",
            "created_at": created_at,
        }

    def _present_line(
        self, _order: int, product_id: int, quantity: int, price: int
    ) -> dict[str, Any]:
        return {
            "product_id": product_id,
            "name": self._products[product_id].name,
            "quantity": quantity,
            "unit_price_cents": price,
            "total_cents": quantity * price,
        }


def _read_items(fields: Fields) -> list[Fields]:
    return fields.objects("items", _MOST_LINES, ("product_id", "quantity"))


def _insert(connection: sqlite3.Connection, row: Row, lines: Sequence[_Line]) -> int:
    number = connection.execute(_INSERT, row).lastrowid
    assert number is not None  # an INSERT has just been made
    rows = [(*line.row(number), index) for index, line in enumerate(lines, start=1)]
    connection.executemany(_INSERT_LINE, rows)
    return number


def _insert_and_lose(connection: sqlite3.Connection, row: Row, lines: Sequence[_Line]) -> int:
    """The fault of a shop that accepts an order and forgets it."""
    number = _insert(connection, row, lines)
    connection.execute("DELETE FROM orders WHERE id = ?", (number,))
    return number
