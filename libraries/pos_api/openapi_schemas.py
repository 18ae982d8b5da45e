"""The shapes of bodies in the OpenAPI document, as JSON Schemas with examples."""

from pos_api.openapi_shapes import (
    STRING,
    Schema,
    list_of,
    object_of,
    one_of,
    or_null,
    text_of,
    whole,
)

_LARGEST_ID = 999_999_999


_TIME: Schema = {"type": "string", "format": "date-time", "examples": ["2025-01-31T08:15:00.123Z"]}
_ID = whole(1, _LARGEST_ID)
_AMOUNT = whole(1, 99_999_999, "In minor units: 1250 is 12.50 EUR.")
_CARD_CURRENCY: Schema = {
    "type": "string",
    "pattern": "^([eE][uU][rR]|[gG][bB][pP]|[uU][sS][dD]|[cC][hH][fF])$",
    "description": "eur, gbp, usd or chf, in small or capital letters.",
}
_EURO: Schema = {"type": "string", "pattern": "^[eE][uU][rR]$", "description": "eur or EUR."}
_PAGE = {"limit": whole(1, 100), "offset": whole(0)}


def schemas() -> dict[str, Schema]:
    """Every schema of the document, by name."""
    return {**_general(), **_shop(), **_orders(), **_payments()}


def _general() -> dict[str, Schema]:
    error = {
        "code": {**STRING, "description": "For programs: does not change."},
        "message": {**STRING, "description": "For people: one plain sentence."},
        "field": {**STRING, "description": "The member or parameter to blame."},
        "type": {**STRING, "description": "Card payments only, as Stripe has it."},
        "param": {**STRING, "description": "Card payments only, as Stripe has it."},
    }
    error_object = object_of(error, optional=("field", "type", "param"))
    problem = {
        "type": STRING,
        "title": STRING,
        "status": {"const": 429},
        "violated-policies": {"type": "array", "items": STRING},
    }
    return {
        "Error": object_of({"error": error_object}),
        "QuotaExceeded": object_of({**problem, "error": error_object}),
        "Credentials": object_of(
            {
                "username": text_of(256),
                "password": {**text_of(256), "format": "password"},
                "expires_in": or_null(
                    whole(1, 86_400, "Seconds until the token expires; the server has a limit.")
                ),
            },
            optional=("expires_in",),
            example={"username": "till-1", "password": "the password of this till"},
        ),
        "Token": object_of(
            {
                "access_token": STRING,
                "token_type": {"const": "Bearer"},
                "expires_in": whole(1, description="Seconds."),
            }
        ),
        "Health": object_of(
            {
                "status": {"const": "ok"},
                "database": {"const": "ok"},
                "version": STRING,
                "uptime_s": {"type": "number", "minimum": 0},
            }
        ),
        "WebSocketHealth": object_of(
            {
                "status": {"const": "ok"},
                "path": STRING,
                "connections": whole(0, description="Open now."),
                "limit": whole(1, description="Open at most."),
                "peak": whole(0, description="Open at the same time so far."),
                "subscribers": whole(0),
                "accepted_total": whole(0),
                "refused_total": whole(0),
                "messages_total": whole(0, description="Received since the start."),
            }
        ),
    }


def _shop() -> dict[str, Schema]:
    clock_in = {"employee_id": _ID}
    return {
        "Product": object_of(
            {"id": _ID, "name": STRING, "category": STRING, "price_cents": whole(1)},
            example={"id": 1, "name": "Espresso", "category": "coffee", "price_cents": 240},
        ),
        "ProductPage": object_of({"products": list_of("Product"), "total": whole(0), **_PAGE}),
        "Employee": object_of(
            {"id": _ID, "name": STRING, "role": STRING},
            example={"id": 1, "name": "Amira Haddad", "role": "manager"},
        ),
        "EmployeeList": object_of({"employees": list_of("Employee"), "total": whole(0)}),
        "NewClockIn": object_of(clock_in, example={"employee_id": 4}),
        "ClockIn": object_of({"id": whole(1), **clock_in, "clocked_in_at": _TIME}),
    }


def _orders() -> dict[str, Schema]:
    item = {"product_id": _ID, "quantity": whole(1, 100)}
    line = {**item, "name": STRING, "unit_price_cents": whole(1), "total_cents": whole(1)}
    return {
        "NewOrderItem": object_of(item, example={"product_id": 8, "quantity": 2}),
        "NewOrder": object_of(
            {
                "items": list_of("NewOrderItem", minItems=1, maxItems=50),
                "employee_id": _ID,
                "table": or_null(text_of(20)),
                "note": or_null(text_of(280)),
            },
            optional=("table", "note"),
            example={
                "items": [{"product_id": 8, "quantity": 2}, {"product_id": 34, "quantity": 1}],
                "employee_id": 4,
                "table": "T7",
                "note": "oat milk, please",
            },
        ),
        "OrderItem": object_of(line),
        "Order": object_of(
            {
                "id": whole(1),
                "employee_id": _ID,
                "table": or_null(STRING),
                "note": or_null(STRING),
                "items": list_of("OrderItem"),
                "total_cents": whole(1),
                "currency": {"const": "eur"},
                "created_at": _TIME,
            }
        ),
        "OrderPage": object_of(
            {"orders": list_of("Order"), **_PAGE, "has_more": {"type": "boolean"}}
        ),
    }


def _payments() -> dict[str, Schema]:
    method = {
        "id": one_of("cash", "card", "open_banking"),
        "name": STRING,
        "provider": or_null(STRING),
        "currencies": {"type": "array", "items": STRING},
    }
    return {
        "PaymentMethod": object_of(method),
        "PaymentMethodList": object_of({"methods": list_of("PaymentMethod"), "total": whole(0)}),
        "NewPaymentIntent": object_of(
            {
                "amount": _AMOUNT,
                "currency": _CARD_CURRENCY,
                "description": or_null(text_of(200)),
            },
            optional=("description",),
            example={"amount": 1250, "currency": "eur", "description": "Table 7"},
        ),
        "PaymentIntent": _payment_intent(),
        "NewQrPayment": object_of(
            {"amount": _AMOUNT, "currency": _EURO, "reference": text_of(140)},
            example={"amount": 1250, "currency": "EUR", "reference": "Order 4711"},
        ),
        "QrPayment": object_of(
            {
                "payment_id": {"type": "string", "pattern": "^ob_[0-9a-f]{24}$"},
                "amount": _AMOUNT,
                "currency": {"const": "eur"},
                "reference": STRING,
                "status": {"const": "awaiting_payment"},
                "payload": {**STRING, "description": "The text in the code, as EPC069-12 says."},
                "qr_url": {**STRING, "description": "Path of the picture, rendered when fetched."},
                "created_at": _TIME,
            }
        ),
    }


def _payment_intent() -> Schema:
    return object_of(
        {
            "id": {"type": "string", "pattern": "^pi_[0-9a-f]{24}$"},
            "object": {"const": "payment_intent"},
            "amount": _AMOUNT,
            "amount_received": whole(0),
            "capture_method": {"const": "automatic"},
            "client_secret": {"type": "string", "pattern": "^pi_[0-9a-f]{24}_secret_"},
            "created": whole(0, description="Seconds since 1970."),
            "currency": one_of("eur", "gbp", "usd", "chf"),
            "description": or_null(STRING),
            "livemode": {"const": False},
            "payment_method": {"type": "null"},
            "payment_method_types": {"type": "array", "items": STRING},
            "status": {"const": "requires_payment_method"},
        }
    )
