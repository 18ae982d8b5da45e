"""What is left to say and to do: gaps, alerts, advice, waivers and signatures."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Alert", "Approval", "FailedTest", "NotJudged", "Recommendation", "Waiver"]


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Something that no criterion looked at.

    Attributes:
        what: A load run, a test, a part of the system.
        reason: Why it was not judged.
    """

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that failed for another reason than a criterion.

    Attributes:
        name: Its long name.
        message: What it failed with.
    """

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went out of bounds while load ran.

    Attributes:
        what: Which figure: cpu, memory, error rate …
        where: The host or endpoint.
        run: The id of the load run it fell into.
        start_s: When it began, in seconds from the run's start.
        end_s: When it ended; null when it had not by the run's end.
        peak: The worst value, in `unit`.
        unit: The unit of `peak`.
        message: The whole of it as one plain sentence.
    """

    what: str
    where: str
    run: str | None
    start_s: float
    end_s: float | None
    peak: float | None
    unit: str
    message: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do next.

    Attributes:
        finding: What was found, in a few words.
        evidence: The figures it rests on, a sentence each.
        advice: What to do.
        who: Who should act.
        confidence: How sure the finding is: high, medium or low.
        criteria: The ids of the criteria that it is about.
    """

    finding: str
    evidence: tuple[str, ...]
    advice: str
    who: str
    confidence: str
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """Somebody's decision to live with a criterion that was not met.

    Attributes:
        criterion: The id of the criterion.
        owner: Who decided.
        reason: Why.
        expiry: The last day it holds, as an ISO 8601 date.
    """

    criterion: str
    owner: str
    reason: str
    expiry: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A signature.

    Attributes:
        role: For whom: product owner, operations …
        name: Who signed.
        decision: What was decided.
        date: When, as an ISO 8601 date.
        comment: What was said about it; empty for nothing.
        judged_sha256: Of what it was given for: all that the report said, but for approvals.
    """

    role: str
    name: str
    decision: str
    date: str
    comment: str = ""
    judged_sha256: str = ""
