"""A small shop that serves its own description, and holds each request to what that says.

It is written by hand, without the code that imports descriptions.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

DESCRIPTION = """
openapi: 3.0.3
info: {title: The Shop, version: "1"}
servers: [{url: /api/v1}]
paths:
  /products:
    get:
      operationId: listProducts
      tags: [catalogue]
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer, minimum: 3}}
        - {name: q, in: query, schema: {type: string}}
      responses: {200: {description: Products}}
  /products/{product-id}:
    get:
      operationId: getProduct
      tags: [catalogue]
      parameters:
        - {name: product-id, in: path, required: true, schema: {type: integer}}
        - {name: X-Till, in: header, required: true, schema: {enum: [till-1, till-2]}}
      responses: {200: {description: One}, 404: {description: None}}
    delete:
      operationId: deleteProduct
      responses: {204: {description: Gone}}
  /orders:
    post:
      operationId: createOrder
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "/parts.yaml#/Order"}
      responses: {201: {description: Created}}
  /logins:
    post:
      operationId: logIn
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema:
              type: object
              required: [till]
              properties: {till: {type: string, pattern: "^till-[0-9]{3}$"}}
      responses: {204: {description: Welcome}}
  /elsewhere:
    get:
      parameters: [{$ref: "http://127.0.0.1:1/secret.yaml#/Page"}]
"""
PARTS = """
Order:
  type: object
  required: [id, day, lines]
  properties:
    id: {type: string, readOnly: true}
    day: {type: string, format: date}
    note: {type: string}
    lines: {type: array, minItems: 2, items: {$ref: "#/Line"}}
Line:
  type: object
  required: [product, quantity]
  properties:
    product: {type: integer, minimum: 10, exclusiveMinimum: true}
    quantity: {type: integer, example: 4}
"""


class Shop:
    """What came.

    Attributes:
        accepted: How many requests were as they should be, by method and path.
        refused: Those that were not, as they came.
    """

    def __init__(self) -> None:
        self.url = ""
        self.accepted: Counter[str] = Counter()
        self.products: set[str] = set()
        self.refused: list[str] = []
        self._lock = threading.Lock()

    def status_of(self, method: str, url: str, headers: Any, body: bytes) -> int:
        """The status that a request is answered with."""
        parts = urlsplit(url)
        product = re.fullmatch(r"/api/v1/products/(\d+)", parts.path)
        status = 404
        if (method, parts.path) == ("GET", "/api/v1/products"):
            status = 200 if re.fullmatch("page=3", parts.query) else 400
        elif method == "GET" and product:
            status = 200 if headers["X-Till"] in ("till-1", "till-2") else 400
        elif (method, parts.path) == ("POST", "/api/v1/orders"):
            status = 201 if _is_order(headers, body) else 400
        elif (method, parts.path) == ("POST", "/api/v1/logins"):
            status = 204 if _is_login(headers, body) else 400
        with self._lock:
            if status < 300:
                label = "/api/v1/products/…" if product else parts.path
                self.accepted[f"{method} {label}"] += 1
                self.products |= {product[1]} if product else set()
            else:
                self.refused.append(f"{method} {url} {body!r}")
        return status


def _is_order(headers: Any, body: bytes) -> bool:
    order = json.loads(body)
    return (
        headers["Content-Type"] == "application/json"
        and set(order) == {"day", "lines"}
        and re.fullmatch(r"\d{4}-\d\d-\d\d", order["day"]) is not None
        and len(order["lines"]) == 2
        and all(each["product"] > 10 and each["quantity"] == 4 for each in order["lines"])
    )


def _is_login(headers: Any, body: bytes) -> bool:
    till = parse_qs(body.decode()).get("till", [""])[0]
    is_form = headers["Content-Type"] == "application/x-www-form-urlencoded"
    return is_form and re.fullmatch(r"till-\d{3}", till) is not None


@contextmanager
def shop() -> Iterator[Shop]:
    """A shop that is open."""
    found = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            documents = {"/openapi.yaml": DESCRIPTION, "/parts.yaml": PARTS}
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            text = documents.get(self.path, "").encode()
            status = 200 if text else found.status_of(self.command, self.path, self.headers, body)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - called by these names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
