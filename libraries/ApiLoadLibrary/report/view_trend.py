"""The section of the page on earlier runs of the suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import formats
from .charts import Scale, path
from .document import Document, EarlierCriterion, EarlierSession
from .drawing import Table
from .requirement import requirement
from .trend import Requirement, changes, requirements, summary
from .view_trust import Look, look

__all__ = ["TrendRow", "TrendView", "view_trend"]

HEIGHT = 24
TIMES_THE_LIMIT = 4
"""A limit further away than that is left out of a line: it would flatten it."""


@dataclass(frozen=True, slots=True)
class TrendRow:
    """A requirement over the last sessions.

    Attributes:
        pips: How each of them ended, oldest first, now last; None where it was not judged.
        line: The measured values as a path in a box of 100 by 24; empty for a single one.
        limit_y: Where the limit lies in it; None where it is far off.
    """

    id: str
    words: str
    pips: tuple[Look | None, ...]
    line: str
    limit_y: float | None
    now: str
    changes: str


@dataclass(frozen=True, slots=True)
class TrendView:
    """The section."""

    sentences: tuple[str, ...]
    rows: tuple[TrendRow, ...]
    table: Table


def view_trend(document: Document) -> TrendView | None:
    """The last sessions of the same suite and this one; None where there are none."""
    if not document.history or not document.criteria:
        return None
    asked = requirements(document, document.history)
    return TrendView(
        sentences=(_compared_with(document.history), *summary(document)),
        rows=tuple(map(_row, asked)),
        table=_table(document, asked),
    )


def _compared_with(history: Sequence[EarlierSession]) -> str:
    last = history[-1]
    version = f", of version {last.version}" if last.version else ""
    runs = f"the last {len(history)} runs" if len(history) > 1 else "an earlier run"
    latest = "the latest on" if len(history) > 1 else "on"
    when = formats.when(last.started_at)
    return f"Compared with {runs} of the same suite, {latest} {when}{version}."


def _row(asked: Requirement) -> TrendRow:
    criterion = asked.criterion
    return TrendRow(
        id=criterion.id,
        words=requirement(criterion),
        pips=(
            *(look(each.verdict) if each else None for each in asked.earlier),
            look(criterion.verdict),
        ),
        line=_line(asked),
        limit_y=_limit_y(asked),
        now=formats.amount(criterion.measured, criterion.unit, criterion.target),
        changes=changes(asked),
    )


def _points(asked: Requirement) -> list[float | None]:
    unit = asked.criterion.unit
    earlier = [each.measured if each and each.unit == unit else None for each in asked.earlier]
    return [*earlier, asked.criterion.measured]


def _top(asked: Requirement) -> float:
    highest = max((each for each in _points(asked) if each is not None), default=0.0)
    target = asked.criterion.target
    return max(highest, target) if target <= TIMES_THE_LIMIT * highest else highest


def _line(asked: Requirement) -> str:
    points = _points(asked)
    if sum(each is not None for each in points) < 2:
        return ""
    x, y = Scale(0, len(points) - 1, 2, 98), Scale(0, _top(asked), HEIGHT - 2, 2)
    return path(list(enumerate(points)), x, y)


def _limit_y(asked: Requirement) -> float | None:
    top, target = _top(asked), asked.criterion.target
    return Scale(0, top, HEIGHT - 2, 2)(target) if 0 < target <= top else None


def _table(document: Document, asked: Sequence[Requirement]) -> Table:
    """A row for each session, a column for each requirement."""
    system = document.system_under_test
    columns = [
        [*map(_outcome, each.earlier), _told(each.criterion.measured, each.criterion.unit,
                                             look(each.criterion.verdict))]
        for each in asked
    ]  # fmt: skip
    sessions = [(each.started_at, each.version, each.commit) for each in document.history]
    sessions.append((document.started_at, system.version, system.commit))
    rows = (
        (formats.when(at), version or formats.NOTHING, commit or formats.NOTHING, *outcomes)
        for (at, version, commit), outcomes in zip(
            sessions, zip(*columns, strict=True), strict=True
        )
    )
    head = ("Run", "Version", "Commit", *(each.criterion.id for each in asked))
    return Table("Measured values and verdicts of earlier runs", head, tuple(rows))


def _outcome(earlier: EarlierCriterion | None) -> str:
    if earlier is None:
        return formats.NOTHING
    return _told(earlier.measured, earlier.unit, look(earlier.verdict))


def _told(measured: float | None, unit: str, shown: Look) -> str:
    return f"{formats.amount(measured, unit)} {shown.sign} {shown.word.lower()}"
