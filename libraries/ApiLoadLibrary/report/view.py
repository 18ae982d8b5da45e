"""The page as the templates read it: every word and figure ready, nothing left to decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from . import formats
from .charts import Scale
from .document import Criterion, Document, Recommendation, Verdict
from .meaning import meaning
from .provoked import PROVOKED
from .requirement import finding, margin, requirement, scope_of, target
from .source import Source
from .view_headroom import HeadroomView, view_headroom
from .view_resources import AlertView, ResourceView, view_alerts, view_resources
from .view_run import RunView, view_run
from .view_trend import TrendView, view_trend
from .view_trust import Fact, Look, environment_facts, look, trust
from .words import headline, lead

__all__ = ["Page", "view_page"]

MOST_ADVICE = 5
"""Recommendations that are shown at once; the rest is folded away."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the large figures at the top."""

    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """Measured value and limit on one line, 0 to 100 wide.

    Attributes:
        value: Where the measured value lies.
        low: Where its interval begins, and `high` where it ends; equal without one.
        limit: Where the limit lies.
        is_ceiling: Whether values left of the limit are good.
    """

    value: float
    low: float
    high: float
    limit: float
    is_ceiling: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion in the table."""

    anchor: str
    id: str
    words: str
    target: str
    measured: str
    interval: str
    margin: str
    decisive: str
    reason: str
    look: Look
    bullet: Bullet | None
    waiver: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What one test judged: its name, what is said of it, its criteria."""

    title: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement that was not met, and what that means."""

    title: str
    sentence: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    document: Document
    kicker: str
    title: str
    meta: tuple[str, ...]
    look: Look
    headline: str
    lead: tuple[str, ...]
    tiles: tuple[Tile, ...]
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    advice: tuple[Recommendation, ...]
    more_advice: tuple[Recommendation, ...]
    runs: tuple[RunView, ...]
    alerts: tuple[AlertView, ...]
    resources: tuple[ResourceView, ...]
    headroom: tuple[HeadroomView, ...]
    trend: TrendView | None
    trust: tuple[Fact, ...]
    environment: tuple[tuple[str, str], ...]
    source: Source


def view_page(document: Document, source: Source) -> Page:
    """The page of a document.

    Args:
        source: Where its JSON is.
    """
    system = document.system_under_test
    name = " ".join(filter(None, (system.name, system.version)))
    return Page(
        document=document,
        kicker=document.title if name else "Load test",
        title=name or document.title,
        meta=tuple(_meta(document)),
        look=look(document.verdict),
        headline=headline(document),
        lead=tuple(lead(document)),
        tiles=tuple(_tiles(document)),
        groups=tuple(_groups(document)),
        findings=tuple(_findings(document)),
        advice=document.recommendations[:MOST_ADVICE],
        more_advice=document.recommendations[MOST_ADVICE:],
        runs=tuple(view_run(number, run, document) for number, run in enumerate(document.runs, 1)),
        alerts=tuple(view_alerts(document)),
        resources=tuple(view_resources(document)),
        headroom=tuple(view_headroom(document)),
        trend=view_trend(document),
        trust=tuple(trust(document)),
        environment=tuple(environment_facts(document)),
        source=source,
    )


def _meta(document: Document) -> Iterator[str]:
    system = document.system_under_test
    if system.environment:
        yield system.environment
    if system.commit:
        yield f"commit {system.commit}"
    yield formats.when(document.started_at)
    yield f"took {formats.duration(document.duration_s)}"


def _tiles(document: Document) -> Iterator[Tile]:
    requests = sum(each.requests for each in document.runs)
    if not requests:
        return
    planned = sum(each.planned for each in document.runs)
    account = "every one accounted for" if requests == planned else f"of {planned:,} planned"
    yield Tile(formats.count(requests), f"requests, {account}")
    ordinary = [each for each in document.runs if each.scenario not in PROVOKED]
    if sent := sum(each.requests for each in ordinary):
        errors = sum(each.errors for each in ordinary)
        wrong = f"went wrong: {errors:,} of them" if errors else "of them went wrong"
        but = "" if len(ordinary) == len(document.runs) else ", where nothing was provoked"
        yield Tile(formats.percent(100 * errors / sent), f"{wrong}{but}")
    slowest = _slowest(document)
    if slowest:
        name, p95 = slowest
        words = f"within which 95 of 100 were answered, on the slowest endpoint: {name}"
        yield Tile(formats.milliseconds(p95), words)
    in_time = sum(round(each.achieved_rate_per_s * each.length_s) for each in document.runs)
    yield Tile(
        formats.percent(100 * in_time / (planned or requests)),
        "of the load asked for was sent in time",
    )


def _slowest(document: Document) -> tuple[str, float] | None:
    timed = [
        (each.name, each.response_time_ms.p95)
        for run in document.runs
        if run.scenario not in PROVOKED
        for each in run.endpoints
        if each.response_time_ms
    ]
    return max(timed, key=lambda each: each[1], default=None)


def _row(number: int, criterion: Criterion, document: Document) -> Row:
    return Row(
        anchor=f"criterion-{number}",
        id=criterion.id,
        words=requirement(criterion),
        target=target(criterion),
        measured=formats.amount(criterion.measured, criterion.unit, criterion.target),
        interval=_interval(criterion),
        margin=margin(criterion),
        decisive=_decisive(criterion),
        reason="" if criterion.verdict is Verdict.PASS else formats.sentence(criterion.reason),
        look=look(criterion.verdict),
        bullet=_bullet(criterion),
        waiver=_waiver(criterion, document),
    )


def _waiver(criterion: Criterion, document: Document) -> str:
    """Who has decided to live with it unmet; an expired waiver says so."""
    if criterion.verdict is Verdict.PASS:
        return ""
    for each in document.waivers:
        if each.criterion == criterion.id:
            over = each.expiry < document.finished_at[:10]
            until = f"{'expired on' if over else 'until'} {each.expiry}"
            return f"Waived by {each.owner}, {until}: {each.reason}"
    return ""


def _groups(document: Document) -> Iterator[Group]:
    """Criteria that one test judged for the same requirement, in the order of judging."""
    numbered = enumerate(document.criteria, 1)
    for (test, *notes), criteria in groupby(numbered, key=lambda each: _origin(each[1])):
        rows = tuple(_row(number, criterion, document) for number, criterion in criteria)
        yield Group(test, tuple(note for note in notes if note), rows)


def _origin(criterion: Criterion) -> tuple[str, str | None, str | None, str | None]:
    owner = f"for {criterion.owner}" if criterion.owner else None
    return _short(criterion.test), criterion.requirement, criterion.clause, owner


def _short(test: str) -> str:
    """The test's own name, without its suites'.  A name may hold dots, but not like theirs."""
    return re.split(r"\.(?=\S)", test)[-1]


def _interval(criterion: Criterion) -> str:
    """`9.4 – 10.3 ms`; an open end is said in words, and so is that nobody asked how sure it is."""
    if criterion.interval is None:
        asked = criterion.criterion.endswith("as point estimate") or criterion.window is not None
        return "point estimate" if asked and criterion.measured is not None else ""
    low, high = (formats.amount(each, criterion.unit) for each in criterion.interval)
    if None in criterion.interval:
        return f"up to {high}" if criterion.interval[0] is None else f"at least {low}"
    number, _, unit = low.rpartition(" ")
    return f"{number if high.endswith(f' {unit}') else low} – {high}"


def _decisive(criterion: Criterion) -> str:
    """The endpoint that decided, where the criterion does not name it."""
    if criterion.endpoint in (None, scope_of(criterion)):
        return ""
    return f"{'slowest' if criterion.unit == 'ms' else 'worst'}: {criterion.endpoint}"


def _bullet(criterion: Criterion) -> Bullet | None:
    if criterion.measured is None or criterion.target <= 0:
        return None
    ends = [each for each in criterion.interval or () if each is not None]
    low, high = min(ends, default=criterion.measured), max(ends, default=criterion.measured)
    span = Scale(0, max(criterion.target * 1.25, criterion.measured * 1.1), 0, 100)
    return Bullet(
        value=span(criterion.measured),
        low=max(0.0, min(span(low), 100.0)),
        high=max(0.0, min(span(high), 100.0)),
        limit=span(criterion.target),
        is_ceiling=criterion.operator.startswith("<"),
    )


def _findings(document: Document) -> Iterator[Finding]:
    for criterion in document.criteria:
        if criterion.verdict is Verdict.FAIL:
            title = f"{criterion.id}: {requirement(criterion)}"
            yield Finding(title, finding(criterion), meaning(document, criterion))
