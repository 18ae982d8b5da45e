"""What speaks for and against the figures, and where they come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ApiLoadLibrary.measurement.result import CLOSED, SUITE

from . import formats
from .attempts import attempts
from .document import UNVERIFIED, Document, Generator, Run, Verdict
from .words import steadiness

__all__ = ["Fact", "Look", "environment_facts", "look", "trust"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown: never by its colour alone."""

    name: str
    sign: str
    word: str


_LOOKS = {
    Verdict.PASS: Look("ok", "✓", "Pass"),
    Verdict.FAIL: Look("bad", "✕", "Fail"),
    Verdict.INCONCLUSIVE: Look("warn", "?", "Inconclusive"),
}
_SURE = Look("ok", "✓", "Sound")
_DOUBT = Look("warn", "!", "Caution")


def look(verdict: Verdict) -> Look:
    """How this verdict is shown."""
    return _LOOKS[verdict]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that speaks for or against the figures."""

    look: Look
    text: str


def trust(document: Document) -> Iterator[Fact]:
    """How far the figures can be trusted, and what they say nothing about."""
    for run in document.runs:
        about = f"“{run.name}”: " if len(document.runs) > 1 else ""
        yield _generator(run, about)
        yield _account(run, about)
        if run.settled is False:
            yield Fact(_DOUBT, f"{about}{steadiness(run)}")
    if document.criteria:
        yield _confidence(document)
    if unverified := document.environment.get(UNVERIFIED):
        yield Fact(
            _DOUBT,
            f"TLS certificates of {unverified} were not verified (verify=False): it is not certain "
            "that the figures are those of the system under test.",
        )
    if document.interrupted:
        yield Fact(_DOUBT, f"This report is partial: {document.interrupted}.")
    for attempt in attempts(document):
        yield Fact(_DOUBT, attempt)
    for test in document.failed_tests:
        yield Fact(_DOUBT, f"{test.name} failed for another reason: {test.message}")
    for gap in document.not_judged:
        yield Fact(_DOUBT, f"Not judged: {gap.what} ({gap.reason}).")


def _generator(run: Run, about: str) -> Fact:
    generator = run.generator
    if not generator.healthy:
        return Fact(_DOUBT, f"{about}{'; '.join(generator.reasons)}.")
    if run.scenario == SUITE:
        return Fact(
            _DOUBT,
            f"{about}One caller sent one request at a time, as the suite came to it: "
            "this says how quick the system is, not how much load it carries.",
        )
    delay = None if run.scenario in CLOSED else run.schedule_delay_ms
    started = (
        f"99 of 100 requests started within {formats.milliseconds(delay.p99)} of their moment; "
        if delay
        else ""
    )
    return Fact(
        _SURE,
        f"{about}The load generator was healthy: {started}"
        f"its busiest process used {formats.percent(generator.cpu_percent)} of a processor core"
        f"{_busy(generator)}.{_headroom(run)}{_spread(generator)}",
    )


def _busy(generator: Generator) -> str:
    if generator.transport == "websocket":  # which has no workers to wait for
        return ""
    busy, workers = generator.peak_busy_workers, generator.workers
    return f", and at most {busy:,} of {workers:,} workers were busy at once"


def _headroom(run: Run) -> str:
    """How much more the generator could have sent."""
    ceiling = run.generator.ceiling_per_s
    if not ceiling:
        return ""
    share = formats.percent(100 * run.achieved_rate_per_s / ceiling)
    machines = "machines" if run.generator.hosts else "machine"
    return f" It sent {share} of the {formats.rate(ceiling)} that it can send on its {machines}."


def _spread(generator: Generator) -> str:
    """Over how many machines, and how well they kept step."""
    if not generator.hosts:
        return ""
    apart_ms = max(each.begun_late_ms + each.clock_doubt_ms for each in generator.hosts)
    return (
        f" Its load came from {formats.plural(len(generator.hosts), 'machine')}, which began "
        f"within {formats.milliseconds(apart_ms)} of one moment, as far as their clocks are known."
    )


def _account(run: Run, about: str) -> Fact:
    good, failed = run.requests - run.errors, run.errors - run.dropped
    text = (
        f"{about}Every request is accounted for: {run.requests:,} due = {good:,} answered well "
        f"+ {failed:,} failed + {run.dropped:,} never sent."
    )
    missing = run.planned - run.requests
    if run.stopped:
        return Fact(_DOUBT, f"{text} The run was cut short: {run.stopped}.")
    if missing > 0:
        return Fact(_DOUBT, f"{text} Of {missing:,} more in the schedule nothing is known.")
    return Fact(_SURE, text)


def _confidence(document: Document) -> Fact:
    total = len(document.criteria)
    sure = [each for each in document.criteria if each.interval and each.confidence]
    if not sure:
        return Fact(
            _DOUBT, "No measured value has an interval: the verdicts rest on single values."
        )
    level = formats.percent(100 * min(each.confidence or 0 for each in sure))
    text = f"{len(sure)} of {formats.plural(total, 'measured value')} have an interval in which "
    text += f"the true value lies with {level} confidence; a verdict needs all of it on one side."
    if len(sure) < total:
        text += " The others are judged by the measured value itself."
    return Fact(_SURE, text)


def environment_facts(document: Document) -> Iterator[tuple[str, str]]:
    """Name and value of everything the appendix says of the surroundings."""
    system = document.system_under_test
    yield "Address under test", system.base_url or "none"
    yield "Started", document.started_at
    yield "Finished", document.finished_at
    for name, value in document.environment.items():
        if value is not None:
            yield name.replace("_", " ").capitalize(), str(value)
