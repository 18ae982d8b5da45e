"""Finds a limit that nobody has stated, and that no header tells: when it refuses, and how long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from ApiLoadLibrary.engine.listed import Listed
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

from .account import contract_told, read_answers
from .contract import Contract
from .decisions import decisions
from .probe import SCENARIO

__all__ = ["NO_LIMIT", "all_at_once", "first_look", "found", "limit_told", "rising", "waiting"]

LOOKS, BETWEEN_LOOKS_NS = 2, NS_PER_S // 20
RATES_PER_S = (10, 20, 40, 80, 160, 320)
HIGHEST_PER_S = RATES_PER_S[-1]

NO_LIMIT = Contract(Rate.parse(f"{HIGHEST_PER_S // 2}/s"), source="none")
"""What is probed where none was found: as if half of what was sent in vain were the limit."""

FIRST_WAIT_S, LONGEST_WAIT_S, LONGER = 0.1, 120.0, 1.05
WHOLE_S = 10
"""From here on windows are whole seconds."""


def first_look() -> Load:
    """A request or two, whose answers may tell the limit."""
    return _listed("a first look", [place * BETWEEN_LOOKS_NS for place in range(LOOKS)])


def rising() -> Load:
    """More and more a second, until some are refused; not for longer than a few seconds."""
    moments = [
        (second + place / rate) * NS_PER_S
        for second, rate in enumerate(RATES_PER_S)
        for place in range(rate)
    ]
    return _listed("a search for the limit", [round(each) for each in moments])


def all_at_once(rest_s: float) -> Load:
    """As much as before at the highest rate, after a rest, until some are refused."""
    moments = [rest_s + place / HIGHEST_PER_S for place in range(sum(RATES_PER_S))]
    return _listed("a search for how many", [round(each * NS_PER_S) for each in moments])


def waiting() -> Load:
    """One at a time and further and further apart, until one is accepted."""
    moments, after_s = [], FIRST_WAIT_S
    while after_s < LONGEST_WAIT_S:
        moments.append(round(after_s * NS_PER_S))
        after_s *= LONGER
    return _listed("a search for the window", moments)


def _listed(words: str, offsets: list[int]) -> Load:
    length = offsets[-1] + NS_PER_S // 2
    schedule = Listed(tuple(offsets), length)
    return Load(SCENARIO, words, (Phase.whole(length),), schedules=(schedule,), one_source=True)


def limit_told(run: RunResult) -> Contract | None:
    """The limit that the headers of these answers tell."""
    answers = read_answers(run.trace, datetime.fromisoformat(run.started_at), None)
    return contract_told(answers)


def found(
    rose: RunResult, waited: RunResult, accepted: Collection[int], refused: int
) -> Contract | None:
    """The limit that these two have run into; None where nothing was accepted.

    The window is taken to be the time from the first request to the first that was accepted again.

    Args:
        rose: Of `rising` or `all_at_once`; it ended with a refusal.
        waited: Of `waiting`; it ended with an accepted request.
        accepted, refused: Statuses.
    """
    before = decisions(rose.trace, accepted, refused)
    after = decisions(waited.trace, accepted, refused)
    apart = datetime.fromisoformat(waited.started_at) - datetime.fromisoformat(rose.started_at)
    again = after.at_s[after.accepted]
    if not before.refused or not before.accepted[0] or not len(again):
        return None
    first_refusal = int(np.flatnonzero(~before.accepted)[0])
    window_s = apart.total_seconds() + float(again[0] - before.at_s[0])
    digits = 0 if window_s >= WHOLE_S else 1
    window = Duration(round(max(round(window_s, digits), 0.1) * NS_PER_S))
    return Contract(Rate.parse(f"{first_refusal}/{window}"), source="found")
