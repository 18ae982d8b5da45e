"""A minute of steady load: nothing grows, nothing is missing.  An hour of it is a benchmark."""

from __future__ import annotations

import contextlib
import os
from statistics import median

import psutil
import pytest

from ApiLoadLibrary.session.tester import Moment
from integration.loads import get, sustain
from rig.process import counts, rig_server

SECONDS, RATE = 60, 500
SETTLED_S, AROUND_S = 15, 10


class Taken:
    """What the shard takes, by the second: bytes, descriptors, threads."""

    def __init__(self) -> None:
        self.by_second: dict[int, tuple[int, int, int]] = {}

    def __call__(self, moment: Moment) -> None:
        second = int(moment.elapsed_s)
        if second in self.by_second:
            return
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            for each in psutil.Process(os.getpid()).children():
                if "ApiLoadLibrary.engine.shard" in each.cmdline():
                    found = (each.memory_info().rss, each.num_fds(), each.num_threads())
                    self.by_second[second] = found


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="descriptors are counted here")
def test_a_minute_of_load_takes_no_more_at_its_end_and_has_every_second() -> None:
    taken = Taken()
    with rig_server() as rig:
        run = sustain(rig, [get("/ok")], f"{RATE}/s", f"{SECONDS} s", taken, timeout="10 s")
        served = counts(rig)["received"]["GET /ok"]
    assert run.outcomes == {200: RATE * SECONDS}
    assert served == RATE * SECONDS
    (endpoint,) = run.endpoints
    assert {second: each.requests for second, each in endpoint.tally.seconds.items()} == (
        dict.fromkeys(range(SECONDS), RATE)
    )
    seconds = sorted(each for each in taken.by_second if SETTLED_S <= each < SECONDS)
    assert len(seconds) > 2 * AROUND_S
    first, last = (
        [taken.by_second[each] for each in part]
        for part in (seconds[:AROUND_S], seconds[-AROUND_S:])
    )
    assert median(each[0] for each in last) - median(each[0] for each in first) < 3e6
    assert {each[1:] for each in first} == {each[1:] for each in last}
