"""Rules on the measurement itself: what has to be settled before anything else can be said."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Criterion, Verdict
from ApiLoadLibrary.report.requirement import requirement

from .evidence import RunEvidence, SessionEvidence, ids
from .rule import Found, Sure

__all__ = ["broken_tests", "undecided", "unhealthy_generator", "unsettled", "unwatched"]

MOST_TESTS = 3
MOST_CRITERIA = 3


def unhealthy_generator(evidence: RunEvidence) -> Iterator[Found]:
    """Nothing else can be learnt from a run whose load generator was not up to it."""
    if not evidence.run.generator.healthy:
        yield Found(
            finding=f"The load generator was not up to “{evidence.run.name}”",
            evidence=tuple(map(formats.sentence, evidence.run.generator.reasons)),
            criteria=ids(evidence.criteria),
        )


def broken_tests(session: SessionEvidence) -> Iterator[Found]:
    """Tests that ended before they could judge."""
    broken = session.document.failed_tests
    if broken:
        told = [f"{each.name}: {each.message}" for each in broken[:MOST_TESTS]]
        if len(broken) > MOST_TESTS:
            told.append(f"And {len(broken) - MOST_TESTS} more.")
        failed = formats.plural(len(broken), "test")
        yield Found(f"{failed} failed for another reason than a requirement", tuple(told))


def undecided(session: SessionEvidence) -> Iterator[Found]:
    """What could not be judged has to be measured again; the judgement says how."""
    doubted = {run.run.id for run in session.runs if not run.trusted}
    reasons: dict[tuple[str | None, str], list[Criterion]] = {}
    for criterion in session.document.criteria:
        # What is wrong with the generator has been said, with all criteria of its run.
        if criterion.verdict is Verdict.INCONCLUSIVE and criterion.run not in doubted:
            reasons.setdefault((criterion.run, criterion.reason), []).append(criterion)
    for (_, reason), criteria in reasons.items():
        yield Found(
            finding=_not_judged(criteria),
            evidence=(formats.sentence(reason),) if reason else (),
            criteria=ids(criteria),
            about=" ".join(ids(criteria)),
        )


def _not_judged(criteria: list[Criterion]) -> str:
    if len(criteria) == 1:
        return f"{criteria[0].id} could not be judged: “{requirement(criteria[0])}”"
    names = ", ".join(each.id for each in criteria[:MOST_CRITERIA])
    more = len(criteria) - MOST_CRITERIA
    return f"{names}{f' and {more} more' if more > 0 else ''} could not be judged, for one reason"


def unsettled(evidence: RunEvidence) -> Iterator[Found]:
    """A run that never came to a steady state stands for no longer one."""
    if evidence.run.settled is False:
        yield Found(
            finding="Response times had not settled when the load ended",
            evidence=(f"The run took {formats.duration(evidence.run.length_s)}.",),
            sure=Sure.MEDIUM,
        )


def unwatched(evidence: RunEvidence) -> Iterator[Found]:
    """Answers were slow, and nobody saw what the system's machine was doing."""
    if evidence.too_slow and not evidence.machines:
        yield Found(
            finding="Nobody watched the system's machine while it was slow",
            evidence=("There are no figures of its processor and memory.",),
            criteria=ids(evidence.too_slow),
        )
