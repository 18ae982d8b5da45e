"""What earlier sessions of the same suite came to, in short."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.criteria.judgement import Verdict

__all__ = ["EarlierCriterion", "EarlierSession"]


@dataclass(frozen=True, slots=True)
class EarlierCriterion:
    """What a requirement came to in an earlier session.

    Test, metric, scope and when tell which requirement it is: its limit may have been another.

    Attributes:
        test: The long name of the test that asked.
        metric: The metric: p95, error rate, cpu …
        scope: What it was about, as the language writes it; null where nothing was written.
        when: Of what part of the run it spoke; empty for all of it.
        operator: One of <, <=, > and >=.
        target: The limit, in `unit`.
        unit: The unit of target and measured.
        measured: The measured value in `unit`; null when nothing could be measured.
        verdict: Whether it was met.
    """

    test: str
    metric: str
    scope: str | None
    when: str
    operator: str
    target: float
    unit: str
    measured: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class EarlierSession:
    """An earlier session.

    Attributes:
        started_at: When it began, ISO 8601 with offset.
        verdict: What it came to.
        version: The version of the system under test.
        commit: The commit it was built from.
        file: The name of its report, where that is kept.
        criteria: What it judged.
        failed_tests: Long names of tests that failed for another reason than a criterion.
    """

    started_at: str
    verdict: Verdict
    version: str | None
    commit: str | None
    file: str | None
    criteria: tuple[EarlierCriterion, ...]
    failed_tests: tuple[str, ...]
