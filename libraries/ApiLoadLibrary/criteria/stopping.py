"""Conditions that end a load before its time, read; `stop_watch` sees when they are met.

    condition  ::= criterion "for" DURATION          error rate > 50 % for 10 s
                 | criterion "cannot be met"         p95 of Products < 50 ms cannot be met

The criterion is one of the language (see `grammar`), on shares of requests or on response times.
The first kind says what must not go on, and so looks upwards.  It is seen second by second on
what all shards have told.  The second kind names a requirement: the load ends when so many
requests have broken it that it would be missed even if all those still to come met it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ApiLoadLibrary.errors import BadCriterion

from .grammar import Criterion, parse
from .limits import Limit
from .metrics import Latency, Share
from .when import ALL, When, Window

__all__ = ["StopCondition", "parse_stop"]

_CANNOT_BE_MET = re.compile(r"(?<!\s)\s+cannot\s+be\s+met\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StopCondition:
    """What ends a load.

    Attributes:
        criterion: What seconds are held against, or the requirement that can be missed.
        limit: Its limit.
        seconds: How many seconds in a row; None for a requirement.
        text: As it was written.
    """

    criterion: Criterion
    limit: Limit
    seconds: int | None
    text: str


def parse_stop(text: str, endpoints: Collection[str] | None) -> StopCondition:
    """Read a condition such as `error rate > 50 % for 10 s`.

    Args:
        text: The condition.
        endpoints: The names that its scope may have; None lets any name through.

    Raises:
        BadCriterion: It cannot be read, names what does not exist, or cannot end a load.
    """
    required = _CANNOT_BE_MET.search(text)
    criterion = parse(text[: required.start()] if required else text, endpoints)
    window = criterion.when.window
    if isinstance(criterion.metric, Share) and criterion.metric.of_journeys:
        raise BadCriterion(
            text, 0, "journeys are known when they have ended: write error rate, of their steps."
        )
    if criterion.target is None:
        raise BadCriterion(text, 0, "a load is ended by a time like 2 s, not by a threshold.")
    if required:
        _require_missable(text, criterion)
    else:
        _require_for(text, criterion)
    limit = Limit.of(criterion.operator, criterion.target)
    seconds = window.seconds if window else None
    return StopCondition(criterion, limit, seconds, " ".join(text.split()))


def _require_for(text: str, criterion: Criterion) -> None:
    """A number of seconds running, of what is too high, known second by second."""
    window = criterion.when.window
    if window is None or criterion.when != When(Window(window.seconds, running=True)):
        raise BadCriterion(
            text, len(text), "say how long it may go on, and nothing else: … for 10 s."
        )
    metric = criterion.metric
    known = isinstance(metric, Share) or (isinstance(metric, Latency) and metric.by_second)
    if not known:
        raise BadCriterion(
            text,
            0,
            f"{metric.name} cannot end a load: write error rate, or a response time like p95.",
        )
    if criterion.operator in ("<", "<="):
        raise BadCriterion(text, 0, "a load is ended by what is too high: write > or >=.")


def _require_missable(text: str, criterion: Criterion) -> None:
    """A ceiling on the whole load that is missed by counting: of a percentile, or of a share."""
    metric = criterion.metric
    counted = isinstance(metric, Share) or (
        isinstance(metric, Latency)
        and metric.by_second
        and (metric.share is not None or metric.statistic == "max")
    )
    if criterion.when != ALL or not counted or criterion.operator not in ("<", "<="):
        raise BadCriterion(
            text,
            0,
            "what can be missed for certain before the end is a percentile, the max or a share, "
            "below a limit and over the whole load: p95 of Products < 50 ms cannot be met.",
        )
