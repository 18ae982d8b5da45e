"""What suites write: criteria, checks, placeholders.  It is read, or refused with a sentence."""

from __future__ import annotations

import warnings
from random import Random

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.workload.answer import Answer
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.encoding import json_text, url_quoted
from ApiLoadLibrary.workload.taken import Take
from ApiLoadLibrary.workload.template import PLACEHOLDER, placeholder

from .damage import spoiled

__all__ = ["checks", "criteria", "placeholders"]

ENDPOINTS = ("Products", "Create Order", "Number of Orders", "İstanbul")
CRITERIA = (
    "p95 of Products < 50 ms",
    'p99.9 service time of "Number of Orders" <= 1 min 30 s in every 10 s',
    "average of each endpoint of all answers at most 1.5 s",
    "error rate of Everything < 0.5 % with 99 % confidence",
    "share of 429 of products below 5 percent for 30 s after the first 10 s",
    "share of tls failures < 1 % as a point estimate",
    "achieved rate >= 98 % of target",
    "achieved rate of Create Order > 1,000/min during burst",
    "throughput at least 50/5 s",
    "memory of pos-1 < 1.5 GB",
    "network < 10 MB/s",
    "gauge of pool < 18",
    "recovery < 30 s",
    "degradation < 3 times",
)
CRITERIA_WORDS = (
    *('"', "of", "of of", "<", ">=", "at most", "below", "%", "ms", "s", "/", ",", "threshold"),
    *("the run", "everything", "each endpoint", "all answers", "in every", "for", "during", "with"),
    *("as point estimate", "confidence", "nan", "inf", "-", "9" * 50, "1e9", "0", ".5", "١٢", "ſ"),
    *("p95", "p0", "p100", "share of", "\0", "\n", "\u2028", "\ud800", "İ", " " * 40, "1" * 5_000),
)


def criteria(random: Random) -> int:
    """A criterion is read, and printed so that it reads as itself; or it is a bad one."""
    text = spoiled(random, random.choice(CRITERIA), CRITERIA_WORDS)
    for endpoints in (None, (), ENDPOINTS):
        try:
            criterion = parse(text, endpoints)
        except BadCriterion as error:
            assert str(error)
            continue
        assert parse(str(criterion), endpoints) == criterion
        assert str(parse(str(criterion), endpoints)) == str(criterion)
    return 1


CHECKS = (
    "$.items is not empty",
    "count of $.items[?@.price > 9] >= 3",
    '$[\'first name\'] = "Ann, \\"B\\""',
    '$..id is one of 1, 2.5, true, "a,b", null',
    "header Content-Type starts with application/json",
    "header ETag exists",
    "body does not contain error",
    "body matches ^(a+|b)*c[x-z]{2,3}$",
    "$.name matches (?i)coffee",
    "size <= 20 kB",
    "time below 1 s 500 ms",
    "status is one of 200, 201",
    "$.a is a number",
    "body fits schema nowhere.json",
)
CHECK_WORDS = (
    *("$", "[", "]" * 3, "(", ")", "?@", "..", "*", ",", '"', "'", "\\", "{", "}", "{99999999}"),
    *("=", "!=", "<", "is", "is not", "is one of", "matches", "contains", "is a list", "exists"),
    *("null", "true", "1e999", "9" * 5_000, "-0", "[" * 3_000, "(" * 3_000, "$[" * 500, "\0", "\n"),
    *("count of", "header", "status", "(?P<a>", "(?<=a+)", "[[:alpha:]]", "\\1", "(?i)", "\ud800"),
    *("[9007199254740992]", "[1:2:0]", "match(@.a, '(')", "length(@)", " " * 40),
)
DOCUMENTS = (
    b'{"items": [{"price": 10, "id": 1}, {"price": null}], "name": "Coffee", "a": 1e400}',
    b'{"first name": ["\\ud800", [], {}, true]}',
    b"[1, 2, 3]",
    b"7" * 5_000,
    b"[" * 5_000,
    b"[" * 900 + b"]" * 900,
    b'{"items":' * 400 + b"1" + b"}" * 400,
    b"no JSON \xff",
    b"",
)


def checks(random: Random) -> int:
    """A check is read or refused; one that was read finds any answer right, or tells why not."""
    text = spoiled(random, random.choice(CHECKS), CHECK_WORDS)
    with warnings.catch_warnings(action="ignore", category=FutureWarning):  # of odd patterns
        try:
            check = parse_check(text)
        except BadInput as error:
            assert str(error)
            return 1
    headers = [(b"content-type", b"application/json"), (b"etag", b"\xff")]
    answer = Answer(200, headers, random.choice(DOCUMENTS), whole=True, service_ns=1)
    assert isinstance(check.problem(answer), str | None)
    return 1


PLACEHOLDERS = (
    "{{counter}}",
    "{{ integer -5 .. 50 }}",
    "{{choice cash|card}}",
    "{{uuid}}{{run}}{{token}}",
    "{{ users.name }}",
    "{{number users.age}}",
)
PLACEHOLDER_WORDS = (
    *("{{", "}}", "{", "}", "..", "|", "-", "9" * 5_000, "²", "٣", "\n", "\0", "\ud800", "é"),
    *("integer", "choice", "counter", "token", "of whoever is signed in", " " * 500),
)


def placeholders(random: Random) -> int:
    """A placeholder is known and filled in, or refused; so is what a journey takes."""
    text = spoiled(random, random.choice(PLACEHOLDERS), PLACEHOLDER_WORDS)
    for found in PLACEHOLDER.finditer(text):
        try:
            made = placeholder(found, "0123456789abcdef", random.choice((json_text, url_quoted)))
        except BadInput as error:
            assert str(error)
            continue
        if "token" not in found[0].lower():
            assert isinstance(made.render(random.randrange(10**9), random.getrandbits(64)), bytes)
    try:
        Take.parse("product", spoiled(random, "$.products[2].id", CHECK_WORDS))
        Take.parse("order", spoiled(random, "header Location", CHECK_WORDS))
    except BadInput:
        pass
    return 1
