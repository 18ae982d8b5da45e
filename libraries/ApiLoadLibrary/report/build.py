"""From what a session knows to the document: its verdict, and everything in its units."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from ApiLoadLibrary.criteria.judgement import worst
from ApiLoadLibrary.measurement.resources import average, peak
from ApiLoadLibrary.measurement.result import RunResult

from .advice import headrooms, recommend
from .build_run import build_run
from .build_watched import build_alerts, build_monitored
from .document import (
    SCHEMA_VERSION,
    Criterion,
    Document,
    ResourceSecond,
    ResourceUse,
    Summary,
    SystemUnderTest,
    Verdict,
    Waiver,
)
from .record import JudgedCriterion, SessionRecord

__all__ = ["build_document", "seconds_between", "session_verdict"]


def build_document(record: SessionRecord) -> Document:
    """The document of a session."""
    document = Document(
        schema_version=SCHEMA_VERSION,
        verdict=session_verdict(
            (each.judgement.verdict for each in record.criteria),
            disturbed=bool(record.failed_tests or record.interrupted),
        ),
        title=record.title,
        started_at=record.started_at,
        finished_at=record.finished_at,
        duration_s=seconds_between(record.started_at, record.finished_at),
        system_under_test=_without_credentials(record.system_under_test),
        environment=dict(record.environment),
        runs=tuple(map(build_run, record.runs)),
        criteria=tuple(map(_criterion, record.criteria)),
        not_judged=record.not_judged,
        failed_tests=record.failed_tests,
        interrupted=record.interrupted,
        suite=record.suite,
        tests=record.tests,
        left_out=record.left_out,
        waivers=tuple(_waivers(record)),
        resources=tuple(_resources(run) for run in record.runs if run.host and run.host.samples),
        monitored=tuple(each for run in record.runs for each in build_monitored(run)),
        alerts=tuple(each for run in record.runs for each in build_alerts(run)),
    )
    return dataclasses.replace(
        document, recommendations=recommend(document), headroom=headrooms(document)
    )


def _waivers(record: SessionRecord) -> Iterator[Waiver]:
    """A waiver for each criterion that it is about; one that is about none is kept as it is."""
    for waiver in record.waivers:
        wanted = waiver.criterion.casefold()
        names = [
            each.id
            for each in record.criteria
            if each.judgement.verdict is not Verdict.PASS
            and wanted in {each.id.casefold(), (each.requirement or "").casefold()}
        ]
        for name in names or [waiver.criterion]:
            yield dataclasses.replace(waiver, criterion=name)


def session_verdict(verdicts: Iterable[Verdict], *, disturbed: bool) -> Verdict:
    """Fail beats inconclusive beats pass; a pass takes a judged criterion and a clean session.

    Args:
        verdicts: Of each criterion.
        disturbed: Whether a test failed for another reason, or the session was interrupted.
    """
    judged = worst(verdicts)
    return Verdict.INCONCLUSIVE if disturbed and judged is Verdict.PASS else judged


def seconds_between(started_at: str, finished_at: str) -> float:
    """From one ISO 8601 moment to another; never less than 0."""
    started, finished = map(datetime.fromisoformat, (started_at, finished_at))
    return max((finished - started).total_seconds(), 0.0)


def _without_credentials(system: SystemUnderTest) -> SystemUnderTest:
    """A report is passed around: `https://user:password@host` must not be in it."""
    parts = urlsplit(system.base_url)
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return dataclasses.replace(system, base_url=bare.geturl())


def _criterion(judged: JudgedCriterion) -> Criterion:
    judgement = judged.judgement
    return Criterion(
        id=judged.id,
        test=judged.test,
        requirement=judged.requirement,
        owner=judged.owner,
        clause=judged.clause,
        criterion=judgement.criterion,
        run=judgement.run_id,
        endpoint=judgement.endpoint,
        metric=judgement.metric,
        operator=judgement.operator,
        target=float(judgement.target),
        unit=judgement.unit,
        measured=_finite(judgement.measured),
        interval=_interval(judgement.interval),
        confidence=judgement.confidence,
        margin=_finite(judgement.margin),
        samples=judgement.samples,
        scope=judgement.scope,
        when=judgement.when,
        window=judgement.window_s,
        verdict=judgement.verdict,
        reason=judgement.reason,
        sentence=judgement.sentence,
    )


def _finite(value: float | None) -> float | None:
    """JSON knows neither nan nor infinity; both mean that there is no such figure."""
    return float(value) if value is not None and math.isfinite(value) else None


def _interval(ends: tuple[float, float] | None) -> tuple[float | None, float | None] | None:
    return None if ends is None else (_finite(ends[0]), _finite(ends[1]))


_FIGURES = [each.name for each in dataclasses.fields(ResourceSecond) if each.name != "at_s"]


def _resources(run: RunResult) -> ResourceUse:
    assert run.host is not None
    samples = [ResourceSecond(**dataclasses.asdict(each)) for each in run.host.samples]
    summaries = {name: _summary([getattr(each, name) for each in samples]) for name in _FIGURES}
    return ResourceUse(run=run.id, host=run.host.name, samples=tuple(samples), **summaries)


def _summary(values: Sequence[float]) -> Summary:
    return Summary(average=float(average(values) or 0.0), peak=float(peak(values) or 0.0))
