"""Rate limiters of the field: what a probe finds of each, and whether it is told which kind it is.

All ten are asked at the same time, since each is asked seldom.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from limited_servers import TRUTHS, Truth, serving
from tables import table

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.rate_limits import Contract, Limited, RateLimitTest
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.endpoint import Endpoint

NEAR = 0.05
"""So far off a limit may be found, and a burst by one more: at its edge a request counts or not."""


def run(_seconds: int, _rounds: int) -> None:
    """Each limiter once: a probe, and then an identification."""
    truths = [each for each in TRUTHS if each.is_here]
    for each in TRUTHS:
        if not each.is_here:
            print(f"{each.words}: left out, {each.server} is not installed")
    with ExitStack() as stack:
        addresses = [stack.enter_context(serving(each)) for each in truths]
        probed = _all_at_once(truths, addresses, probing=True)
        identified = _all_at_once(truths, addresses, probing=False)
    _show_probes(truths, probed)
    _show_identities(truths, identified)


def _all_at_once(truths: list[Truth], addresses: list[str], *, probing: bool) -> list[RunResult]:
    """The runs are made together; what they show is found afterwards, when all have ended."""
    tests = [_test(*each, probing=probing) for each in zip(truths, addresses, strict=True)]

    def send(pair: tuple[Limited, RateLimitTest]) -> RunResult:
        limited, test = pair
        kept: list[RunResult] = []
        plan = test.plan(None, None)
        limited.session.tester.run(plan, "benchmark", lambda moment: None, kept.append)
        return kept[0]

    with ThreadPoolExecutor(len(tests)) as threads:
        runs = list(threads.map(send, tests))
    return [test.conclude(each) for (_, test), each in zip(tests, runs, strict=True)]


def _test(truth: Truth, address: str, *, probing: bool) -> tuple[Limited, RateLimitTest]:
    session = AcceptanceSession()
    session.use_server(address)
    session.endpoints.define(Endpoint("Partner", "GET", "/"))
    limited = Limited(session, "Partner", 429)
    contract = Contract(Rate.parse(truth.limit), truth.burst)
    make = RateLimitTest.probing if probing else RateLimitTest.identifying
    return limited, make(limited, contract)


def _show_probes(truths: list[Truth], runs: list[RunResult]) -> None:
    head = ("probe of", "contract", "effective", "limit found", "at once", "over", "right", "late")
    rows = [_probe_row(*each) for each in zip(truths, runs, strict=True)]
    print(f"\n{table(head, rows)}\n\n{_right(rows, 6)} of {len(rows)} right")


def _probe_row(truth: Truth, run: RunResult) -> tuple[str, ...]:
    found = run.details
    limit, burst = found["limit_found"], found["burst_found"]
    contract = found["contract"]
    right = found["effectiveness_percent"] == 100
    right = (
        right and limit is not None and abs(limit - contract["limit"]) <= NEAR * contract["limit"]
    )
    if truth.burst is not None:
        right = right and burst is not None and abs(burst - truth.burst) <= 1 + NEAR * truth.burst
    return (
        truth.words,
        contract["words"],
        f"{found['effectiveness_percent']:.0f} %",
        _number(limit),
        _number(burst) if truth.burst is not None else "",
        f"{found['over_admission_percent']:.0f} %",
        "yes" if right else "NO",
        str(run.late),
    )


def _show_identities(truths: list[Truth], runs: list[RunResult]) -> None:
    head = ("identified", "as", "with", "mismatch", "runner-up", "right", "late")
    rows = [_identity_row(*each) for each in zip(truths, runs, strict=True)]
    print(f"\n{table(head, rows)}\n\n{_right(rows, 5)} of {len(rows)} right")


def _identity_row(truth: Truth, run: RunResult) -> tuple[str, ...]:
    found = run.details["identity"]
    unclassified = found["kind"] == "unclassified"
    right = "yes" if found["kind"] in truth.kinds else "unclassified" if unclassified else "NO"
    return (
        truth.words,
        found["words"],
        ", ".join(_setting(*each) for each in found["settings"].items()),
        "" if found["mismatch_percent"] is None else f"{found['mismatch_percent']:.1f} %",
        found["runner_up"] or "",
        right,
        str(run.late),
    )


def _setting(name: str, value: float) -> str:
    return f"{name} {value:.4g}"


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:.3g}"


def _right(rows: list[tuple[str, ...]], column: int) -> int:
    return sum(row[column] == "yes" for row in rows)
