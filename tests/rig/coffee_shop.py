"""A shop that knows each of its customers, and notices at once when one shows what is another's.

Run as a process of its own: `python -m rig.coffee_shop` prints its port.

| request           | wants                                  | gives                              |
| ----------------- | -------------------------------------- | ---------------------------------- |
| POST /sign-in     | a new connection without cookies       | `{"token": …}`, a cookie           |
| GET /products     | token, cookie and connection to match  | five products, other ones for each |
| POST /orders      | the same, and this customer's third    | `{"id": …}`, and a `Location`      |
| POST /pay/ORDER   | the same, and this customer's order    | 200                                |
| GET /truth        | nothing                                | what was wrong, and what was done  |

With `--decline N` each Nth payment is refused with 402, with `--sold-out N` each Nth list of
products is too short, with `--slow MS` each answer takes so long.  Whoever pays gets no second
chance: another request of that customer is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import secrets
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rig.listening import HOST
from rig.server import Rig


@dataclass
class Customer:
    """What a customer has been given so far, and may show."""

    cookie: str
    connection: int
    products: list[str] = field(default_factory=list)
    order: str = ""
    answered_ns: int = 0


class Books:
    """All that has happened."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.customers: dict[str, Customer] = {}
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.pauses_ms: list[float] = []
        self.connections = itertools.count(1)

    def truth(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "wrong": self.wrong[:20],
            "wrong_count": len(self.wrong),
            "left": len(self.customers),
            "connections": next(self.connections) - 1,
            "shortest_pause_ms": min(self.pauses_ms, default=None),
        }


class Shop(Rig):
    """One connection."""

    books: Books

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.number = next(self.books.connections)

    def request(self, head: str, body: bytes) -> None:
        line, *lines = head.split("\r\n")
        self.method, self.path, _ = line.split(" ", 2)
        headers = dict(each.split(": ", 1) for each in lines)
        if self.path == "/truth":
            self.answer(json.dumps(self.books.truth()).encode(), counted=None)
            return
        self.requests += 1
        slow_ms = self.books.options.slow
        if slow_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(slow_ms / 1000, self.serve, headers, body)
        else:
            self.serve(headers, body)

    def serve(self, headers: dict[str, str], body: bytes) -> None:
        given = json.loads(body) if body else None
        if self.path == "/sign-in":
            self.sign_in(headers)
            return
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        customer = self.books.customers.get(token)
        if customer is None:
            self.wrong(f"{self.path}: nobody has the token {token!r}")
        elif headers.get("Cookie") != f"till={customer.cookie}":
            self.wrong(f"{self.path}: the cookie is another's: {headers.get('Cookie')}")
        elif customer.connection != self.number and not self.books.options.reconnect:
            self.wrong(f"{self.path}: the connection is another's")
        else:
            arrived_ns = time.monotonic_ns()
            self.books.pauses_ms.append((arrived_ns - customer.answered_ns) / 1e6)
            # Before the answer: afterwards the customer may have it already.
            customer.answered_ns = arrived_ns
            self.go_on(token, customer, given)

    def sign_in(self, headers: dict[str, str]) -> None:
        if self.requests > 1 or "Cookie" in headers:
            self.wrong(f"/sign-in on a used connection, or with a cookie: {headers.get('Cookie')}")
            return
        token, cookie = secrets.token_urlsafe(12), secrets.token_hex(8)
        customer = Customer(cookie, self.number, answered_ns=time.monotonic_ns())
        self.books.customers[token] = customer
        self.reply("sign-in", {"token": token}, headers=f"Set-Cookie: till={cookie}; Path=/\r\n")

    def go_on(self, token: str, customer: Customer, given: Any) -> None:
        options, done = self.books.options, self.books.done
        if self.path == "/products" and not customer.products:
            customer.products = [f"p {secrets.token_hex(4)}/é" for _ in range(5)]
            short = options.sold_out and (done["products"] + 1) % options.sold_out == 0
            shown = customer.products[:2] if short else customer.products
            self.reply("products", {"items": [{"id": each} for each in shown]})
        elif self.path == "/orders" and given == {"product": customer.products[2], "times": 1}:
            customer.order = secrets.token_hex(8)
            headers = f"Location: {customer.order}\r\n"
            self.reply("orders", {"id": {"deep": [customer.order]}}, 201, headers)
        elif self.path == f"/pay/{customer.order}" and given == {"of": f"order {customer.order}!"}:
            del self.books.customers[token]
            declined = options.decline and (done["pay"] + 1) % options.decline == 0
            self.reply("pay", {}, 402 if declined else 200)
        else:
            self.wrong(f"{self.path} with {given}: not what this customer was given")

    def reply(self, step: str, body: Any, status: int = 200, headers: str = "") -> None:
        self.books.done[step] += 1
        self.answer(json.dumps(body).encode(), status, headers, counted=None)

    def wrong(self, what: str) -> None:
        self.books.wrong.append(what)
        self.answer(b"{}", 409, counted=None)


async def serve() -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Shop, HOST, 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--decline", type=int, default=0)
    parser.add_argument("--sold-out", type=int, default=0)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--reconnect", action="store_true")
    Shop.books = Books(parser.parse_args())
    asyncio.run(serve())
