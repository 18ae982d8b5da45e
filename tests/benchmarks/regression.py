"""How often `judge_regression` is right, on pairs of runs whose truth is known.

    .venv/bin/python tests/benchmarks/regression.py [--pairs 1000] [--earlier 1]

It takes half an hour on two cores, and gives the same figures each time.

Each pair has its own seed: 1,667 requests a second for 60 s, log-normal, AR(1) with rho 0.5.
The tolerance is 5 %, the confidence 95 %.

"3 % of noise between runs" is taken as: the level of each run is off by up to 3 %, every value
equally likely.  Were it normal with a standard deviation of 3 %, no method could do with *one*
earlier run what is asked for: the difference of two runs then has a standard deviation of
4.2 %; to call at most 5 % of equal pairs and at least 95 % of those that differ by 10 %
(9.5 % as a logarithm), two normal distributions must lie 2 x 1.645 = 3.29 standard deviations
apart, and these lie 2.25.  The rows with normal noise show what comes of it; three earlier
runs or more keep false alarms below 5 % there too, and say *inconclusive* instead.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent / "libraries"), str(TESTS)]

from tables import table  # noqa: E402

from ApiLoadLibrary.criteria.baseline import Baseline, added  # noqa: E402
from ApiLoadLibrary.criteria.judgement import Verdict  # noqa: E402
from ApiLoadLibrary.criteria.regression import judge_regression  # noqa: E402
from ApiLoadLibrary.values import Percent  # noqa: E402
from simulated import Load, response_times, simulated_run  # noqa: E402 -- the lines above say where it is

NOISE = 0.03
TOLERANCE = Percent(5)
NOISES = {"uniform": "up to 3 %", "normal": "normal, sd 3 %"}
EARLIER = (1, 3, 5, 10)
SHOWN = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
Found = dict[str, Counter[Verdict]]
HEAD = ("noise between runs", "earlier runs", "this run", "fail", "inconclusive", "pass")


@dataclass(frozen=True)
class Change:
    """What is different about the run that is judged."""

    words: str
    level: float = 1.0
    slowest: float = 1.0


CHANGES = (
    Change("is like them"),
    Change("is 10 % slower", level=1.10),
    Change("has its slowest 5 % doubled", slowest=2.0),
)


def level(random: np.random.Generator, noise: str) -> float:
    """A run's own level: 1 and a little."""
    if noise == "normal":
        return 1 + NOISE * float(random.standard_normal())
    return 1 + float(random.uniform(-NOISE, NOISE))


def verdicts(seeds: Iterable[int], earlier: int, noise: str, load: Load) -> Found:
    """How often each verdict was given, by what is different about the run."""
    found: Found = {change.words: Counter() for change in CHANGES}
    for seed in seeds:
        random = np.random.default_rng(seed)
        baseline = Baseline("baseline.json", ())
        for number in range(earlier):
            times = response_times(load.draw(random), level(random, noise))
            baseline = added(baseline, simulated_run(times, load, str(number)))
        drawn, own = load.draw(random), level(random, noise)
        for change in CHANGES:
            times = response_times(drawn, own * change.level, change.slowest)
            judgement = judge_regression(simulated_run(times, load), baseline, TOLERANCE)
            found[change.words][judgement.verdict] += 1
    return found


def rows(pairs: int, numbers: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """The table's rows."""
    with ProcessPoolExecutor() as pool:
        parts = os.cpu_count() or 1
        for (noise, words), earlier in product(NOISES.items(), numbers):
            tasks = [
                pool.submit(verdicts, range(part, pairs, parts), earlier, noise, Load())
                for part in range(parts)
            ]
            found = [task.result() for task in tasks]
            for change in CHANGES:
                counts = sum((each[change.words] for each in found), Counter[Verdict]())
                shares = (f"{counts[each] / pairs:.1%}" for each in SHOWN)
                yield words, str(earlier), change.words, *shares


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks/regression.py")
    parser.add_argument("--pairs", type=int, default=1_000, help="in each row (1000)")
    parser.add_argument("--earlier", type=int, action="append", help="only so many earlier runs")
    arguments = parser.parse_args()
    print(table(HEAD, rows(arguments.pairs, arguments.earlier or EARLIER)))


if __name__ == "__main__":
    main()
