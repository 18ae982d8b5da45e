"""Whatever servers do to connections: each request is counted, and no descriptor is left behind.
The loop runs in the test's own process, whose descriptors can be counted."""

from __future__ import annotations

import time
from collections import Counter

from ApiLoadLibrary.engine.loop import LoadLoop
from ApiLoadLibrary.measurement.outcomes import Failure
from integration.failures import open_files
from integration.loads import get, load_tester, steady
from rig.process import counts, hostile_server


def ran(address: str, path: str, rate: str, workers: int) -> tuple[LoadLoop, Counter[int]]:
    """A second of load that leaves no descriptor behind, and what became of its requests."""
    makes = load_tester(address, workers=workers, timeout="1 s")
    (plan,) = makes.plan([get(path)], steady(rate, "1 s"), "x").split(1)
    before = open_files()
    outcomes: Counter[int] = Counter()
    loop = LoadLoop(plan, lambda part, busy: outcomes.update(part.tally.outcomes))
    loop.run(time.monotonic_ns())
    assert open_files() == before
    return loop, outcomes


def test_five_hundred_connections_to_a_server_that_says_nothing_all_time_out() -> None:
    with hostile_server() as (_, ports):
        loop, outcomes = ran(ports["deaf"], "/ok", "500/s", 500)
    assert outcomes == {Failure.ANSWER_TIMEOUT: 500}
    assert loop.peak_busy > 400


def test_many_resets_at_a_high_rate_are_counted_as_the_server_does() -> None:
    with hostile_server() as (address, _):
        _, outcomes = ran(address, "/reset", "2000/s", 50)
        asked = counts(address)["reset"]
    assert outcomes[Failure.RESET] == asked > 1_000
    assert outcomes.total() == 2_000


class Slow(LoadLoop):
    """Its machine has so little time for it that it stands still in every round."""

    def _take_answers(self, pause_ns: int) -> None:
        super()._take_answers(pause_ns)
        time.sleep(0.06)


def test_who_stands_still_in_every_round_ends_requests_all_the_same() -> None:
    with hostile_server() as (_, ports):
        makes = load_tester(ports["deaf"], workers=5, timeout="500 ms")
        (plan,) = makes.plan([get("/ok")], steady("10/s", "500 ms"), "x").split(1)
        outcomes: Counter[int] = Counter()
        began = time.monotonic()
        Slow(plan, lambda part, busy: outcomes.update(part.tally.outcomes)).run(time.monotonic_ns())
        assert 0.9 < time.monotonic() - began < 5  # the server gives up after 5 s
    assert outcomes == {Failure.ANSWER_TIMEOUT: 5}
