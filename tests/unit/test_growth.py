"""Foreign text of twice the length takes about twice the time, whatever it repeats."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.engine.cookies import CookieJar
from ApiLoadLibrary.engine.redirects import next_hop
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.monitor.scrape import names_in
from ApiLoadLibrary.scenarios.rate_limit.headers import read_headers
from ApiLoadLibrary.workload.answer import Answer, Unreadable
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.folding import folded
from ApiLoadLibrary.workload.imports.har import from_har
from ApiLoadLibrary.workload.imports.postman import from_postman
from ApiLoadLibrary.workload.imports.secrets import is_secret_name, is_secret_value, secret_field
from ApiLoadLibrary.workload.template import PLACEHOLDER
from fuzz.foreign import NOW, REQUEST, SHOP

LENGTH = 2_000
TOO_SHORT_S = 0.003
"""Of a time that says nothing, and harms nobody."""

MOST_GROWTH = 3.2
"""Twice is linear, four times quadratic."""

BEGINNINGS = ("", "{{", '"', "a=")
REPEATED = (
    *(" ", "a", "1", "A", "-", "/", ".", "%", "<", "=", ":", "&", "@", "[", "(", "{", ",", ";"),
    *('"', "\\", "\r", "{{", "{{a ", "a ", "a1", "1,", "a-1", "of ", "a=b;", "charset"),
)


def _har(text: str) -> Any:
    request = {"url": f"https://shop.example/{text}", "method": "POST", "postData": {"text": text}}
    return from_har({"log": {"entries": [{"request": request, "response": {"status": 200}}]}})


def _postman(text: str) -> Any:
    request = {"method": "GET", "url": f"https://shop.example/{text}"}
    return from_postman({"info": {}, "item": [{"name": text, "request": request}]})


READERS: dict[str, Callable[[str], Any]] = {
    "placeholders": PLACEHOLDER.search,
    "paths": lambda text: Endpoint("A", "GET", f"/{text}"),
    "folded paths": folded,
    "character sets": lambda text: (
        Answer(200, [(b"content-type", text.encode())], b"a", whole=True).text
    ),
    "rate limits": lambda text: read_headers({"ratelimit": text, "retry-after": text}, NOW),
    "redirects": lambda text: next_hop(SHOP, "GET", REQUEST, 302, text.encode()),
    "cookies": lambda text: CookieJar().store(str(SHOP), [text.encode()]),
    "metrics": names_in,
    "criteria": parse,
    "limits": lambda text: parse(f"memory < {text}b"),
    "checks": lambda text: parse_check(f"header {text} is one of {text}"),
    "names of secrets": is_secret_name,
    "secrets": is_secret_value,
    "fields": secret_field,
    "recordings": _har,
    "collections": _postman,
}


def _took_s(read: Callable[[str], Any], text: str) -> float:
    took = []
    for _ in range(2):
        before = time.thread_time()
        with contextlib.suppress(BadInput, Unreadable):
            read(text)
        took.append(time.thread_time() - before)
    return min(took)


@pytest.mark.parametrize("name", READERS)
def test_what_reads_foreign_text_looks_at_it_once(name: str) -> None:
    for beginning in BEGINNINGS:
        for each in REPEATED:
            run = each * (LENGTH // len(each))
            once = _took_s(READERS[name], f"{beginning}{run}\x01")
            if once > TOO_SHORT_S:
                twice = _took_s(READERS[name], f"{beginning}{run}{run}\x01")
                assert twice < MOST_GROWTH * once, (beginning, each, once, twice)
