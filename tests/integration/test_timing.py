"""Requests start when the schedule says, as far as this machine lets anything start in time."""

from __future__ import annotations

import time

import pytest

from ApiLoadLibrary.report.build_run import build_run
from integration.loads import get, sustain
from rig.process import counts

INTERVAL_NS = 6_000_000  # 10,000 a minute
MS = 1_000_000


def delay_of_an_idle_thread_ns(seconds: float) -> int:
    """The 99th percentile of how late a thread wakes that only sleeps to the same moments."""
    start = time.monotonic_ns()
    delays = []
    for number in range(int(seconds * 1e9) // INTERVAL_NS):
        due = start + number * INTERVAL_NS
        time.sleep(max(0, due - time.monotonic_ns()) / 1e9)  # what is measured here
        delays.append(time.monotonic_ns() - due)
    return sorted(delays)[len(delays) * 99 // 100]


@pytest.mark.slow
@pytest.mark.alone
def test_ten_thousand_a_minute_over_ten_endpoints_are_sent_when_they_are_due(rig: str) -> None:
    """Late is compared with what a mere sleep manages here and now: these machines are shared."""
    idle_ns = delay_of_an_idle_thread_ns(3)
    endpoints = [get(f"/ok?{number}") for number in range(10)]
    result = sustain(rig, endpoints, "1000/min", "9 s")
    told = build_run(result)  # as the JSON report tells it
    assert told.requests == result.planned == 1_500
    assert told.dropped == 0
    assert told.achieved_rate_per_s == pytest.approx(10_000 / 60, rel=0.005)
    assert told.schedule_delay_ms.p99 * MS < max(5 * MS, 3 * idle_ns)
    assert counts(rig)["received"] == {"GET /ok": 1_500}


def test_service_time_is_never_less_than_the_server_took(rig: str) -> None:
    """A server that waits 40 ms cannot be measured at 39; the upper bound is generous."""
    result = sustain(rig, [get("/delay/40")], "50/s", "1 s")
    service = result.endpoints[0].tally.service.success
    assert service.min_ns >= 40 * MS
    assert service.quantile(0.5) < 120 * MS
