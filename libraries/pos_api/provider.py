"""The payment provider that card payments go to: a process of its own, as it is in real life.

``python -m pos_api.provider`` starts it; the server does so itself. It charges each idempotency
key once, and can be made slow or broken from outside.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import threading
import time
from collections import OrderedDict
from typing import Any

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from pos_api.modes import MODES
from pos_api.process import AnnouncingServer, bound_socket, on_signals

CHARGES_PATH, MODE_PATH = "/charges", "/mode"

# Longer than the server keeps a connection: it must not be us who closes one that it is using.
_KEEP_ALIVE_S = 600
_GRACE_S = 2.0
_MOST_KEYS = 200_000

Answer = tuple[int, dict[str, Any]]


class Provider:
    """Charges cards, as well as its mode lets it.

    Args:
        mode: ``ok``; ``slow``, which charges at once and answers late; ``broken``, which charges
            nothing and answers 500.
        delay_ms: how late it answers.
        controlled: whether the mode may be changed by request.
    """

    def __init__(self, mode: str = "ok", delay_ms: int = 0, *, controlled: bool = False) -> None:
        self._mode = mode
        self._delay_s = delay_ms / 1000
        self._controlled = controlled
        self._charges: OrderedDict[str, tuple[list[Any], dict[str, Any]]] = OrderedDict()

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request, as an ASGI application does."""
        assert scope["type"] == "http"
        body = await _read_body(receive)
        status, answer = await self._answer(
            scope["method"], scope["path"], json.loads(body or "{}")
        )
        headers = [(b"content-type", b"application/json")]
        await send(
            {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
        )
        content = json.dumps(answer).encode()
        await send({"type": "http.response.body", "body": content, "more_body": False})

    async def _answer(self, method: str, path: str, asked: dict[str, Any]) -> Answer:
        if (method, path) == ("POST", CHARGES_PATH):
            answer = self._charge(asked)
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            return answer
        if (method, path) == ("PUT", MODE_PATH) and self._controlled:
            self._mode, self._delay_s = asked["mode"], asked["delay_ms"] / 1000
            return 200, asked
        return 404, {}

    def _charge(self, asked: dict[str, Any]) -> Answer:
        """One charge for each key, however often it is asked for."""
        if self._mode == "broken":
            return 500, {}
        key = asked.pop("idempotency_key")
        what = list(asked.values())
        known = self._charges.get(key)
        if known is None:
            known = self._charges[key] = (what, _new_charge())
            if len(self._charges) > _MOST_KEYS:
                self._charges.popitem(last=False)
        charged, charge = known
        return (200, charge) if charged == what else (409, {})


def _new_charge() -> dict[str, Any]:
    number = "pi_" + secrets.token_hex(12)
    secret = f"{number}_secret_{secrets.token_hex(12)}"
    return {"id": number, "client_secret": secret, "created": int(time.time())}


async def _read_body(receive: ASGIReceiveCallable) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += message["body"]
        if not message["more_body"]:
            return body


def main() -> None:
    """Serve until a signal, or until whoever started us has ended."""
    options = _parser().parse_args()
    provider = Provider(options.mode, options.delay_ms, controlled=options.controlled)
    on_signals(sys.exit)
    with bound_socket("127.0.0.1", 0) as listener:
        server = AnnouncingServer(_config(provider), "provider")
        on_signals(server.stop)
        if options.end_with_input:
            _end_with_input(server)
        server.run(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pos_api.provider", description=__doc__)
    parser.add_argument("--mode", choices=MODES, default="ok", help="(%(default)s)")
    parser.add_argument("--delay-ms", type=int, default=0, help="how late it answers (0)")
    parser.add_argument("--controlled", action="store_true", help=f"allow PUT {MODE_PATH}")
    parser.add_argument(
        "--end-with-input", action="store_true", help="end when standard input does"
    )
    return parser


def _config(provider: Provider) -> uvicorn.Config:
    return uvicorn.Config(
        provider,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )


def _end_with_input(server: AnnouncingServer) -> None:
    """Watch the pipe from whoever started us: it closes when they end, whatever ended them."""

    def watch() -> None:
        sys.stdin.buffer.read()
        server.stop()
        time.sleep(_GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="input", daemon=True).start()


if __name__ == "__main__":
    main()
