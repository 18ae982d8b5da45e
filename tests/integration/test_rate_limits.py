"""Rate limits of real servers: probed, found, and told from each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.rate_limits import Contract, Limited, RateLimitTest
from ApiLoadLibrary.session.tester import LoadPlan
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import watch_nothing
from rig.process import limited_server, truth

FREE = Endpoint("Free", "GET", "/free")


def session_at(address: str) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address)
    session.endpoints.define(Endpoint("Limited", "GET", "/"))
    session.endpoints.define(FREE)
    return session


def limited(address: str, **named: Any) -> Limited:
    return Limited(session_at(address), "Limited", named.pop("refused", 429), **named)


def probed(of: Limited, contract: Contract) -> RunResult:
    test = RateLimitTest.probing(of, contract)
    return of.session.run(test.plan(None, None), watch_nothing, test.conclude)


def contract(rate: str, burst: int | None = None) -> Contract:
    return Contract(Rate.parse(rate), burst)


@pytest.mark.quiet
def test_a_probe_counts_what_the_server_counts() -> None:
    with limited_server("sliding_log", 20, 0.5) as address:
        of = limited(address, bystanders="Free", other_token="another")
        run = probed(of, contract("20/500 ms"))
        counted = truth(address)
    found = run.details
    theirs = [each for each in run.trace if each.endpoint == 1]
    assert theirs == [], "the trace is not kept"
    below, above = found["below"], found["above"]
    others = sum(each["sent"] for each in found["bystanders"])
    assert counted["refused"] == below["refused"] + found["retry_after"]["refusals"]
    assert below["accepted"] == below["sent"]
    assert above["sent"] == above["accepted"] + above["refused"]
    assert counted["accepted"] >= below["accepted"] + above["accepted"] + others // 2
    assert found["effectiveness_percent"] == 100
    assert found["limit_found"] == pytest.approx(20, abs=1.5)
    assert [each["sent"] for each in found["bystanders"]] == [8, 8]
    assert run.errors == 0
    assert not run.generator.reasons


def test_a_limit_that_nobody_states_is_run_into() -> None:
    with limited_server("fixed_window_from_first_hit", 30, 2) as address:
        of = limited(address)
        found = of.find_contract(watch_nothing)
    assert found.source == "found"
    assert found.limit == 30
    assert 1.9 <= found.window_ns / 1e9 <= 3


def test_where_there_is_no_limit_none_is_found() -> None:
    with limited_server("none", 1, 1) as address:
        of = limited(address)
        assert of.find_contract(watch_nothing).source == "none"


def test_a_probe_that_is_broken_off_keeps_what_it_has_found() -> None:
    def impatient(_moment: object) -> None:
        raise KeyboardInterrupt

    with limited_server("sliding_log", 20, 0.5) as address:
        of = limited(address)
        test = RateLimitTest.probing(of, contract("20/500 ms"))
        with pytest.raises(KeyboardInterrupt):
            of.session.run(test.plan(None, None), impatient, test.conclude)
    run = of.session.verdicts.runs[-1]
    assert run.stopped
    assert run.details["kind"] == "probe"
    assert {each.value for each in run.readings} <= {None, 0.0, 100.0, 1.0}


KINDS = [
    ("limits-moving", "sliding_log", lambda settings: (settings["limit"], settings["window_s"])),
    ("token_bucket", "token_bucket", lambda settings: (settings["burst"], settings["rate_per_s"])),
]


KNOWN_TO = 0.05
"""As the manual says; what a bucket holds is found up to a fiftieth too low, on a quiet machine."""


@pytest.mark.quiet
@pytest.mark.slow
def test_two_real_limiters_are_told_from_all_others() -> None:
    """Both at once, since it takes eighteen windows of a second."""
    expected: dict[str, tuple[str, Callable[[dict[str, float]], tuple[float, float]]]] = {}
    runs: dict[str, RunResult] = {}
    with (
        limited_server("limits-moving", 20, 1) as log,
        limited_server("token_bucket", 20, 1) as bucket,
    ):
        going = []
        for (name, kind, read), address in zip(KINDS, (log, bucket), strict=True):
            expected[name] = kind, read
            of = limited(address)
            test = RateLimitTest.identifying(of, contract("20/s"))
            plan: LoadPlan = test.plan(name, None)
            going.append((name, of.session, of.session.begin(plan, test.conclude)))
        for name, session, load in going:
            load.wait(watch_nothing)
            runs[name] = session.verdicts.runs[-1]
    for name, (kind, read) in expected.items():
        found = runs[name].details["identity"]
        assert found["kind"] == kind, found["reason"]
        assert found["mismatch_percent"] < 5
        count, other = read(found["settings"])
        assert count == pytest.approx(20, rel=KNOWN_TO)
        assert other == pytest.approx(1 if kind == "sliding_log" else 20, rel=KNOWN_TO)
