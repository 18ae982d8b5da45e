"""The application: which path leads where, and what stands around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from pos_api.counters import METRICS_PATH, CountingMiddleware
from pos_api.errors import ApiError, json_response
from pos_api.faults import FAULTS_PATH, Faults
from pos_api.load_runs import LOAD_RUNS_PATH
from pos_api.openapi import openapi_document
from pos_api.operation import Action, PathItem
from pos_api.realtime import WEBSOCKET_PATH
from pos_api.settings import Settings
from pos_api.shop import Shop
from pos_api.storage import Database


def build_app(settings: Settings, database: Database, provider: str, faults: Faults) -> ASGIApp:
    """The whole API on a database, which it closes when the server shuts down."""
    shop = Shop(settings, database, provider, faults)
    app: ASGIApp = build_router(shop)
    if settings.delay_s:
        app = DelayingMiddleware(app, settings.delay_s)
    return CountingMiddleware(app, shop.counters)


def build_router(shop: Shop) -> Starlette:
    """The routes with their handlers, without the middleware."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await shop.open()
        try:
            yield
        finally:
            await shop.close()

    app = Starlette(
        routes=_routes(shop),
        exception_handlers={HTTPException: _answer_unrouted, Exception: _answer_failure},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


# What belongs to the test and not to the system under test.
_OF_THE_TEST = (METRICS_PATH, FAULTS_PATH, LOAD_RUNS_PATH)


class DelayingMiddleware:
    """Waits before each answer under ``/api``, as a slow server would; for negative tests.

    What belongs to the test is exempt.
    """

    def __init__(self, app: ASGIApp, delay_s: float) -> None:
        self._app = app
        self._delay_s = delay_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait without blocking other requests, then pass the request on."""
        path = scope.get("path", "")
        if (
            scope["type"] == "http"
            and path.startswith("/api/")
            and not path.startswith(_OF_THE_TEST)
        ):
            await asyncio.sleep(self._delay_s)
        await self._app(scope, receive, send)


def _routes(shop: Shop) -> list[BaseRoute]:
    def public(path: str, **actions: Action) -> Route:
        return Route(path, PathItem(actions, None), methods=list(actions))

    def guarded(path: str, **actions: Action) -> Route:
        return Route(path, PathItem(actions, shop.authority), methods=list(actions))

    operators = shop.operators.only
    orders, payments, banking = shop.orders, shop.payments, shop.open_banking
    partner = shop.limiter.limited(shop.catalogue.list_products)
    runs, control = shop.load_runs, shop.control
    # Starlette tries them in this order.
    return [
        public("/api/health", GET=shop.status.health),
        guarded("/api/products", GET=shop.catalogue.list_products),
        guarded("/api/orders", GET=orders.list_latest, POST=orders.create),
        guarded("/api/payment/methods", GET=payments.list_methods),
        guarded("/api/payment/stripe/create-intent", POST=payments.create_intent),
        guarded("/api/payment/open-banking/generate-qr", POST=banking.generate_qr),
        guarded("/api/employees", GET=shop.staff.list_employees),
        guarded("/api/timeclock/clockin", POST=shop.staff.clock_in),
        guarded("/api/websocket/health", GET=shop.realtime.health),
        guarded("/api/partner/products", GET=partner),
        guarded("/api/orders/{order_id}", GET=orders.read_one),
        guarded("/api/payment/open-banking/qr/{payment_id}.svg", GET=banking.read_picture),
        public("/api/auth/login", POST=shop.sign_in.login),
        public(METRICS_PATH, GET=operators(shop.status.metrics)),
        public(FAULTS_PATH, GET=operators(control.read), PUT=operators(control.change)),
        guarded(
            LOAD_RUNS_PATH + "/{run_id}", GET=operators(runs.read), DELETE=operators(runs.remove)
        ),
        public("/openapi.json", GET=_fixed(json_response(openapi_document()))),
        guarded(WEBSOCKET_PATH, GET=shop.realtime.require_upgrade),
        WebSocketRoute(WEBSOCKET_PATH, shop.realtime.connect),
    ]


def _fixed(response: Response) -> Action:
    async def answer(request: Request) -> Response:
        return response

    return answer


async def _answer_unrouted(request: Request, error: Exception) -> Response:
    """404 and 405, which Starlette raises before any of our actions is reached."""
    assert isinstance(error, HTTPException)
    path = request.scope["path"][:80]
    if error.status_code == 405:
        allowed = ", ".join(sorted((error.headers or {}).get("Allow", "").split(", ")))
        message = f"{request.method} is not allowed on {path}; allowed are {allowed}."
        return ApiError(405, "method_not_allowed", message, headers={"Allow": allowed}).response()
    message = f"There is nothing at {path}; /openapi.json lists every path."
    return ApiError(404, "not_found", message).response()


async def _answer_failure(request: Request, error: Exception) -> Response:
    """500 for what nobody foresaw; the traceback goes to the log, not to the client."""
    return ApiError(500, "internal_error", "The server failed; its log says why.").response()
