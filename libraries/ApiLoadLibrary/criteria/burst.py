"""What a burst did to response times: how much slower they were, and how soon it was over.

* **Degradation** of an endpoint is the 95th percentile of its response times in the burst,
  divided by that of the normal load before it.  Both parts are short, so it is judged by point
  estimate, and says so; how sure the times of a burst are, `p95 < 100 ms` tells of the burst.
* **Return to normal** is the time from the burst's end to the first stretch of three seconds
  that are as good as normal: their p95 is at most a quarter, or 5 ms, higher than in the worst
  three seconds before the burst, and no larger a share of their requests failed.  Three seconds are
  compared with three, since the p95 of few requests is often far from that of many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.measurement.stretch import between, in_phase
from ApiLoadLibrary.values import NS_PER_S

from .confidence import samples_needed
from .doubt import doubt, waiting
from .finding import Finding
from .judgement import Verdict
from .limits import Limit
from .metrics import Clock, Latency
from .observed import Observed
from .readings import judge_reading
from .subject import Subject
from .when import CONFIDENCE

__all__ = ["burst_reading", "degradation", "judge_burst", "return_to_normal"]

BEFORE, AFTER = "before", "after"
P95, SERVED = Latency("p95"), Latency("p95", Clock.SERVICE)
STABLE_S = 3
AS_GOOD = 1.25
"""Response times vary: up to a quarter more than in the worst normal seconds is normal."""

UNFELT_MS = 5.0
"""And so is what nobody feels."""


def judge_burst(metric: Observed, limit: Limit, subject: Subject) -> Finding:
    """The finding on what a burst did to one endpoint."""
    found = burst_reading(metric, subject)
    if found.never:
        found = _unless_watched_too_briefly(found, limit, subject)
    finding = judge_reading(found, limit, subject)
    if finding.verdict is Verdict.PASS:
        return _unless_normal_is_in_doubt(finding)
    return _unless_waiting(finding, metric) if finding.verdict is Verdict.FAIL else finding


def burst_reading(metric: Observed, subject: Subject) -> Reading:
    """The degradation, or the return to normal, of a subject."""
    if subject.run.scenario != "burst":
        reason = f"there was no burst: send one with `{metric.found_by}`"
        return Reading(metric.name, None, 0, reason)
    return degradation(subject) if metric.name == "degradation" else return_to_normal(subject)


def degradation(subject: Subject, metric: Latency = P95) -> Reading:
    """How many times as long requests took in the burst as before it."""
    before = _in(subject, BEFORE)
    normal, burst = metric.histogram(before.tally()), metric.histogram(subject.tally())
    then, now = metric.value_ms(normal), metric.value_ms(burst)
    samples = normal.count + burst.count
    if not then or now is None:
        where = "before" if not then else "in"
        reason = f"no request {where} the burst was answered as expected"
        return Reading("degradation", None, samples, reason)
    fewest = samples_needed(metric.share or 0.0, CONFIDENCE)
    if min(normal.count, burst.count) < fewest:
        where, option = ("before", "around") if normal.count < fewest else ("in", "duration")
        reason = f"too few requests {where} the burst: it takes {fewest}; make {option}= longer"
        return Reading("degradation", None, samples, reason)
    measured = f"p95 {_ms(then)} before and {_ms(now)} in the burst"
    basis = f"{measured}, {subject.basis(burst.count)}; point estimate"
    return Reading("degradation", now / then, samples, basis=basis, endpoint=subject.name)


def _unless_waiting(finding: Finding, metric: Observed) -> Finding:
    """A failure stands when service times say the same: else requests only waited here."""
    subject, limit = finding.subject, finding.limit
    if metric.name == "degradation":
        served, where = degradation(subject, SERVED).value, subject
        stands = served is not None and not limit.met(served)
    else:
        served, where = return_to_normal(subject, SERVED).value, _in(subject, AFTER)
        stands = served is None or not limit.met(served)
    if stands:
        return finding
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=waiting(where))


def _unless_normal_is_in_doubt(finding: Finding) -> Finding:
    """What waited before the burst makes everything after it look quick."""
    reason = doubt(_in(finding.subject, BEFORE))
    if reason is None:
        return finding
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=f"before the burst {reason}")


def _unless_watched_too_briefly(found: Reading, limit: Limit, subject: Subject) -> Reading:
    """It never came to it is known only of as long a time as the limit allows."""
    longest_s = int(limit.value // 1000)
    if longest_s + STABLE_S <= _in(subject, AFTER).run.length_ns // NS_PER_S:
        return found
    reason = f"{found.reason}; make around= {longest_s + STABLE_S} s or longer"
    return replace(found, never=False, reason=reason)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Three seconds of an endpoint."""

    p95_ms: float
    failed: float


def return_to_normal(subject: Subject, metric: Latency = P95) -> Reading:
    """How long after the burst requests took as long as before it."""
    before, after = _in(subject, BEFORE), _in(subject, AFTER)
    samples = before.requests + after.requests
    normal = list(_stretches(before, metric))
    if reason := _not_normal(normal):
        return Reading("return to normal", None, samples, reason)
    worst = max(each.p95_ms for each in normal)
    slowest = max(AS_GOOD * worst, worst + UNFELT_MS)
    failed = max(each.failed for each in normal)
    later = list(_stretches(after, metric))
    basis = f"normal is a p95 of {_ms(slowest)} or less"
    for second, each in enumerate(later):
        if each.p95_ms <= slowest and each.failed <= failed:
            return _returned(second * 1000.0, samples, basis, subject.name)
    observed = after.run.length_ns // NS_PER_S
    last = later[-1] if later else None
    reason = f"not within the {observed} s that were watched after the burst"
    if last is not None:
        reason += f"; the p95 of the last {STABLE_S} s was {_ms(last.p95_ms)}" + (
            f", and {last.failed:.3g} % failed" if last.failed > failed else ""
        )
    return Reading(
        *("return to normal", None, samples, reason),
        never=last is not None,
        basis=basis,
        endpoint=subject.name,
    )


def _not_normal(stretches: Sequence[_Stretch]) -> str | None:
    """Why nobody knows what normal is; None when it is known."""
    if not stretches:
        return f"it takes {STABLE_S} s of normal load before the burst to know what normal is"
    if any(math.isinf(each.p95_ms) for each in stretches):
        return (
            f"in {STABLE_S} s of the normal load before the burst no request was answered as "
            "expected"
        )
    return None


def _returned(after_ms: float, samples: int, basis: str, name: str | None) -> Reading:
    return Reading("return to normal", after_ms, samples, basis=basis, endpoint=name)


def _stretches(subject: Subject, metric: Latency) -> Iterator[_Stretch]:
    """Every three whole seconds, one second after the other; those without an answer are bad."""
    for start in range(subject.run.length_ns // NS_PER_S - STABLE_S + 1):
        part = between(subject.run, start, start + STABLE_S)
        within = replace(subject, run=part, endpoints=_named(subject, part))
        p95 = metric.value_ms(metric.histogram(within.tally()))
        failed = 100 * within.errors / within.requests if within.requests else 0.0
        yield _Stretch(math.inf if p95 is None else p95, failed)


def _in(subject: Subject, phase: str) -> Subject:
    """The same endpoints in another phase of the run."""
    run = in_phase(subject.run, phase)
    return replace(subject, run=run, endpoints=_named(subject, run))


def _named(subject: Subject, run: RunResult) -> tuple[EndpointResult, ...]:
    names = {each.name for each in subject.endpoints}
    return tuple(each for each in run.endpoints if each.name in names)


def _ms(value: float) -> str:
    return f"{figure(value)} ms"
