"""Counts what `p95 < 200 ms` comes to in short runs that are stalled, or slow for a spell.

    .venv/bin/python tests/benchmarks/stalls.py [--runs 1000]

Requests take about 4 ms, and are noisy: seconds resemble each other (the model *seconds* of
`coverage.py`, rho 0.9).  Some are slower: in *stalls* of 109 ms, which are near the limit but do
not break it; in *spells* of 300 ms, so and so many percent of the time, each second of which is
followed by another one; or as many as the second's mood has it (*drifting*, AR(1), rho 0.9).

A cell is `passes / fails / unseen`, in percent of the runs.  Unseen are those in which nothing
was slower than the limit: they look as if all were well.  In brackets stands what becomes of the
same runs if nothing that comes near a limit is ever too rare to count (`criteria/far_off.py`).

It takes ten minutes on one core, and gives the same figures each time.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from functools import partial

import numpy as np
from coverage import Cell, Doubles, autoregressive, failing, normals
from numpy.typing import NDArray
from tables import table

from ApiLoadLibrary.criteria import far_off
from ApiLoadLibrary.measurement.result import RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, judge

LIMIT_MS = 200.0
QUICK_MS, STALL_MS, SLOW_MS = 4.0, 109.0, 300.0
NOISE = 0.8
"""Standard deviation of the logarithm of a response time."""

CELLS = [Cell("seconds", *size, 0.9) for size in ((10, 200), (30, 200), (30, 17))]
SHARE = 0.08
"""How many requests break the limit where too many do; 5 % may."""

Random = np.random.Generator
Trouble = Callable[[Random, Cell], Doubles]
"""The least that each request takes, in ms."""


def stalls(random: Random, cell: Cell, most: int) -> Doubles:
    """Each second has one with a chance of one in ten, for as many requests at most."""
    least = np.zeros((cell.seconds, cell.rate))
    for second in np.flatnonzero(random.random(cell.seconds) < 0.1):
        count = int(random.integers(1, most + 1))
        start = int(random.integers(0, max(1, cell.rate - count + 1)))
        least[second, start : start + count] = STALL_MS
    return least.ravel()


def spells(
    random: Random, cell: Cell, seconds: float, share: float = SHARE, part: float = 1.0
) -> Doubles:
    """So many seconds long on average; such a part of their requests is slow, a share of all."""
    slow, rest = share / part, 1 - share / part
    moods = np.empty(cell.seconds, bool)
    moods[0] = random.random() < slow
    for second, chance in enumerate(random.random(cell.seconds)[1:], 1):
        ends, begins = 1 / seconds, slow / rest / seconds
        moods[second] = chance >= ends if moods[second - 1] else chance < begins
    hit = np.repeat(moods, cell.rate) & (random.random(cell.seconds * cell.rate) < part)
    return _shifted(random, hit, cell)


def _shifted(random: Random, hit: NDArray[np.bool_], cell: Cell) -> Doubles:
    """Spells do not begin where our seconds do."""
    return SLOW_MS * np.roll(hit, int(random.integers(cell.rate)))


def drifting(random: Random, cell: Cell, spread: float = 1.0) -> Doubles:
    """As many are slow as the second's mood has it; the spread is that of their logarithm."""
    moods = spread * autoregressive(random, 1, cell.seconds, 0.9)[0]
    chances = failing(moods + (1 - spread**2) / 2, SHARE)
    return SLOW_MS * (random.random(cell.seconds * cell.rate) < np.repeat(chances, cell.rate))


def both(random: Random, cell: Cell, one: Trouble, other: Trouble) -> Doubles:
    """The one, and the other."""
    return np.maximum(one(random, cell), other(random, cell))


def slow_but_for_one(random: Random, cell: Cell) -> Doubles:
    """All are slow, far beyond the limit, but for a stretch of a tenth of a second at most."""
    number = cell.seconds * cell.rate
    first, last = random.integers(number), random.uniform(0, 0.1) * cell.rate
    places = np.arange(number) - first
    slow = 10 * SLOW_MS * np.exp(NOISE * normals(random, 1, cell)[0])
    return np.where((places >= 0) & (places <= last), 0.0, slow)


TROUBLES: dict[str, Trouble] = {
    "meets it: stalls of 1 to 3": partial(stalls, most=3),
    "meets it: stalls of 1 to 10": partial(stalls, most=10),
    "meets it: spells of 3 s, 4 %": partial(spells, seconds=3, share=0.04),
    "meets it: spells of 10 s, 4 %": partial(spells, seconds=10, share=0.04),
    "breaks it: spells of 1 s, 8 %": partial(spells, seconds=1 / (1 - SHARE)),
    "breaks it: spells of 3 s, 8 %": partial(spells, seconds=3),
    "breaks it: spells of 3 s, 8 %, of every other": partial(spells, seconds=3, part=0.5),
    "breaks it: spells of 3 s, 8 %, of one in five": partial(spells, seconds=3, part=0.2),
    "breaks it: drifting, 8 %": drifting,
    "breaks it: drifting far, 8 %": partial(drifting, spread=1.5),
    "breaks it: spells of 3 s, and stalls": partial(
        both, one=partial(spells, seconds=3), other=partial(stalls, most=3)
    ),
    "breaks it far off: all but a moment": slow_but_for_one,
}


def judged(trouble: Trouble, cell: Cell, runs: int) -> str:
    """The cell of the table."""
    random = np.random.default_rng([cell.seconds, cell.rate])
    verdicts: list[list[str]] = []
    unseen = 0
    for _ in range(runs):
        quick = QUICK_MS * np.exp(NOISE * normals(random, 1, cell)[0])
        durations = np.maximum(quick, trouble(random, cell))
        unseen += int(durations.max() < LIMIT_MS)
        requests = [Request(service_ms=each) for each in durations.tolist()]
        run = a_run(an_endpoint(requests, rate=f"{cell.rate}/s"))
        verdicts.append([verdict(run, rarer) for rarer in (far_off.RARER, math.inf)])
    now, strictly = (_told(list(each)) for each in zip(*verdicts, strict=True))
    return f"{now} / {100 * unseen / runs:.0f} ({strictly})"


def verdict(run: RunResult, rarer: float) -> str:
    """Of the criterion, if what comes near its limit has to be so many times rarer than may be."""
    usual, far_off.RARER = far_off.RARER, rarer
    try:
        return judge(f"p95 of Products < {LIMIT_MS:g} ms", run).verdict.value
    finally:
        far_off.RARER = usual


def _told(verdicts: list[str]) -> str:
    return " / ".join(
        f"{100 * verdicts.count(each) / len(verdicts):.1f}" for each in ("pass", "fail")
    )


def main() -> None:
    """A row per trouble, a column per length and rate."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks/stalls.py")
    parser.add_argument("--runs", type=int, default=1_000, help="in each cell (1000)")
    runs = parser.parse_args().runs
    rows = [
        [name, *(judged(each, cell, runs) for cell in CELLS)] for name, each in TROUBLES.items()
    ]
    heads = [f"{cell.seconds} s, {cell.rate}/s" for cell in CELLS]
    print(table(["p95 < 200 ms: what it truly does", *heads], rows))


if __name__ == "__main__":
    main()
