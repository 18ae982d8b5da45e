"""A WebSocket server that behaves, or misbehaves, as the path asks, and counts exactly.

Run as a process of its own: `python -m rig.sockets` prints its port.  With `--certificate FILE`
it speaks TLS.

| path                  | what it does                                                         |
| --------------------- | -------------------------------------------------------------------- |
| /echo                 | sends each message back                                              |
| /wrapped              | the same, in a JSON object                                           |
| /mute                 | answers nothing                                                      |
| /close/CODE/N         | closes with that code after N messages on a connection               |
| /abort/N              | breaks the connection off after N messages, without a goodbye        |
| /duplicate/N          | sends every Nth message of a connection back twice                   |
| /reorder/N            | sends every Nth message of a connection back after the next one      |
| /lose/N               | does not send every Nth message of a connection back                 |
| /slow/MS              | sends each message back after so many milliseconds                   |
| /talk                 | sends a message of its own with each answer                          |
| /refuse/STATUS/N      | refuses every Nth handshake with that status                         |
| /limit/N              | refuses with 503 while N connections are open                        |
| /slow-open/MS         | answers the handshake after so many milliseconds                     |
| /not-again/N          | refuses with 429 once N connections have been opened                 |
| /never-pong           | answers no ping                                                      |
| /never-goodbye        | answers no goodbye                                                   |
| /pings                | sends pings, and counts the pongs                                    |
| /broken               | breaks the rules of the protocol after the first message             |
| /wrong-accept         | answers the handshake with a wrong key                               |
| /subprotocol          | speaks `till.v1`, and refuses with 400 who does not ask for it       |
| /die                  | ends the process at once                                             |
| /counts               | what happened so far, as JSON; not counted itself                    |
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections import Counter
from collections.abc import AsyncIterator

from aiohttp import WSMsgType, web

from rig.listening import HOST

refused: Counter[int] = Counter()
closes: Counter[int] = Counter()
seen: Counter[str] = Counter()
tokens: Counter[str] = Counter()
state = {"open": 0, "peak": 0, "opened": 0, "asked": 0, "messages_in": 0, "messages_out": 0}


class Talk:
    """One connection's conversation."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self.request, self.ws = request, ws
        _, self.mode, *words = request.path.split("/")
        self.words = [int(each) for each in words]
        self.count = 0
        self.kept: str | None = None

    async def send(self, text: str) -> None:
        await self.ws.send_str(text)
        state["messages_out"] += 1

    def is_nth(self) -> bool:
        return self.count % self.words[0] == 0

    async def answer(self, text: str) -> None:
        self.count += 1
        await getattr(self, f"answer_{self.mode.replace('-', '_')}", self.send)(text)

    async def answer_mute(self, text: str) -> None:
        """Nothing."""

    async def answer_wrapped(self, text: str) -> None:
        await self.send(f'{{"you said": "{text}"}}')

    async def answer_duplicate(self, text: str) -> None:
        await self.send(text)
        if self.is_nth():
            await self.send(text)

    async def answer_reorder(self, text: str) -> None:
        if self.is_nth():
            self.kept = text
            return
        await self.send(text)
        if self.kept is not None:
            await self.send(self.kept)
            seen["swapped"] += 1
            self.kept = None

    async def answer_lose(self, text: str) -> None:
        if self.is_nth():
            seen["lost"] += 1
        else:
            await self.send(text)

    async def answer_slow(self, text: str) -> None:
        await asyncio.sleep(self.words[0] / 1000)
        await self.send(text)

    async def answer_talk(self, text: str) -> None:
        await self.send("a word of my own")
        await self.send(text)

    async def answer_broken(self, text: str) -> None:
        await self.send(text)
        assert self.request.transport is not None
        self.request.transport.write(b"\xf3\x00")  # reserved bits, and an opcode that is none

    async def end(self) -> None:
        """What the server does of itself, if it does anything."""
        if self.mode == "close" and self.count >= self.words[1]:
            await self.ws.close(code=self.words[0], message=b"as the path asks")
        if self.mode == "abort" and self.count >= self.words[0]:
            assert self.request.transport is not None
            self.request.transport.abort()


async def refusal(request: web.Request) -> web.StreamResponse | None:
    """The answer that refuses the handshake, if it is to be refused."""
    _, mode, *words = request.path.split("/")
    state["asked"] += 1
    status = 0
    if mode == "refuse" and state["asked"] % int(words[1]) == 0:
        status = int(words[0])
    if mode == "limit" and state["open"] >= int(words[0]):
        status = 503
    if mode == "not-again" and seen["opened not again"] >= int(words[0]):
        status = 429
    if mode == "subprotocol" and "till.v1" not in request.headers.get("Sec-WebSocket-Protocol", ""):
        status = 400
    if mode == "slow-open":
        await asyncio.sleep(int(words[0]) / 1000)
    if status:
        refused[status] += 1
        return web.Response(status=status, text="not now", headers={"Retry-After": "1"})
    return None


async def serve(request: web.Request) -> web.StreamResponse:
    tokens[request.headers.get("Authorization", request.query.get("access_token", ""))] += 1
    if (answer := await refusal(request)) is not None:
        return answer
    if request.path == "/wrong-accept":
        return await wrong_accept(request)
    never_pong, never_goodbye = request.path == "/never-pong", request.path == "/never-goodbye"
    ws = web.WebSocketResponse(
        autoping=not never_pong,
        autoclose=not never_goodbye,
        protocols=("till.v1",) if request.path == "/subprotocol" else (),
    )
    await ws.prepare(request)
    state["open"] += 1
    state["opened"] += 1
    seen["opened not again"] += request.path.startswith("/not-again")
    state["peak"] = max(state["peak"], state["open"])
    try:
        async with pinging(ws) if request.path == "/pings" else contextlib.nullcontext():
            await converse(request, ws, never_goodbye=never_goodbye)
    finally:
        state["open"] -= 1
        closes[ws.close_code or 1006] += 1
    return ws


async def converse(request: web.Request, ws: web.WebSocketResponse, *, never_goodbye: bool) -> None:
    talk = Talk(request, ws)
    await talk.end()
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            state["messages_in"] += 1
            with contextlib.suppress(ConnectionError):  # the client is gone: it will be seen
                await talk.answer(message.data)
            await talk.end()
        elif message.type is WSMsgType.PING:
            seen["pings"] += 1
    if never_goodbye:
        await asyncio.sleep(30)


@contextlib.asynccontextmanager
async def pinging(ws: web.WebSocketResponse) -> AsyncIterator[None]:
    """Pings all the time; a pong answers the latest of them, and is counted by who waits."""

    async def ping() -> None:
        while not ws.closed:
            await ws.ping(b"are you there")
            seen["pings sent"] += 1
            await asyncio.sleep(0.1)

    task = asyncio.create_task(ping())
    try:
        yield
    finally:
        task.cancel()


async def wrong_accept(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: bm90aGluZw==\r\n\r\n"
    )
    request.transport.close()
    raise web.HTTPOk  # nobody reads it


async def counts(request: web.Request) -> web.Response:
    return web.json_response(
        {
            **state,
            "refused": dict(refused),
            "closes": dict(closes),
            "seen": dict(seen),
            "tokens": dict(tokens),
        }
    )


async def die(request: web.Request) -> web.Response:
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    arguments = parser.parse_args()
    context = None
    if arguments.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(arguments.certificate)
    app = web.Application()
    app.router.add_get("/counts", counts)
    app.router.add_get("/die", die)
    app.router.add_get("/{mode:.*}", serve)
    listener = socket.create_server((HOST, 0), backlog=4096)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    web.run_app(
        app, sock=listener, ssl_context=context, print=None, access_log=None, shutdown_timeout=0.2
    )


if __name__ == "__main__":
    main()
