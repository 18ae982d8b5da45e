"""Counts which warm-ups are found, and how often noise is taken for one.

    .venv/bin/python tests/benchmarks/settling.py [--runs 500]

Response times are those of `coverage.py`, times a level that changes.  A warm-up dies away
exponentially: after 10 s of 60 s, or 30 s of 300 s, a twentieth of it is left.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from coverage import SPREAD, Cell, Doubles, batches, name_of, show  # finds the library as well

from ApiLoadLibrary.criteria.steady import steady_state
from ApiLoadLibrary.measurement.histogram import Cells
from ApiLoadLibrary.measurement.tally import Second

LEVELS: dict[str, Callable[[Doubles], Doubles]] = {
    "steady": np.ones_like,
    "twice as slow at first": lambda part: 1 + np.exp(-3 * part),
    "three times": lambda part: 1 + 2 * np.exp(-3 * part),
    "half as slow again at the end": lambda part: 1 + part / 2,
    "twice": lambda part: 1 + part,
    "swings by 30 %": lambda part: 1 + 0.3 * np.sin(2 * np.pi * part),
}
"""How response times change: the part of a warm-up, of the run, or of a swing that is over."""


def warm_ups(runs: int) -> None:
    """A row per length, dependence and level."""
    rows = []
    for seconds, length in ((60, 10), (300, 30)):
        for model, rate, rho in (
            ("requests", 17, 0.5),
            ("requests", 170, 0.5),
            ("seconds", 17, 0.0),
            ("seconds", 170, 0.5),
        ):
            cell = Cell(model, seconds, rate, rho)
            for name, level in LEVELS.items():
                whole = seconds if "end" in name or name == "twice" else length
                times = (np.arange(seconds) + 0.5) / whole
                found = _settled(cell, runs, level(times))
                rows.append([f"{name_of(cell)}, {model}: {name}", *found])
    head = ["steady at once", "after a warm-up", "never", "warm-up: median", "middle 90 %"]
    show("found", head, rows)


def _settled(cell: Cell, runs: int, levels: Doubles) -> list[str]:
    """In percent of the runs, and the warm-ups that were found."""
    states = [
        steady_state(_as_seconds(row, cell, levels))
        for batch in batches(cell, runs)
        for row in np.exp(SPREAD * batch)
    ]
    ends = [state.warm_up_s for state in states if state and state.settled]
    warm = [each for each in ends if each]
    parts = [ends.count(0), len(warm), len(states) - len(ends)]
    middle = np.quantile(warm, [0.5, 0.05, 0.95]) if len(warm) >= len(states) / 10 else None
    figures = [f"{100 * part / len(states):.0f} %" for part in parts]
    if middle is None:
        return [*figures, "", ""]
    return [*figures, f"{middle[0]:.0f} s", f"{middle[1]:.0f} to {middle[2]:.0f} s"]


def _as_seconds(values: Doubles, cell: Cell, levels: Doubles) -> dict[int, Second]:
    """Steady state looks at nothing but how many there are and their sum."""
    sums = values.reshape(cell.seconds, cell.rate).sum(axis=1) * levels * 1e7
    count = Cells(np.zeros(1, np.uint16), np.full(1, cell.rate, np.uint32))
    return {each: Second(judged=count, judged_sum_ns=round(x)) for each, x in enumerate(sums)}


def main() -> None:
    """One table."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks/settling.py")
    parser.add_argument("--runs", type=int, default=500, help="in each row (500)")
    warm_ups(parser.parse_args().runs)


if __name__ == "__main__":
    main()
