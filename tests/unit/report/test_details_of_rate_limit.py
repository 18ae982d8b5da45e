"""How a rate limit is told on the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.scenario_details import Details
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.report.view_details import view_details
from ApiLoadLibrary.scenarios.rate_limit.contract import Contract
from ApiLoadLibrary.scenarios.rate_limit.outcome import Terms
from ApiLoadLibrary.scenarios.rate_limit.runs import Identification, Probing
from ApiLoadLibrary.values import Rate
from limited import STARTED_AT, trace_of
from rig import limiters
from rig.limiters import Limiter
from unit.criteria.builders import a_run, an_endpoint, around
from unit.report import samples

OK = frozenset({200})
CONTRACT = Contract(Rate.parse("20/2 s"))


def everything(_now: float) -> float | None:
    return 0.0


def reported(made: Probing | Identification, trace: list[Exchange]) -> Document:
    """The document, read back from its JSON."""
    run = a_run(an_endpoint(around(2, 100), "Partner Products", rate="20/2 s"))
    ordered = tuple(sorted(trace, key=lambda each: each.scheduled_ns))
    run = replace(run, scenario="rate_limit", started_at=STARTED_AT, trace=ordered)
    concluded = replace(made.conclude(run), trace=())
    return from_json(to_json(build_document(samples.session(runs=(concluded,)))))


def probed(
    limiter: Limiter,
    *,
    contract: Contract = CONTRACT,
    beside: Limiter | None = None,
    **named: Any,
) -> Details:
    """What the page says of a probe."""
    names = (("Products", OK),) if beside else ()
    made = Probing.of(contract, Terms(OK, 429, names))
    trace = trace_of(made.probe.offsets, limiter, **named)
    if beside:
        trace += trace_of(made.probe.bystanders, beside, place=1)
    details = view_details(reported(made, trace).runs[0])
    assert details is not None
    return details


def identified(limiter: Limiter) -> Details:
    """What it says of an identification."""
    made = Identification.of(CONTRACT, Terms(OK, 429))
    details = view_details(reported(made, trace_of(made.offsets, limiter)).runs[0])
    assert details is not None
    return details


def log(limit: int = 20) -> Limiter:
    return limiters.sliding_log(limit, 2)


SAID: list[tuple[str, Callable[[], Details], str]] = [
    (
        "effective",
        lambda: probed(log()),
        "102 requests were sent, where 70 may be accepted at most: it refused 100 % of the excess.",
    ),
    (
        "off",
        lambda: probed(everything),
        "Not one of 102 requests was refused: nothing limits them.",
    ),
    (
        "shaping",
        lambda: probed(limiters.delaying_bucket(10, 10**6)),
        "(shaping): requests leave at 10/s",
    ),
    (
        "delaying",
        lambda: probed(limiters.delaying_bucket(10, 20), contract=Contract(Rate.parse("10/s"), 20)),
        "of the excess, and delays some of the others.",
    ),
    (
        "penal",
        lambda: probed(limiters.sliding_log_that_punishes(20, 2)),
        "who goes on is punished.",
    ),
    (
        "too strict",
        lambda: probed(log(10)),
        "6 of 16 requests were turned away although they kept to",
    ),
    ("too generous", lambda: probed(log(30)), "Within 2 s it once let 30 through: 50 % too much."),
    ("silent", lambda: probed(log()), "Refusals do not tell when to come back (no Retry-After)."),
    (
        "liar",
        lambda: probed(log(), headers=lambda _now, ok: {} if ok else {"retry-after": "60"}),
        "but not truly: told to wait for 1 min",
    ),
    ("bystander", lambda: probed(log(), beside=everything), "Products did not notice: all"),
    ("disturbed", lambda: probed(log(), beside=lambda now: None), "Products was disturbed:"),
    (
        "contradiction",
        lambda: probed(log(), headers=lambda _now, _ok: {"ratelimit-limit": "99"}),
        "The headers tell a limit of 99, and 20/2 s was stated.",
    ),
    ("kind", lambda: identified(log()), "It is a sliding log: 20 requests in 2 s."),
    (
        "kind of bucket",
        lambda: identified(limiters.token_bucket(10, 20)),
        "It is a token bucket (or GCRA): 10/s, and 20 at once.",
    ),
    ("no kind", lambda: identified(everything), "It cannot be told: not one of"),
]


@pytest.mark.parametrize("name, view, said", SAID, ids=[name for name, *_ in SAID])
def test_what_a_limiter_does_is_told_in_plain_words(
    name: str, view: Callable[[], Details], said: str
) -> None:
    details = view()
    assert any(said in each for each in details.sentences), details.sentences


def test_the_picture_compares_what_was_accepted_with_what_is_allowed() -> None:
    (chart,) = probed(log()).charts
    allowed, accepted = chart.lines
    assert chart.of_lengths
    assert chart.length_s == pytest.approx(4)
    assert max(each or 0 for each in allowed.values) == 40
    assert all((a or 0) <= (b or 0) for a, b in zip(accepted.values, allowed.values, strict=True))


def test_models_and_headers_are_tables() -> None:
    models = identified(log()).tables[0]
    assert models.rows[0][0] == "sliding log"
    assert models.rows[0][1].startswith("limit 20, window 2")
    headers = {
        "ratelimit": '"a";r=0;t=2',
        "ratelimit-policy": '"a";q=20;w=2',
        "retry-after": "soon",
    }
    told = probed(log(), headers=lambda _now, _ok: headers).tables[-1]
    assert told.rows[0][0] == "RateLimit"
    assert any(name == "Malformed, and ignored" for name, _ in told.rows)


def test_the_page_is_made_from_the_json_alone() -> None:
    made = Probing.of(CONTRACT, Terms(OK, 429))
    html = render(reported(made, trace_of(made.probe.offsets, log())))
    assert "What the rate limit does" in html
    assert "What was let through in any stretch of time" in html
