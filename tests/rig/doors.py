"""A server with doors: each lets in who shows what it asks for, and counts who came.

Run as a process of its own: `python -m rig.doors` prints its port.

| path      | what it asks for                                                              |
| --------- | ----------------------------------------------------------------------------- |
| /login    | a user name and the password `open-<name>`; gives a token that lives `--life` |
| /in       | a token that lives                                                            |
| /basic    | basic authentication as `kim`, password `--password`                          |
| /digest   | the same by digest: a nonce serves `--uses` times, with rising numbers        |
| /key      | `X-Api-Key`, or the query's or cookie's `api_key`                             |
| /echo     | nothing; says all that it was told, in headers and body, with status 500      |
| /away     | nothing; a redirect that says all that it was told                              |
| /truth    | what was counted, as JSON; not counted itself                                 |

From the `--refuse-from` th sign-in on, sign-ins are answered with `--status`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import secrets
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

from rig.listening import HOST

USER, KEY = "kim", "k3y-of-the-shop"
REALM = "doors"


class Doors:
    """What is known of those who came."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.lock = threading.Lock()
        self.tokens: dict[str, tuple[str, float]] = {}
        self.nonces: dict[str, int] = {}
        self.logins: Counter[str] = Counter()
        self.login_at: list[float] = []
        self.users: Counter[str] = Counter()
        self.seen: Counter[str] = Counter()
        self.order: list[str] = []

    def login(self, name: str, password: str) -> tuple[int, dict[str, object]]:
        """Status and answer."""
        self.logins[name] += 1
        self.login_at.append(time.monotonic())
        if self.logins.total() >= self.options.refuse_from:
            return self.options.status, {}
        if password != f"open-{name}":
            return 401, {}
        token = f"token.{secrets.token_hex(12)}"
        self.tokens[token] = (name, time.monotonic() + self.options.life)
        return 200, {"access_token": token, "expires_in": self.options.life}

    def enter(self, header: str) -> bool:
        """Whether a bearer token lets in."""
        name, ends = self.tokens.get(header.removeprefix("Bearer "), ("", 0.0))
        why = "nobody" if not name else "in" if time.monotonic() < ends else "expired"
        self.seen[why] += 1
        self.users[name] += 1
        self.order.append(name)
        return why == "in"

    def challenge(self, *, stale: bool) -> str:
        """A new one."""
        nonce = secrets.token_hex(8)
        self.nonces[nonce] = 0
        words = f'Digest realm="{REALM}", nonce="{nonce}", qop="auth", algorithm=SHA-256'
        return words + (", stale=true" if stale else "")

    def meets(self, method: str, header: str) -> str:
        """`in`, or why not."""
        if not header.startswith("Digest "):
            return "unasked"
        said = {name: a or b for name, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', header)}
        count = int(said["nc"], 16)
        if said["nonce"] not in self.nonces or count > self.options.uses:
            return "stale"
        if count <= self.nonces[said["nonce"]]:
            return "replayed"
        self.nonces[said["nonce"]] = count

        def sha(text: str) -> str:
            return hashlib.sha256(text.encode()).hexdigest()

        who = sha(f"{USER}:{REALM}:{self.options.password}")
        what = sha(f"{method}:{said['uri']}")
        middle = f"{said['nonce']}:{said['nc']}:{said['cnonce']}:auth"
        return "in" if said["response"] == sha(f"{who}:{middle}:{what}") else "wrong"

    def truth(self) -> dict[str, object]:
        """All that was counted."""
        return {
            "logins": self.logins,
            "login_at": self.login_at,
            "users": self.users,
            "seen": self.seen,
            "order": self.order,
            "nonces": len(self.nonces),
            "tokens": list(self.tokens),
        }


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    doors: Doors

    def do_GET(self) -> None:
        """Any request."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.doors.lock:
            getattr(self, f"on_{url.path.strip('/').partition('/')[0]}")(url.query, body)

    do_POST = do_GET  # noqa: N815 - the names that http.server looks for

    def answer(self, status: int, document: object = "", **headers: str) -> None:
        """Send it."""
        data = json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def on_login(self, _: str, body: bytes) -> None:
        said = json.loads(body)
        status, document = self.doors.login(said["username"], said["password"])
        self.answer(status, document, Set_Cookie="visit=first-visit-of-all; Path=/")

    def on_in(self, *_: object) -> None:
        self.answer(200 if self.doors.enter(self.headers.get("Authorization", "")) else 401)

    def on_basic(self, *_: object) -> None:
        pair = base64.b64encode(f"{USER}:{self.doors.options.password}".encode()).decode()
        good = self.headers.get("Authorization") == f"Basic {pair}"
        self.doors.seen["basic" if good else "wrong"] += 1
        self.answer(200 if good else 401)

    def on_digest(self, *_: object) -> None:
        why = self.doors.meets(self.command, self.headers.get("Authorization", ""))
        self.doors.seen[why] += 1
        if why == "in":
            self.answer(200)
        else:
            self.answer(401, WWW_Authenticate=self.doors.challenge(stale=why == "stale"))

    def on_key(self, query: str, _: bytes) -> None:
        places = {
            "header": self.headers.get("X-Api-Key"),
            "query": parse_qs(query).get("api_key", [None])[0],
            "cookie": dict(re.findall(r"(\w+)=([^;]+)", self.headers.get("Cookie", ""))).get(
                "api_key"
            ),
        }
        found = [place for place, key in places.items() if key == KEY]
        self.doors.seen.update(found)
        self.answer(200 if found else 401)

    def on_echo(self, _: str, body: bytes) -> None:
        told = f"{self.path} {dict(self.headers.items())} {body.decode()}"
        coded = base64.b64encode(told.encode()).decode()
        self.answer(500, {"told": told, "coded": coded}, X_Told=coded)

    def on_away(self, *_: object) -> None:
        told = f"{self.path} {dict(self.headers.items())}"
        self.answer(302, Location=f"/ok?told={quote(told)}")

    def on_truth(self, *_: object) -> None:
        self.answer(200, self.doors.truth())

    def log_message(self, *args: object) -> None:
        """Nothing on the console."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--life", type=float, default=3600)
    parser.add_argument("--password", default="pass:wörd")
    parser.add_argument("--uses", type=int, default=1_000_000)
    parser.add_argument("--refuse-from", type=int, default=1_000_000)
    parser.add_argument("--status", type=int, default=503)
    Handler.doors = Doors(parser.parse_args())
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer((HOST, 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
