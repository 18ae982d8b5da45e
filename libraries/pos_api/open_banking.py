"""Bank transfers by QR code: the payment, its EPC payload, and the picture on demand."""

import asyncio
import io
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import segno
from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError, json_response
from pos_api.fields import read_fields
from pos_api.origin import origin_of
from pos_api.storage import Database, now_text

_FIELDS = ("amount", "currency", "reference")
_LARGEST_AMOUNT = 99_999_999
_LONGEST_REFERENCE = 140
_MOST_PAYLOAD_BYTES = 331  # the standard's limit, so that every phone can read the code
_MOST_PICTURES = 256

# The shop's account: the IBAN every documentation uses as an example; no money can reach it.
_PAYEE = "Corner Coffee GmbH"
_IBAN = "DE89370400440532013000"

_INSERT = (
    "INSERT INTO open_banking_payments "
    "(id, amount, currency, reference, payload, created_at, load_run, request_id) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIND_PAYLOAD = "SELECT payload FROM open_banking_payments WHERE id = ?"


class OpenBanking:
    """The endpoints of bank transfers.

    Rendering a QR code takes about 4 ms, forty times an ordinary request. So a payment is only
    noted when it is asked for; its picture is rendered when the link is first fetched, in a
    thread, and kept. The cache is bounded and holds the pictures fetched last.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pictures: OrderedDict[str, asyncio.Future[Response]] = OrderedDict()
        # One thread is enough: rendering is Python, more threads would only share its lock.
        self._renderer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="qr")

    async def generate_qr(self, request: Request) -> Response:
        """``POST /api/payment/open-banking/generate-qr``: ask for a transfer."""
        fields = await read_fields(request, _FIELDS)
        amount = fields.integer("amount", 1, _LARGEST_AMOUNT)
        currency = fields.choice("currency", ("eur",))  # an EPC code knows no other
        reference = fields.text("reference", _LONGEST_REFERENCE)
        payload = epc_payload(amount, reference)
        payment_id = "ob_" + secrets.token_hex(12)
        created_at = now_text()
        row = (payment_id, amount, currency, reference, payload, created_at, *origin_of(request))
        await self._database.write(lambda connection: connection.execute(_INSERT, row))
        body = {
            "payment_id": payment_id,
            "amount": amount,
            "currency": currency,
            "reference": reference,
            "status": "awaiting_payment",
            "payload": payload,
            "qr_url": f"/api/payment/open-banking/qr/{payment_id}.svg",
            "created_at": created_at,
        }
        return json_response(body, 201)

    async def read_picture(self, request: Request) -> Response:
        """``GET /api/payment/open-banking/qr/{payment_id}.svg``: the QR code of a payment."""
        payment_id = request.path_params["payment_id"]
        picture = self._pictures.get(payment_id)
        if picture is None:
            picture = self._start_rendering(payment_id)
        else:
            self._pictures.move_to_end(payment_id)
        # Others may wait for the same picture: one client's leaving must not cancel it for them.
        return await asyncio.shield(picture)

    def forget_pictures(self) -> None:
        """Drop the pictures that are kept: the payments of some may have been removed."""
        self._pictures.clear()

    def close(self) -> None:
        """Let the rendering thread end."""
        self._renderer.shutdown(wait=False, cancel_futures=True)

    def _start_rendering(self, payment_id: str) -> asyncio.Future[Response]:
        rows = self._database.read(_FIND_PAYLOAD, (payment_id,))
        if not rows:
            raise ApiError(404, "unknown_payment", f"There is no payment {payment_id[:40]!r}.")
        loop = asyncio.get_running_loop()
        picture = loop.run_in_executor(self._renderer, _render, rows[0][0])
        self._pictures[payment_id] = picture
        if len(self._pictures) > _MOST_PICTURES:
            self._pictures.popitem(last=False)
        return picture


def epc_payload(amount_cents: int, reference: str) -> str:
    """The text of a SEPA credit transfer, as the European Payments Council lays it out.

    Service tag, version 2, UTF-8, credit transfer, no BIC, payee, account, amount, no purpose
    code, no structured reference, reference as free text.

    Raises:
        ApiError: 422, the reference has too many letters beyond ASCII.
    """
    amount = f"EUR{amount_cents // 100}.{amount_cents % 100:02}"
    lines = ("BCD", "002", "1", "SCT", "", _PAYEE, _IBAN, amount, "", "", reference)
    payload = "\n".join(lines)
    if len(payload.encode()) > _MOST_PAYLOAD_BYTES:
        message = "reference must be shorter: in UTF-8 it does not fit into an EPC code."
        raise ApiError(422, "invalid_field", message, field="reference")
    return payload


def _render(payload: str) -> Response:
    # Error correction M is what the EPC asks for; a micro QR code no banking app would read.
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8")
    picture = io.BytesIO()
    code.save(picture, kind="svg", scale=4, light="#fff")
    return Response(picture.getvalue(), media_type="image/svg+xml")
