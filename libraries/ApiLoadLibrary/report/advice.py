"""What to do next: small rules over the evidence in a document.

A rule answers with nothing unless the figures themselves say it; whoever reads
the report decides on less than that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import formats
from .document import Criterion, Document, Recommendation, ResourceUse, Run, Verdict
from .requirement import requirement

__all__ = ["RULES", "Rule", "recommend"]

Rule = Callable[[Document], Iterator[Recommendation]]

BUSY_PROCESSOR_PERCENT = 85.0
MAIN_CAUSE_SHARE = 0.8


def recommend(document: Document) -> tuple[Recommendation, ...]:
    """What every rule has to say, in the order of the rules."""
    return tuple(advice for rule in RULES for advice in rule(document))


def unhealthy_generator(document: Document) -> Iterator[Recommendation]:
    """Nothing else can be learnt from a run whose load generator was not up to it."""
    for run in document.runs:
        if not run.generator.healthy:
            yield Recommendation(
                finding=f"The load generator was not up to “{run.name}”",
                evidence=tuple(formats.sentence(reason) for reason in run.generator.reasons),
                advice="Mend this first and send the load again; the service is not judged yet.",
                who="QA",
                confidence="high",
                criteria=tuple(each.id for each in document.criteria if each.run == run.id),
            )


def full_processor(document: Document) -> Iterator[Recommendation]:
    """A time limit was missed while the system's processor had hardly anything left."""
    for use in document.resources:
        missed = [
            each
            for each in document.criteria
            if each.run == use.run and each.verdict is Verdict.FAIL and each.unit == "ms"
        ]
        if missed and use.cpu_percent.average >= BUSY_PROCESSOR_PERCENT:
            yield _full_processor(use, missed)


def _full_processor(use: ResourceUse, missed: list[Criterion]) -> Recommendation:
    average, peak = map(formats.percent, (use.cpu_percent.average, use.cpu_percent.peak))
    return Recommendation(
        finding=f"The processor of {use.host} was full while answers were slow",
        evidence=(f"It was {average} busy on average, {peak} at its peak.",),
        advice="Find out what it is busy with, or give the service more of it; then measure again.",
        who="Backend and operations",
        confidence="medium",
        criteria=tuple(each.id for each in missed),
    )


def one_cause_of_failures(document: Document) -> Iterator[Recommendation]:
    """Too many requests failed, and nearly all of them in the same way."""
    for criterion in document.criteria:
        run = next((each for each in document.runs if each.id == criterion.run), None)
        if run and criterion.verdict is Verdict.FAIL and criterion.metric == "error rate":
            yield from _main_cause(run, criterion)


def _main_cause(run: Run, criterion: Criterion) -> Iterator[Recommendation]:
    endpoints = [each for each in run.endpoints if criterion.endpoint in (None, each.name)]
    counts: dict[str, int] = {}
    for failure in (each for endpoint in endpoints for each in endpoint.failures):
        what = f"{failure.what} ({failure.blame.value})"
        counts[what] = counts.get(what, 0) + failure.count
    total = sum(counts.values())
    what, count = max(counts.items(), key=lambda each: each[1], default=("", 0))
    if count >= MAIN_CAUSE_SHARE * total > 0:
        yield Recommendation(
            finding=f"Most failures have one cause: {what}",
            evidence=(f"{count:,} of {formats.plural(total, 'failure')} were of this kind.",),
            advice="Start here: the table of failures names the endpoints, "
            "the samples below it the moments to look for in the service's log.",
            who="Backend",
            confidence="high",
            criteria=(criterion.id,),
        )


def undecided_criteria(document: Document) -> Iterator[Recommendation]:
    """What could not be judged has to be measured again; the judgement says how."""
    for criterion in document.criteria:
        if criterion.verdict is Verdict.INCONCLUSIVE:
            yield Recommendation(
                finding=f"{criterion.id} could not be judged: “{requirement(criterion)}”",
                evidence=(formats.sentence(criterion.reason),) if criterion.reason else (),
                advice="Settle this and measure again; until then it does not count as met.",
                who="QA",
                confidence="high",
                criteria=(criterion.id,),
            )


def broken_tests(document: Document) -> Iterator[Recommendation]:
    """Tests that ended before they could judge."""
    if document.failed_tests:
        failed = formats.plural(len(document.failed_tests), "test")
        yield Recommendation(
            finding=f"{failed} failed for another reason than a requirement",
            evidence=tuple(f"{each.name}: {each.message}" for each in document.failed_tests[:3]),
            advice="Mend what stopped them and run the suite again.",
            who="QA",
            confidence="high",
        )


RULES: tuple[Rule, ...] = (
    unhealthy_generator,
    full_processor,
    one_cause_of_failures,
    broken_tests,
    undecided_criteria,
)
"""The most urgent first."""
