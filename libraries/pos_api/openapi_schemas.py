"""The shapes of bodies in the OpenAPI document, as JSON Schemas with examples."""

from collections.abc import Collection
from typing import Any

Schema = dict[str, Any]

_LARGEST_ID = 999_999_999


def _object(
    properties: dict[str, Schema], *, optional: Collection[str] = (), example: Any = None
) -> Schema:
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    if example is not None:
        schema["examples"] = [example]
    return schema


def _list_of(name: str, **limits: int) -> Schema:
    return {"type": "array", "items": reference(name), **limits}


def _whole(lowest: int, highest: int | None = None, description: str = "") -> Schema:
    schema: Schema = {"type": "integer", "minimum": lowest}
    if highest is not None:
        schema["maximum"] = highest
    if description:
        schema["description"] = description
    return schema


def _text(longest: int, description: str = "") -> Schema:
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {**schema, "description": description} if description else schema


def _words(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def _nullable(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def reference(name: str) -> Schema:
    """A reference to the schema of that name in this document."""
    return {"$ref": f"#/components/schemas/{name}"}


_STRING: Schema = {"type": "string"}
_TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2025-01-31T08:15:00.123Z"]}
_ID = _whole(1, _LARGEST_ID)
_AMOUNT = _whole(1, 99_999_999, "In minor units: 1250 is 12.50 EUR.")
_CARD_CURRENCY: Schema = {
    "type": "string",
    "pattern": "^([eE][uU][rR]|[gG][bB][pP]|[uU][sS][dD]|[cC][hH][fF])$",
    "description": "eur, gbp, usd or chf, in small or capital letters.",
}
_EURO: Schema = {"type": "string", "pattern": "^[eE][uU][rR]$", "description": "eur or EUR."}
_PAGE = {"limit": _whole(1, 100), "offset": _whole(0)}


def schemas() -> dict[str, Schema]:
    """Every schema of the document, by name."""
    return {**_general(), **_shop(), **_orders(), **_payments()}


def _general() -> dict[str, Schema]:
    error = {
        "code": {**_STRING, "description": "For programs: does not change."},
        "message": {**_STRING, "description": "For people: one plain sentence."},
        "field": {**_STRING, "description": "The member or parameter to blame."},
        "type": {**_STRING, "description": "Card payments only, as Stripe has it."},
        "param": {**_STRING, "description": "Card payments only, as Stripe has it."},
    }
    count = {"method": _STRING, "route": _STRING, "status": _whole(100, 599), "count": _whole(1)}
    return {
        "Error": _object({"error": _object(error, optional=("field", "type", "param"))}),
        "Credentials": _object(
            {"username": _text(256), "password": {**_text(256), "format": "password"}},
            example={"username": "till-1", "password": "the password of this till"},
        ),
        "Token": _object(
            {
                "access_token": _STRING,
                "token_type": {"const": "Bearer"},
                "expires_in": _whole(1, description="Seconds."),
            }
        ),
        "Health": _object(
            {
                "status": {"const": "ok"},
                "database": {"const": "ok"},
                "version": _STRING,
                "uptime_s": {"type": "number", "minimum": 0},
            }
        ),
        "Metrics": _object(
            {"total": _whole(0), "requests": {"type": "array", "items": _object(count)}}
        ),
        "WebSocketHealth": _object(
            {
                "status": {"const": "ok"},
                "path": _STRING,
                "connections": _whole(0, description="Open now."),
                "accepted_total": _whole(0),
                "refused_total": _whole(0),
                "messages_total": _whole(0, description="Received since the start."),
            }
        ),
    }


def _shop() -> dict[str, Schema]:
    clock_in = {"employee_id": _ID}
    return {
        "Product": _object(
            {"id": _ID, "name": _STRING, "category": _STRING, "price_cents": _whole(1)},
            example={"id": 1, "name": "Espresso", "category": "coffee", "price_cents": 240},
        ),
        "ProductPage": _object({"products": _list_of("Product"), "total": _whole(0), **_PAGE}),
        "Employee": _object(
            {"id": _ID, "name": _STRING, "role": _STRING},
            example={"id": 1, "name": "Amira Haddad", "role": "manager"},
        ),
        "EmployeeList": _object({"employees": _list_of("Employee"), "total": _whole(0)}),
        "NewClockIn": _object(clock_in, example={"employee_id": 4}),
        "ClockIn": _object({"id": _whole(1), **clock_in, "clocked_in_at": _TIME}),
    }


def _orders() -> dict[str, Schema]:
    item = {"product_id": _ID, "quantity": _whole(1, 100)}
    line = {**item, "name": _STRING, "unit_price_cents": _whole(1), "total_cents": _whole(1)}
    return {
        "NewOrderItem": _object(item, example={"product_id": 8, "quantity": 2}),
        "NewOrder": _object(
            {
                "items": _list_of("NewOrderItem", minItems=1, maxItems=50),
                "employee_id": _ID,
                "table": _nullable(_text(20)),
                "note": _nullable(_text(280)),
            },
            optional=("table", "note"),
            example={
                "items": [{"product_id": 8, "quantity": 2}, {"product_id": 34, "quantity": 1}],
                "employee_id": 4,
                "table": "T7",
                "note": "oat milk, please",
            },
        ),
        "OrderItem": _object(line),
        "Order": _object(
            {
                "id": _whole(1),
                "employee_id": _ID,
                "table": _nullable(_STRING),
                "note": _nullable(_STRING),
                "items": _list_of("OrderItem"),
                "total_cents": _whole(1),
                "currency": {"const": "eur"},
                "created_at": _TIME,
            }
        ),
        "OrderPage": _object(
            {"orders": _list_of("Order"), **_PAGE, "has_more": {"type": "boolean"}}
        ),
    }


def _payments() -> dict[str, Schema]:
    method = {
        "id": _words("cash", "card", "open_banking"),
        "name": _STRING,
        "provider": _nullable(_STRING),
        "currencies": {"type": "array", "items": _STRING},
    }
    return {
        "PaymentMethod": _object(method),
        "PaymentMethodList": _object({"methods": _list_of("PaymentMethod"), "total": _whole(0)}),
        "NewPaymentIntent": _object(
            {
                "amount": _AMOUNT,
                "currency": _CARD_CURRENCY,
                "description": _nullable(_text(200)),
            },
            optional=("description",),
            example={"amount": 1250, "currency": "eur", "description": "Table 7"},
        ),
        "PaymentIntent": _payment_intent(),
        "NewQrPayment": _object(
            {"amount": _AMOUNT, "currency": _EURO, "reference": _text(140)},
            example={"amount": 1250, "currency": "EUR", "reference": "Order 4711"},
        ),
        "QrPayment": _object(
            {
                "payment_id": {"type": "string", "pattern": "^ob_[0-9a-f]{24}$"},
                "amount": _AMOUNT,
                "currency": {"const": "eur"},
                "reference": _STRING,
                "status": {"const": "awaiting_payment"},
                "payload": {**_STRING, "description": "The text in the code, as EPC069-12 says."},
                "qr_url": {**_STRING, "description": "Path of the picture, rendered when fetched."},
                "created_at": _TIME,
            }
        ),
    }


def _payment_intent() -> Schema:
    return _object(
        {
            "id": {"type": "string", "pattern": "^pi_[0-9a-f]{24}$"},
            "object": {"const": "payment_intent"},
            "amount": _AMOUNT,
            "amount_received": _whole(0),
            "capture_method": {"const": "automatic"},
            "client_secret": {"type": "string", "pattern": "^pi_[0-9a-f]{24}_secret_"},
            "created": _whole(0, description="Seconds since 1970."),
            "currency": _words("eur", "gbp", "usd", "chf"),
            "description": _nullable(_STRING),
            "livemode": {"const": False},
            "payment_method": {"type": "null"},
            "payment_method_types": {"type": "array", "items": _STRING},
            "status": {"const": "requires_payment_method"},
        }
    )
