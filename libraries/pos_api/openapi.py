"""The OpenAPI 3.1 document that ``/openapi.json`` serves."""

from typing import Any

from pos_api import __version__
from pos_api.openapi_schemas import Schema, reference, schemas

_DESCRIPTION = """A small, real point-of-sale API to test against.

Sign in at `POST /api/auth/login` and send the token as `Authorization: Bearer …`.
Every error has one shape. A path that is not listed is answered with 404, a method that is not
listed with 405; HEAD is served wherever GET is."""

_ERRORS = {
    "400": "The body is not valid JSON.",
    "401": "The credentials or the token are missing, wrong or expired.",
    "403": "Only for clients on the server's own machine.",
    "404": "There is no such thing.",
    "413": "The body is larger than 64 KiB.",
    "422": "A field or parameter is missing, unknown or out of its range.",
    "426": "This is a WebSocket: send the upgrade headers.",
    "503": "The database cannot be used at the moment.",
}


def openapi_document() -> dict[str, Any]:
    """Every path, method, status and body of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "pos_api", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {**_service(), **_shop(), **_orders(), **_payments(), **_realtime()},
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": schemas(),
        },
    }


def _operation(
    name: str,
    summary: str,
    answer: dict[str, Any],
    *,
    errors: str = "",
    body: str | None = None,
    parameters: tuple[dict[str, Any], ...] = (),
    public: bool = False,
) -> dict[str, Any]:
    statuses = set(errors.split())
    statuses |= set() if public else {"401"}
    statuses |= {"400", "413", "422"} if body else set()
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": answer | {status: _error(status) for status in sorted(statuses)},
    }
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        operation["requestBody"] = {"required": True, "content": _json(reference(body))}
    if public:
        operation["security"] = []
    return operation


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answer(status: int, description: str, schema: str, **headers: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": description, "content": _json(reference(schema))}
    if headers:
        answer["headers"] = {
            name.replace("_", "-"): {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    return {str(status): answer}


def _error(status: str) -> dict[str, Any]:
    error: dict[str, Any] = {
        "description": _ERRORS[status],
        "content": _json(reference("Error")),
    }
    if status == "401":
        challenge = {"description": "As in RFC 6750.", "schema": {"type": "string"}}
        error["headers"] = {"WWW-Authenticate": challenge}
    return error


def _path_parameter(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _page_parameters() -> tuple[dict[str, Any], ...]:
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    offset = {"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0}
    return (
        {"name": "limit", "in": "query", "schema": limit},
        {"name": "offset", "in": "query", "schema": offset},
    )


def _service() -> dict[str, Any]:
    document = {
        "200": {"description": "OpenAPI 3.1.", "content": _json({"type": "object"})},
    }
    return {
        "/api/health": {
            "get": _operation(
                "getHealth",
                "Whether the server and its database answer",
                _answer(200, "Both do.", "Health"),
                errors="503",
                public=True,
            )
        },
        "/api/auth/login": {
            "post": _operation(
                "login",
                "Sign in",
                _answer(200, "A token.", "Token"),
                errors="401",
                body="Credentials",
                public=True,
            )
        },
        "/api/metrics": {
            "get": _operation(
                "getMetrics",
                "Requests answered so far, by method, route and status; these not counted",
                _answer(200, "The counts.", "Metrics"),
                errors="403",
                public=True,
            )
        },
        "/openapi.json": {"get": _operation("getOpenApi", "This document", document, public=True)},
    }


def _shop() -> dict[str, Any]:
    return {
        "/api/products": {
            "get": _operation(
                "listProducts",
                "The products, page by page",
                _answer(200, "One page.", "ProductPage"),
                errors="422",
                parameters=_page_parameters(),
            )
        },
        "/api/employees": {
            "get": _operation(
                "listEmployees", "Everybody", _answer(200, "The employees.", "EmployeeList")
            )
        },
        "/api/timeclock/clockin": {
            "post": _operation(
                "clockIn",
                "Note that an employee has started",
                _answer(201, "Noted.", "ClockIn"),
                errors="503",
                body="NewClockIn",
            )
        },
    }


def _orders() -> dict[str, Any]:
    order_id = _path_parameter("order_id", {"type": "integer", "minimum": 1})
    return {
        "/api/orders": {
            "get": _operation(
                "listOrders",
                "The latest orders first, page by page",
                _answer(200, "One page.", "OrderPage"),
                errors="422 503",
                parameters=_page_parameters(),
            ),
            "post": _operation(
                "createOrder",
                "Store an order at the catalogue's prices",
                _answer(201, "Stored.", "Order", Location="Path of the order."),
                errors="503",
                body="NewOrder",
            ),
        },
        "/api/orders/{order_id}": {
            "get": _operation(
                "getOrder",
                "One order",
                _answer(200, "The order.", "Order"),
                errors="404 503",
                parameters=(order_id,),
            )
        },
    }


def _payments() -> dict[str, Any]:
    key_schema = {"type": "string", "minLength": 1, "maxLength": 255}
    key = {"name": "Idempotency-Key", "in": "header", "schema": key_schema}
    payment_id = _path_parameter("payment_id", {"type": "string"})
    picture = {
        "description": "The QR code.",
        "content": {"image/svg+xml": {"schema": {"type": "string"}}},
    }
    replayed = "true when the key was used before and this is the intent of then."
    return {
        "/api/payment/methods": {
            "get": _operation(
                "listPaymentMethods",
                "How one can pay",
                _answer(200, "The methods.", "PaymentMethodList"),
            )
        },
        "/api/payment/stripe/create-intent": {
            "post": _operation(
                "createPaymentIntent",
                "Announce a card payment",
                _answer(200, "The intent.", "PaymentIntent", Idempotent_Replayed=replayed),
                errors="503",
                body="NewPaymentIntent",
                parameters=(key,),
            )
        },
        "/api/payment/open-banking/generate-qr": {
            "post": _operation(
                "generateQr",
                "Ask for a bank transfer by QR code",
                _answer(201, "The payment, and where its picture is.", "QrPayment"),
                errors="503",
                body="NewQrPayment",
            )
        },
        "/api/payment/open-banking/qr/{payment_id}.svg": {
            "get": _operation(
                "getQrPicture",
                "The QR code of a payment",
                {"200": picture},
                errors="404 503",
                parameters=(payment_id,),
            )
        },
    }


def _realtime() -> dict[str, Any]:
    token = {"name": "access_token", "in": "query", "schema": {"type": "string"}}
    upgraded = {
        "101": {
            "description": "A WebSocket that echoes. Closed with 1008 when the token, in the "
            "header or the query, will not do."
        }
    }
    return {
        "/api/websocket/health": {
            "get": _operation(
                "getWebSocketHealth",
                "What is connected to the WebSocket",
                _answer(200, "The counts.", "WebSocketHealth"),
            )
        },
        "/api/ws": {
            "get": _operation(
                "openWebSocket", "The WebSocket", upgraded, errors="426", parameters=(token,)
            )
        },
    }
