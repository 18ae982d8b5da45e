"""Requests that a suite has sent, as a load run: named, counted, and each judged once."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.session.overhearing import Overheard
from ApiLoadLibrary.session.suite_timing import MOST_ENDPOINTS, SuiteTiming

MS = 1_000_000


def heard(path: str, outcome: int = 200, start_ms: int = 0, took_ms: int = 10) -> Overheard:
    """A GET of this path."""
    sent_ns = 5_000 * MS + start_ms * MS
    url = f"https://user:secret@shop.example:8443{path}"
    return Overheard("GET", url, outcome, sent_ns, sent_ns + took_ms * MS, sent_ns + MS)


def test_a_suite_is_a_run_of_one_worker_from_its_first_request_to_the_last_answer() -> None:
    timing = SuiteTiming()
    timing.add(heard("/orders/1", start_ms=1_200, took_ms=30), "shop", True)
    timing.add(heard("/orders/2", start_ms=0, took_ms=10), "shop", True)
    run = timing.result("Shop")
    (endpoint,) = run.endpoints
    assert (endpoint.name, endpoint.group) == ("shop GET /orders/{id}", "shop")
    assert (run.test, run.closed, run.generator.workers) == ("Shop", True, 1)
    assert run.length_ns == 1_230 * MS
    assert (run.requests, run.errors, run.late, run.dropped) == (2, 0, 0, 0)
    assert sorted(endpoint.tally.seconds) == [0, 1]
    times = endpoint.tally.response.judged()
    assert times.quantile(1.0) == pytest.approx(30 * MS, rel=0.002)
    assert timing.base_url == "https://shop.example:8443"  # without who signs in


def test_a_status_that_one_test_wants_and_another_does_not_is_a_failed_check_there() -> None:
    timing = SuiteTiming()
    timing.add(heard("/a", 404), "shop", True)
    timing.add(heard("/a", 404), "shop", False)
    timing.add(heard("/a", 500), "shop", False)
    timing.add(heard("/a", Failure.RESET), "shop", False)
    run = timing.result("Shop")
    outcomes = {404: 1, Failure.CHECK_FAILED: 1, 500: 1, Failure.RESET: 1}
    assert dict(run.outcomes) == outcomes
    assert run.errors == 3


@pytest.mark.parametrize("alias", [None, "", "everything", "a, b", "Shop With Coffee"])
def test_where_no_criterion_could_name_the_session_the_host_stands(alias: str | None) -> None:
    timing = SuiteTiming()
    timing.add(heard("/a"), alias, True)
    assert timing.result("Shop").endpoints[0].name == "shop.example GET /a"


def test_a_suite_that_never_asks_twice_for_the_same_does_not_fill_the_report() -> None:
    timing = SuiteTiming()
    for number in range(MOST_ENDPOINTS + 50):
        timing.add(heard(f"/pages/{'x' * number}"), "shop", True)
    endpoints = timing.result("Shop").endpoints
    assert len(endpoints) == MOST_ENDPOINTS + 1
    assert (endpoints[-1].name, endpoints[-1].tally.requests) == ("shop GET (other paths)", 50)
