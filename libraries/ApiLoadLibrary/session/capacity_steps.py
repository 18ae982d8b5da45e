"""What has to hold in a search for the highest rate, and what each of its steps showed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ApiLoadLibrary.criteria.confidence import FEWEST_SAMPLES, samples_needed
from ApiLoadLibrary.criteria.doubt import generator_fault, too_few_workers
from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import EVERYTHING, Criterion, parse
from ApiLoadLibrary.criteria.judgement import Judgement, Verdict
from ApiLoadLibrary.criteria.metrics import Latency, Share
from ApiLoadLibrary.criteria.observed import Observed
from ApiLoadLibrary.criteria.stopping import StopCondition, parse_stop
from ApiLoadLibrary.criteria.subject import Subject
from ApiLoadLibrary.criteria.when import ALL, CONFIDENCE
from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report import formats
from ApiLoadLibrary.scenarios.capacity.pace import carried_share
from ApiLoadLibrary.scenarios.capacity.search import Standing
from ApiLoadLibrary.values import Duration, Percent

__all__ = ["Conditions", "Shown"]

SPARE = 1.2
"""Of the samples that decide, some more: not every request succeeds."""

USUAL_LIMIT_S = 1.0
"""How long a request may take where no criterion limits it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step showed.

    Attributes:
        share: How much of its load was carried, where the server fell behind.
        reason: Why it did not hold, as a sentence; empty where it held.
        criteria: Those that broke.
    """

    standing: Standing
    share: float | None = None
    reason: str = ""
    criteria: tuple[str, ...] = ()


class Conditions:
    """What has to hold at a rate.

    Args:
        written: Criteria of the language; at least one.
        scopes: The names that they may be about; None where that is open.

    Raises:
        BadCriterion: One cannot be read.
        BadInput: There is none, or one says nothing of a few seconds of steady load.
    """

    def __init__(self, written: Sequence[str], scopes: Collection[str] | None) -> None:
        if not written:
            raise BadInput(
                "The highest rate at which what? Write at least one criterion, like p95 < 200 ms."
            )
        self._criteria = [parse(each, scopes) for each in written]
        for each in self._criteria:
            _require_of_a_step(each)

    @property
    def words(self) -> tuple[str, ...]:
        """The criteria, as the language writes them."""
        return tuple(map(str, self._criteria))

    @property
    def lost(self) -> list[StopCondition]:
        """What ends a step that cannot hold any more, as far as that is seen before its end."""
        conditions = []
        for each in self._criteria:
            with contextlib.suppress(BadCriterion):  # one that only the whole step can break
                conditions.append(parse_stop(f"{each} cannot be met", None))
        return conditions

    @property
    def need_thresholds(self) -> bool:
        """Whether one of them compares with the limit of each endpoint."""
        return any(each.target is None for each in self._criteria)

    @property
    def samples(self) -> int:
        """How many requests a step takes for all of them to be decided, if all goes well."""
        return math.ceil(SPARE * max(map(_samples, self._criteria)))

    def longest_s(self, thresholds: Sequence[Duration]) -> float:
        """How long a request may take: the longest limit to a time.

        Args:
            thresholds: Those of the endpoints.
        """
        limits = [
            limit.seconds
            for each in self._criteria
            if isinstance(each.metric, Latency)
            for limit in ([each.target] if isinstance(each.target, Duration) else thresholds)
        ]
        return max(limits, default=USUAL_LIMIT_S)

    def shown_by_end(self, run: RunResult, why: str) -> Shown:
        """What a step showed that was ended before its time: it broke, if not by the generator."""
        if run.generator.reasons:
            return Shown(Standing.GENERATOR, None, formats.sentence(run.generator.reasons[0]))
        judged = [evaluate(each, run) for each in self._criteria]
        failed = [each for each in judged if each.verdict is Verdict.FAIL]
        reason = failed[0].sentence if failed else f"It was ended early: {why}."
        return Shown(Standing.BROKE, None, reason, _names(failed))

    def shown_by(self, run: RunResult, usual: int) -> Shown:
        """What a step showed.

        It broke where a criterion failed: none does for the load generator's sake.  Where the
        generator was at fault nothing else counts.  It broke as well where the server fell
        behind; else it held if all criteria passed.

        Args:
            usual: How long it takes to be served when nobody waits, in ns.
        """
        judged = [evaluate(each, run) for each in self._criteria]
        failed = [each for each in judged if each.verdict is Verdict.FAIL]
        share = carried_share(run, usual)
        if failed:
            return Shown(Standing.BROKE, share, failed[0].sentence, _names(failed))
        fault = generator_fault(run) or (
            None if share else too_few_workers(Subject(run, run.endpoints))
        )
        if fault:
            return Shown(Standing.GENERATOR, None, formats.sentence(fault))
        if share is not None:
            return Shown(Standing.BROKE, share, _behind(share), _names(_on_the_bad_side(judged)))
        missed = [each for each in judged if each.verdict is not Verdict.PASS]
        if missed:
            return Shown(Standing.UNDECIDED, None, missed[0].sentence)
        return Shown(Standing.HELD)


def _require_of_a_step(criterion: Criterion) -> None:
    if criterion.when != ALL:
        raise BadInput(
            f"'{criterion.text}' is about a part of a run, and a step is only seconds long: write "
            "the criterion without windows and phases."
        )
    if isinstance(criterion.metric, Observed):
        raise BadInput(
            f"'{criterion.text}' is not shown by steady load, but by "
            f"`{criterion.metric.found_by}`: leave it out."
        )
    if criterion.scope == EVERYTHING:
        raise BadInput(
            f"'{criterion.text}' is about all load runs, and each step is judged by itself: leave "
            "out everything."
        )


def _samples(criterion: Criterion) -> int:
    """How many requests it takes to decide it: see `samples_needed`."""
    metric, confidence = criterion.metric, criterion.confidence or CONFIDENCE
    if isinstance(metric, Latency) and metric.share is not None:
        return max(FEWEST_SAMPLES, samples_needed(metric.share, confidence))
    if isinstance(metric, Share) and isinstance(criterion.target, Percent):
        rest = min(criterion.target.value, 100 - criterion.target.value) / 100
        return max(FEWEST_SAMPLES, samples_needed(1 - float(rest), confidence) if rest else 0)
    return FEWEST_SAMPLES


def _names(judged: Sequence[Judgement]) -> tuple[str, ...]:
    return tuple(each.criterion for each in judged)


def _on_the_bad_side(judged: Sequence[Judgement]) -> list[Judgement]:
    """Criteria that would be broken, were what was measured all there is to know."""
    return [each for each in judged if each.margin is not None and each.margin < 0]


def _behind(share: float) -> str:
    return (
        "The server fell behind: requests waited longer and longer, so that only about "
        f"{formats.percent(100 * share)} of the load was carried."
    )
