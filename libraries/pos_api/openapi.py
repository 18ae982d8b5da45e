"""The OpenAPI 3.1 document that ``/openapi.json`` serves."""

from typing import Any

from pos_api import __version__
from pos_api.openapi_control import control_paths, control_schemas
from pos_api.openapi_parts import (
    RATE_LIMIT,
    answer,
    json_body,
    operation,
    page_parameters,
    path_parameter,
)
from pos_api.openapi_schemas import schemas

_DESCRIPTION = """A small, real point-of-sale API to test against.

Sign in at `POST /api/auth/login` and send the token as `Authorization: Bearer …`.
Every error has one shape. A path that is not listed is answered with 404, a method that is not
listed with 405; HEAD is served wherever GET is.

What a request with `X-Load-Run` has written can be found again, and removed, at
`/api/load-runs/{run_id}`: that header holds 1 to 64 hexadecimal digits."""


def openapi_document() -> dict[str, Any]:
    """Every path, method, status and body of the API."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "pos_api", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": {
            **_service(),
            **_shop(),
            **_orders(),
            **_payments(),
            **_realtime(),
            **control_paths(),
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": {**schemas(), **control_schemas()},
        },
    }


def _service() -> dict[str, Any]:
    document = {
        "200": {"description": "OpenAPI 3.1.", "content": json_body({"type": "object"})},
    }
    return {
        "/api/health": {
            "get": operation(
                "getHealth",
                "Whether the server and its database answer",
                answer(200, "Both do.", "Health"),
                errors="503",
                public=True,
            )
        },
        "/api/auth/login": {
            "post": operation(
                "login",
                "Sign in",
                answer(200, "A token.", "Token"),
                errors="401",
                body="Credentials",
                public=True,
            )
        },
        "/openapi.json": {"get": operation("getOpenApi", "This document", document, public=True)},
    }


def _shop() -> dict[str, Any]:
    return {
        "/api/products": {
            "get": operation(
                "listProducts",
                "The products, page by page",
                answer(200, "One page.", "ProductPage"),
                errors="422",
                parameters=page_parameters(),
            )
        },
        "/api/partner/products": {
            "get": operation(
                "listProductsForPartners",
                "The same for partners, who have a quota for each token",
                answer(200, "One page.", "ProductPage", **RATE_LIMIT),
                errors="422 429",
                parameters=page_parameters(),
            )
        },
        "/api/employees": {
            "get": operation(
                "listEmployees", "Everybody", answer(200, "The employees.", "EmployeeList")
            )
        },
        "/api/timeclock/clockin": {
            "post": operation(
                "clockIn",
                "Note that an employee has started",
                answer(201, "Noted.", "ClockIn"),
                errors="503",
                body="NewClockIn",
            )
        },
    }


def _orders() -> dict[str, Any]:
    order_id = path_parameter("order_id", {"type": "integer", "minimum": 1})
    return {
        "/api/orders": {
            "get": operation(
                "listOrders",
                "The latest orders first, page by page",
                answer(200, "One page.", "OrderPage"),
                errors="422 503",
                parameters=page_parameters(),
            ),
            "post": operation(
                "createOrder",
                "Store an order at the catalogue's prices",
                answer(201, "Stored.", "Order", Location="Path of the order."),
                errors="503",
                body="NewOrder",
            ),
        },
        "/api/orders/{order_id}": {
            "get": operation(
                "getOrder",
                "One order",
                answer(200, "The order.", "Order"),
                errors="404 503",
                parameters=(order_id,),
            )
        },
    }


def _payments() -> dict[str, Any]:
    key_schema = {"type": "string", "minLength": 1, "maxLength": 255}
    key = {"name": "Idempotency-Key", "in": "header", "schema": key_schema}
    payment_id = path_parameter("payment_id", {"type": "string"})
    picture = {
        "description": "The QR code.",
        "content": {"image/svg+xml": {"schema": {"type": "string"}}},
    }
    replayed = "true when the key was used before and this is the intent of then."
    return {
        "/api/payment/methods": {
            "get": operation(
                "listPaymentMethods",
                "How one can pay",
                answer(200, "The methods.", "PaymentMethodList"),
            )
        },
        "/api/payment/stripe/create-intent": {
            "post": operation(
                "createPaymentIntent",
                "Announce a card payment",
                answer(200, "The intent.", "PaymentIntent", Idempotent_Replayed=replayed),
                errors="502 503 504",
                body="NewPaymentIntent",
                parameters=(key,),
            )
        },
        "/api/payment/open-banking/generate-qr": {
            "post": operation(
                "generateQr",
                "Ask for a bank transfer by QR code",
                answer(201, "The payment, and where its picture is.", "QrPayment"),
                errors="503",
                body="NewQrPayment",
            )
        },
        "/api/payment/open-banking/qr/{payment_id}.svg": {
            "get": operation(
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
            "description": 'A WebSocket that echoes what it gets. `{"subscribe": "orders"}` '
            'is answered `{"subscribed": "orders"}` and followed by an event for each new '
            'order, until `{"unsubscribe": "orders"}`. Closed with 1008 when the token, in the '
            "header or the query, will not do; 1009: a message over 64 KiB; 1013: too slow for the "
            "events; 1012: the server ends."
        }
    }
    return {
        "/api/websocket/health": {
            "get": operation(
                "getWebSocketHealth",
                "What is connected to the WebSocket",
                answer(200, "The counts.", "WebSocketHealth"),
            )
        },
        "/api/ws": {
            "get": operation(
                "openWebSocket", "The WebSocket", upgraded, errors="426 503", parameters=(token,)
            )
        },
    }
