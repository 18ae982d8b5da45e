"""Judging shares: the error rate, and how many requests ended in a certain way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from .confidence import Interval, samples_needed, share_interval
from .dependence import worth_for_share
from .doubt import doubt, own_failures, waiting
from .finding import Finding, doubted, unmeasured, unsure, weighed
from .judgement import Verdict
from .limits import Limit
from .metrics import Share
from .sentences import counted_failures, span
from .subject import Subject

__all__ = ["judge_share", "share_percent"]

FAR_OFF = 10.0


def share_percent(metric: Share, subject: Subject) -> float | None:
    """The requests that are counted, in percent of all; None without requests."""
    requests = subject.requests
    return 100 * _hits(metric, subject) / requests if requests else None


def _hits(metric: Share, subject: Subject) -> int:
    return sum(metric.hits(each.tally) for each in subject.endpoints)


def judge_share(metric: Share, limit: Limit, subject: Subject, confidence: float | None) -> Finding:
    """The finding on a share of the requests.

    Those that are the load generator's own doing count, but they alone fail nothing.

    Args:
        confidence: Of its interval; None for a point estimate.
    """
    measured = share_percent(metric, subject)
    if measured is None:
        return unmeasured(subject, limit, _why_nothing(metric))
    requests = subject.requests
    basis = (subject.basis(requests),)
    verdict = limit.point_verdict(measured)
    finding = Finding(subject, limit, measured, requests, verdict, basis=basis)
    if confidence is None or _is_count(limit):
        finding = replace(finding, basis=(*basis, "point estimate"))
    else:
        finding = _estimated(finding, metric, confidence)
    if finding.verdict is not Verdict.FAIL:
        return doubted(finding)
    return _blamed(finding, metric, confidence)


def _why_nothing(metric: Share) -> str:
    if metric.of_journeys:
        return "no journey was begun: it is found by `Start … Journeys …`"
    return "no requests were made"


def _is_count(limit: Limit) -> bool:
    """No number of requests proves that there is no error at all: there the count decides."""
    return limit.value in {0, 100}


def _estimated(finding: Finding, metric: Share, confidence: float) -> Finding:
    subject, requests = finding.subject, finding.samples
    hits = _hits(metric, subject)
    interval = _interval(metric, subject, hits, requests, confidence)
    found = weighed(finding, interval)
    if found.verdict is not Verdict.INCONCLUSIVE:
        return found
    if _is_far(finding):
        far = weighed(finding, share_interval(hits, requests, confidence, requests).scaled(100))
        if far.verdict is Verdict.FAIL:
            return far
    if hits in (0, requests):
        return replace(found, reason=_too_few(finding, metric, hits, confidence))
    return unsure(found, interval, confidence)


def _is_far(finding: Finding) -> bool:
    """Whether ten times as many requests broke the limit as may.

    A few seconds know little of how much requests depend on each other.  But a run of which so
    much went wrong has failed, whatever a longer one would bring.
    """
    limit, measured = finding.limit, finding.measured
    assert measured is not None
    if limit.wants_less:
        return measured >= FAR_OFF * limit.value
    return 100 - measured >= FAR_OFF * (100 - limit.value)


def _interval(
    metric: Share, subject: Subject, hits: int, requests: int, confidence: float
) -> Interval:
    """In percent."""
    worth = worth_for_share([each.tally for each in subject.endpoints], confidence, metric)
    return share_interval(hits, requests, confidence, worth * requests).scaled(100)


def _too_few(finding: Finding, metric: Share, hits: int, confidence: float) -> str:
    """When none of the requests is counted, or each of them is."""
    rest = finding.limit.value / 100 if hits else 1 - finding.limit.value / 100
    needed = samples_needed(rest, confidence)
    seconds = finding.subject.run.length_ns / 1e9 * (needed / finding.samples - 1)
    none = "without an error" if metric.failures_only else "of which none ends so"
    alike = "that all end so" if hits else none
    return (
        f"too few requests: it takes {needed:,} {alike} to show that "
        f"with {100 * confidence:g} % confidence; run about {span(seconds)} longer at this rate"
    )


def _blamed(finding: Finding, metric: Share, confidence: float | None) -> Finding:
    """A failure stands when what the server and the network did breaks the limit by itself.

    Guilty are the requests that are counted; of a floor, those that are not.
    """
    subject, wants_less = finding.subject, finding.limit.wants_less

    def guilty(outcome: int) -> bool:
        return metric.holds(outcome) == wants_less

    failures = {outcome: n for outcome, n in subject.failures().items() if guilty(outcome)}
    told = counted_failures(Counter(failures), subject.describe)
    own = sum(own_failures(each, subject.run, guilty) for each in subject.endpoints)
    hits = _hits(metric, subject)
    servers_hits = hits - own if wants_less else hits
    if not own or _breaks(finding, metric, servers_hits, finding.samples - own, confidence):
        return replace(finding, reason=told)
    broken = hits if wants_less else finding.samples - hits
    what = "errors" if metric.failures_only else "requests that broke it"
    reason = (
        f"{own:,} of its {broken:,} {what} are not the server's; {told}; "
        f"{doubt(subject) or waiting(subject)}"
    )
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _breaks(
    finding: Finding, metric: Share, hits: int, requests: int, confidence: float | None
) -> bool:
    if not requests:
        return False
    limit = finding.limit
    if confidence is None or _is_count(limit):
        return not limit.met(100 * hits / requests)
    interval = _interval(metric, finding.subject, hits, requests, confidence)
    return limit.verdict(interval) is Verdict.FAIL
