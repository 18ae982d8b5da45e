"""Judging figures that only one kind of load can show.

A scenario leaves them in its run as `Reading`s; here they are compared with a limit, and
doubted where the load generator did not do its part.
"""

from __future__ import annotations

import math
from dataclasses import replace

from ApiLoadLibrary.measurement.readings import Reading

from .confidence import Interval
from .finding import Finding, doubted, unmeasured, weighed
from .judgement import Verdict
from .limits import Limit
from .observed import Observed
from .sentences import between
from .subject import Subject
from .when import CONFIDENCE

__all__ = ["judge_observed", "judge_reading", "reading_of"]


def reading_of(metric: Observed, subject: Subject) -> Reading | None:
    """What was found on a subject; of an endpoint that has none of its own, that of its run."""
    found = [each for each in subject.run.readings if each.metric == metric.name]
    own = [each for each in found if each.endpoint == subject.name]
    whole = [each for each in found if each.endpoint is None]
    return next(iter((*own, *whole)), None)


def judge_observed(metric: Observed, limit: Limit, subject: Subject) -> Finding:
    """The finding on a figure that a scenario has left."""
    found = reading_of(metric, subject)
    if found is None:
        reason = f"this load does not show it: it is found by `{metric.found_by}`"
        return unmeasured(subject, limit, reason)
    return judge_reading(found, limit, subject)


def judge_reading(found: Reading, limit: Limit, subject: Subject) -> Finding:
    """The finding on a figure, whoever found it."""
    verdict = Verdict.INCONCLUSIVE
    if found.value is not None:
        verdict = limit.point_verdict(found.value)
    elif found.never:
        verdict = Verdict.FAIL
    finding = Finding(
        *(subject, limit, found.value, found.samples, verdict),
        basis=(found.basis,) if found.basis else (),
        never=found.never,
    )
    if found.interval is not None:
        finding = _weighed(finding, Interval(*found.interval), found.reason)
    if finding.verdict is not Verdict.PASS and not finding.reason:
        finding = replace(finding, reason=found.reason)
    # Of what was not measured, its own reason says more than any doubt in the load.
    return finding if found.counted or found.value is None else doubted(finding)


def _weighed(finding: Finding, interval: Interval, remedy: str) -> Finding:
    """With the verdict of an interval, and why it has none and what to do."""
    found = weighed(finding, interval)
    if found.verdict is not Verdict.INCONCLUSIVE:
        return found
    truth = "" if remedy else "so few requests do not bound it"
    if math.isfinite(interval.high):
        truth = f"the true value lies {between(interval, finding.limit, CONFIDENCE)}"
    return replace(found, reason="; ".join(filter(None, [truth, remedy])))
