"""How often a limiter's kind is named rightly, in simulation: hints are off, moments blurred."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tables import table

from ApiLoadLibrary.scenarios.rate_limit.decisions import Decisions
from ApiLoadLibrary.scenarios.rate_limit.fitting import Hint
from ApiLoadLibrary.scenarios.rate_limit.identify import identify
from ApiLoadLibrary.scenarios.rate_limit.identify_plan import identifying_offsets

sys.path.insert(0, str(Path(__file__).parents[1]))

from rig import limiters
from rig.limiters import Limiter

LIMIT, WINDOW_S = 20, 2.0
BLURS = (0.001, 0.005)
"""Of the window: so late a request is decided on, at most."""
OFF = (0.7, 1.4)

Dice = np.random.Generator
KINDS: dict[str, Callable[[Dice], Limiter]] = {
    "fixed_window_by_clock": lambda dice: limiters.fixed_window_by_clock(
        LIMIT, WINDOW_S, dice.uniform(0, WINDOW_S)
    ),
    "fixed_window": lambda _: limiters.fixed_window_from_first_hit(LIMIT, WINDOW_S),
    "sliding_log": lambda _: limiters.sliding_log(LIMIT, WINDOW_S),
    "penal_sliding_log": lambda _: limiters.sliding_log_that_punishes(LIMIT, WINDOW_S),
    "sliding_counter": lambda dice: limiters.sliding_counter(
        LIMIT, WINDOW_S, dice.uniform(0, WINDOW_S)
    ),
    "penal_sliding_counter": lambda _: limiters.sliding_counter_that_punishes(LIMIT, WINDOW_S),
    "token_bucket": lambda dice: limiters.token_bucket(
        LIMIT / WINDOW_S, int(dice.choice([1, LIMIT // 2, LIMIT, 2 * LIMIT]))
    ),
}


def run(_seconds: int, rounds: int) -> None:
    """So many rounds of each kind and each blur."""
    dice = np.random.default_rng(1)
    for blur in BLURS:
        rows = []
        for kind, make in KINDS.items():
            named = Counter(_named(make(dice), dice, blur) for _ in range(rounds))
            others = ", ".join(each for each in named if each not in (kind, "unclassified"))
            rows.append((kind, str(named[kind]), str(named["unclassified"]), others))
        print(f"\nmoments known to {100 * blur:g} % of the window, {rounds} rounds\n")
        print(table(("kind", "right", "unclassified", "wrongly"), rows))


def _named(limiter: Limiter, dice: Dice, blur: float) -> str:
    """The name that this limiter is given."""
    limit, window_s = LIMIT * dice.uniform(*OFF), WINDOW_S * dice.uniform(*OFF)
    offsets = identifying_offsets(limit, window_s, int(dice.integers(10**9)))
    sent = np.array(offsets) / 1e9
    late = blur * WINDOW_S
    decided = np.sort(sent + dice.uniform(0, late, len(sent)))
    accepted = np.array([limiter(each) is not None for each in decided.tolist()])
    found = identify(
        Decisions(sent + late / 2, accepted, np.zeros(len(sent))), Hint(limit, window_s)
    )
    return found.kind.removesuffix("_from_first_hit")
