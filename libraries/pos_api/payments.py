"""Payment methods, and card payments in the shape of Stripe's payment intents."""

import secrets
import sqlite3
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pos_api.breaker import Breaker
from pos_api.charging import Charge, Charging, KeyReused
from pos_api.errors import ApiError, invalid_field, json_response
from pos_api.faults import Faults
from pos_api.fields import read_fields
from pos_api.origin import Origin, origin_of
from pos_api.shedding import Gate
from pos_api.storage import Database, Row

_FIELDS = ("amount", "currency", "description")
_CURRENCIES = ("eur", "gbp", "usd", "chf")
_LARGEST_AMOUNT = 99_999_999  # eight digits, as Stripe has it
_KEY_HEADER = "Idempotency-Key"
_LONGEST_KEY = 255

_FIND = (
    "SELECT id, amount, currency, description, client_secret, created FROM payment_intents "
    "WHERE idempotency_key = ?"
)
_INSERT = (
    "INSERT INTO payment_intents "
    "(id, amount, currency, description, client_secret, created, idempotency_key, "
    "load_run, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


Asked = tuple[int, str, str | None]
"""Amount, currency and description of a payment."""


class Payments:
    """The endpoints of payments. Amounts are in minor units: 1250 is 12.50 EUR."""

    def __init__(
        self,
        database: Database,
        charging: Charging,
        breaker: Breaker,
        gate: Gate,
        faults: Faults,
    ) -> None:
        self._database = database
        self._charging = charging
        self._breaker = breaker
        self._gate = gate
        self._faults = faults
        rows = database.read("SELECT id, name, provider, currencies FROM payment_methods")
        methods = [_present_method(row) for row in rows]
        self._methods = json_response({"methods": methods, "total": len(methods)})

    async def list_methods(self, request: Request) -> Response:
        """``GET /api/payment/methods``: how one can pay here."""
        return self._methods

    async def create_intent(self, request: Request) -> Response:
        """``POST /api/payment/stripe/create-intent``: announce a card payment.

        With an ``Idempotency-Key`` a repeated request gets the first one's intent again, so that
        a till that lost the answer cannot charge twice.
        """
        try:
            return await self._create_intent(request)
        except ApiError as error:
            _add_stripe_members(error)
            raise

    async def _create_intent(self, request: Request) -> Response:
        fields = await read_fields(request, _FIELDS)
        asked = (
            fields.integer("amount", 1, _LARGEST_AMOUNT),
            fields.choice("currency", _CURRENCIES),
            fields.optional_text("description", 200),
        )
        key, origin = _read_key(request), origin_of(request)
        intent = self._find(key)
        replayed = intent is not None
        if intent is None:
            charge = await self._charge(asked, key)
            row = (charge.id, *asked, charge.client_secret, charge.created)
            intent, replayed = await self._store(row, key, origin)
        if replayed and intent[1:4] != asked:
            raise _key_reused()
        headers = {"Idempotent-Replayed": "true"} if replayed else None
        return json_response(_present_intent(intent), headers=headers)

    def _find(self, key: str | None) -> Row | None:
        rows = self._database.read(_FIND, (key,)) if key is not None else []
        return rows[0] if rows else None

    async def _charge(self, asked: Asked, key: str | None) -> Charge:
        """Charge once for a key; a request without one has a key that nobody else has.

        When the provider's answer is lost, it has charged and nothing is stored. The client's
        repetition, with the same key, then gets the charge of the first time.
        """
        provider_key = secrets.token_hex(16) if key is None else f"key:{key}"
        with self._gate.passing():
            try:
                return await self._breaker.call(lambda: self._charging.charge(*asked, provider_key))
            except KeyReused as error:
                raise _key_reused() from error

    async def _store(self, row: Row, key: str | None, origin: Origin) -> tuple[Row, bool]:
        copies = 2 if self._faults.double_charge else 1
        return await self._database.write(
            lambda connection: _find_or_insert(connection, row, key, origin, copies)
        )


def _read_key(request: Request) -> str | None:
    key = request.headers.get(_KEY_HEADER)
    if key is not None and not 1 <= len(key) <= _LONGEST_KEY:
        raise invalid_field(_KEY_HEADER, f"1 to {_LONGEST_KEY} characters long", key)
    return key


def _find_or_insert(
    connection: sqlite3.Connection,
    intent: Row,
    key: str | None,
    origin: Origin,
    copies: int,
) -> tuple[Row, bool]:
    """The intent of this key, and whether another request has stored it before.

    Looking and inserting happen in one transaction of the only writer: two requests with the
    same key cannot both find nothing.
    """
    if key is not None:
        found = connection.execute(_FIND, (key,)).fetchone()
        if found is not None:
            return found, True
    connection.execute(_INSERT, (*intent, key, *origin))
    for _ in range(1, copies):  # the fault of a shop that charges twice
        another = ("pi_" + secrets.token_hex(12), *intent[1:])
        connection.execute(_INSERT, (*another, None, *origin))
    return intent, False


def _present_intent(intent: Row) -> dict[str, Any]:
    number, amount, currency, description, client_secret, created = intent
    return {
        "id": number,
        "object": "payment_intent",
        "amount": amount,
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": client_secret,
        "created": created,
        "currency": currency,
        "description": description,
        "livemode": False,
        "payment_method": None,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def _present_method(row: Row) -> dict[str, Any]:
    number, name, provider, currencies = row
    return {
        "id": number,
        "name": name,
        "provider": provider,
        "currencies": currencies.split(","),
    }


def _add_stripe_members(error: ApiError) -> None:
    """Add what clients of Stripe look for, ``type`` and ``param``, to the error all share."""
    kind = "invalid_request_error" if error.status < 500 else "api_error"
    error.extra.setdefault("type", kind)
    if error.field is not None:
        error.extra.setdefault("param", error.field)


def _key_reused() -> ApiError:
    message = (
        "This Idempotency-Key was first used with another amount, currency or description; "
        "use a new key for a new payment."
    )
    extra = {"type": "idempotency_error"}
    return ApiError(400, "idempotency_key_reused", message, field=_KEY_HEADER, extra=extra)
