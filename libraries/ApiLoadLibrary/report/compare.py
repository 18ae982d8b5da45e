"""Two reports or more, side by side: what is alike, what differs, and how sure that is.

A difference is called clear where the intervals of both measured values lie apart; where they
overlap, none is claimed.  Values without an interval are shown with their difference and no
more: one run of each says little about chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from . import formats
from .document import Criterion, Document, Endpoint, Run
from .drawing import Chart, Line, Table
from .earlier import by_key
from .figures import MOST_ROWS
from .requirement import requirement, target
from .source import Source
from .view_trust import Look, look
from .words import headline, load_sentence

__all__ = ["MOST", "Comparison", "Side", "compare"]

MOST = len(ascii_uppercase)
SAME = "the same"
LINES = ("l1", "l2", "l3")
"""Looks that can be told apart in one chart; a fourth report has none."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the reports.

    Attributes:
        letter: What it is called on the page.
        title: System and version.
        facts: Environment, commit, when.
    """

    letter: str
    title: str
    facts: tuple[str, ...]
    headline: str
    look: Look
    source: Source


@dataclass(frozen=True, slots=True)
class Cell:
    """What one report says; a look of None where there is no verdict in it."""

    text: str
    small: str = ""
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, as each report has it, and how the last differs from the first."""

    name: str
    cells: tuple[Cell, ...]
    difference: str


@dataclass(frozen=True, slots=True)
class RunPair:
    """A load run that several reports have, by its name."""

    name: str
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole page."""

    sides: tuple[Side, ...]
    requirements: tuple[Row, ...]
    runs: tuple[RunPair, ...]


def compare(reports: Sequence[tuple[Document, Source]]) -> Comparison:
    """Put reports side by side.

    Args:
        reports: From 2 to `MOST`, each with where it is; the first is what others differ from.
    """
    documents = [document for document, _ in reports]
    sides = [_side(letter, *each) for letter, each in zip(ascii_uppercase, reports, strict=False)]
    return Comparison(
        sides=tuple(sides),
        requirements=tuple(_requirements(documents)),
        runs=tuple(_runs(documents)),
    )


def _side(letter: str, document: Document, source: Source) -> Side:
    system = document.system_under_test
    facts = (system.environment, system.commit and f"commit {system.commit}")
    return Side(
        letter=letter,
        title=" ".join(filter(None, (system.name, system.version))) or document.title,
        facts=(*filter(None, facts), formats.when(document.started_at)),
        headline=headline(document),
        look=look(document.verdict),
        source=source,
    )


# Requirements.


def _requirements(documents: Sequence[Document]) -> Iterator[Row]:
    """Every criterion that any of them has judged."""
    known = [by_key(each.criteria) for each in documents]
    for key in dict.fromkeys(key for each in known for key in each):
        found = [each.get(key) for each in known]
        named = next(each for each in found if each)
        cells = tuple(map(_criterion_cell, found))
        yield Row(requirement(named), cells, _criterion_difference(found[0], found[-1]))


def _criterion_cell(criterion: Criterion | None) -> Cell:
    if criterion is None:
        return Cell(formats.NOTHING, "not judged")
    measured = formats.amount(criterion.measured, criterion.unit, criterion.target)
    return Cell(measured, target(criterion), look(criterion.verdict))


def _criterion_difference(first: Criterion | None, last: Criterion | None) -> str:
    if first is None or last is None or first.unit != last.unit:
        return ""
    text = _difference(first.measured, last.measured, first.unit)
    if not text or text == SAME:
        return text
    if first.interval is None or last.interval is None:
        return text
    (low, high), (other_low, other_high) = _ends(first.interval), _ends(last.interval)
    if other_low <= high and low <= other_high:
        return f"{text}, within what chance may do"
    higher = other_low > high
    better = higher is not first.operator.startswith("<")
    return f"{text}, clearly {'better' if better else 'worse'}"


def _ends(interval: tuple[float | None, float | None]) -> tuple[float, float]:
    """Both ends; an open one is as far away as can be."""
    low, high = interval
    return -math.inf if low is None else low, math.inf if high is None else high


def _difference(first: float | None, last: float | None, unit: str = "ms") -> str:
    """`12 % more`; of shares, in points."""
    if first is None or last is None:
        return ""
    if first == last:
        return SAME
    word = "more" if last > first else "less"
    if unit == "%":
        return f"{formats.number(abs(last - first), 2)} points {word}"
    if not first:
        return ""
    share = abs(last - first) / abs(first)
    if share >= 1 and word == "more":
        return f"{formats.number(last / first, 1)} times as much"
    return f"{formats.number(100 * share, 0)} % {word}"


# Load runs.


def _runs(documents: Sequence[Document]) -> Iterator[RunPair]:
    """Every load run that at least two of them have, by its name."""
    known = [_by_name(each.runs) for each in documents]
    for key in dict.fromkeys(key for each in known for key in each):
        found = [each.get(key) for each in known]
        if sum(each is not None for each in found) > 1:
            name, number = key
            yield RunPair(
                name=name if number == 1 else f"{name} #{number}",
                sentences=tuple(_sentences(found)),
                rows=tuple(_endpoints(found)),
                chart=_chart(found),
            )


def _by_name(runs: Iterable[Run]) -> dict[tuple[str, int], Run]:
    seen: Counter[str] = Counter()
    found = {}
    for run in runs:
        seen[run.name] += 1
        found[run.name, seen[run.name]] = run
    return found


def _sentences(runs: Sequence[Run | None]) -> Iterator[str]:
    """What was sent; said of each where it was not the same."""
    said = [load_sentence(run) if run else "not run" for run in runs]
    if len(set(said)) == 1:
        yield said[0]
        return
    yield "The load was not the same, so that differences say little."
    for letter, each in zip(ascii_uppercase, said, strict=False):
        yield f"{letter}: {each}"


def _endpoints(runs: Sequence[Run | None]) -> Iterator[Row]:
    known = [{each.name: each for each in run.endpoints} if run else {} for run in runs]
    for name in dict.fromkeys(name for each in known for name in each):
        found = [each.get(name) for each in known]
        times = [each.response_time_ms if each else None for each in found]
        p95s = [each.p95 if each else None for each in times]
        difference = _difference(p95s[0], p95s[-1])
        yield Row(name, tuple(map(_endpoint_cell, found)), difference)


def _endpoint_cell(endpoint: Endpoint | None) -> Cell:
    if endpoint is None:
        return Cell(formats.NOTHING)
    times = endpoint.response_time_ms
    rate = endpoint.error_rate
    wrong = formats.NOTHING if rate is None else formats.percent(100 * rate)
    p99 = formats.milliseconds(times.p99 if times else None)
    small = f"99 of 100 {p99}; {wrong} went wrong"
    return Cell(formats.milliseconds(times.p95 if times else None), small)


def _chart(runs: Sequence[Run | None]) -> Chart | None:
    """The 95th percentile of each over time, the first three of them."""
    shown = [(letter, run) for letter, run in zip(ascii_uppercase, runs, strict=False) if run]
    shown = shown[: len(LINES)]
    length = max(len(run.timeline) for _, run in shown)
    if not length:
        return None
    lines = tuple(
        Line(letter, role, _padded(run, length))
        for (letter, run), role in zip(shown, LINES, strict=False)
    )
    return Chart(
        title="Response times, second by second",
        caption="Within which 95 of 100 requests of each second were answered.",
        unit="ms",
        length_s=length,
        lines=lines[::-1],
        band=False,
        limit=None,
        table=_table(lines, length),
    )


def _padded(run: Run, length: int) -> tuple[float | None, ...]:
    values = [each.p95_ms for each in run.timeline]
    return (*values, *[None] * (length - len(values)))


def _table(lines: Sequence[Line], length: int) -> Table:
    """A row for each second; of a long run, for several, with the slowest of them."""
    step = -(-length // MOST_ROWS)
    rows = []
    for start in range(0, length, step):
        spans = [line.values[start : start + step] for line in lines]
        slowest = [max((v for v in span if v is not None), default=None) for span in spans]
        rows.append((formats.clock(start), *map(formats.milliseconds, slowest)))
    each = f"; each row is {formats.duration(step)}, its slowest second" if step > 1 else ""
    return Table(f"95 of 100{each}", ("Time", *(line.label for line in lines)), tuple(rows))
