"""When in a run a criterion holds, and how surely: the clauses behind its limit, read.

    clauses    ::= { "in every" DURATION | "for" DURATION | "after the first" DURATION
                   | "during" PHASE | "with" PERCENT "confidence" | "as point estimate" }

in every 10 s       the run is cut into windows of 10 s from its start; each must meet the limit.
                    A last window that is not whole is left out.
for 10 s            there must be ten seconds running, each of which meets the limit.
after the first 30 s    what was scheduled before is left out.
during burst        a phase of the run instead of the one that is judged.
with 99 % confidence    how sure a verdict must be; 95 % where nothing is said.
as point estimate   the measured value alone decides.

Windows are judged by point estimate, on the merged histograms of their seconds.  A request
belongs to the second that it was scheduled in, so DURATIONs are whole seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.stretch import between, in_phase
from ApiLoadLibrary.values import NS_PER_S, Duration, Percent

__all__ = ["ALL", "CONFIDENCE", "When", "Window", "check_confidence", "read_clauses"]

CONFIDENCE = 0.95
"""Where a criterion does not say how sure it wants to be."""

_CLAUSE = re.compile(
    r"(?<!\S)(in\s+every|for|after\s+the\s+first|during|with|as)(?!\S)", re.IGNORECASE
)
_SURENESS = ("with", "as")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that must meet a limit.

    Attributes:
        seconds: Its length.
        running: There must be so many seconds in a row that each meet it; else all windows of
            this length must, one after the other.
    """

    seconds: int
    running: bool = False

    def __str__(self) -> str:
        return f"{'for' if self.running else 'in every'} {_seconds(self.seconds)}"


@dataclass(frozen=True, slots=True)
class When:
    """Of what part of a run a criterion speaks; without anything, of its judged phase.

    Attributes:
        window: The stretches that it is cut into.
        after_s: So many seconds at its start are left out.
        phase: The name of another phase.
    """

    window: Window | None = None
    after_s: int = 0
    phase: str | None = None

    def __str__(self) -> str:
        """As the language writes it; empty for all of the judged phase."""
        return " ".join(filter(None, ["" if self.window is None else str(self.window), self.part]))

    @property
    def part(self) -> str:
        """The same without the windows: `after the first 30 s during burst`."""
        after = f"after the first {_seconds(self.after_s)}" if self.after_s else None
        return " ".join(filter(None, [after, self.phase and f"during {self.phase}"]))

    def part_of(self, run: RunResult) -> RunResult:
        """The run as if only the part that is spoken of had been.

        Raises:
            UnknownName: It has no such phase.
        """
        part = run if self.phase is None else in_phase(run, self.phase)
        if not self.after_s:
            return part
        return between(part, self.after_s, -(-part.length_ns // NS_PER_S))


ALL = When()
"""The whole of the judged phase."""


def _seconds(count: int) -> str:
    return str(Duration(count * NS_PER_S))


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause: its words in lower case, what stands behind them, and where."""

    words: str
    value: str
    start: int
    value_start: int


def read_clauses(text: str, start: int) -> tuple[int, When, float | None]:
    """What stands behind a criterion's limit.

    Args:
        text: The whole criterion.
        start: Where its limit begins.

    Returns:
        Where the limit ends; when it holds; the confidence, None for a point estimate.

    Raises:
        BadCriterion: A clause cannot be read, or stands twice.
    """
    clauses = _split(text, start)
    end = clauses[0].start if clauses else len(text)
    when = ALL
    confidence: float | None = CONFIDENCE
    seen: set[str] = set()
    for clause in clauses:
        kind = _kind(clause)
        if kind in seen:
            raise BadCriterion(text, clause.start, f"'{clause.words}' is one too many of its kind.")
        seen.add(kind)
        if kind == "sureness":
            confidence = _read_sureness(text, clause)
        else:
            when = _with(text, when, clause)
    return end, when, confidence


def _split(text: str, start: int) -> list[_Clause]:
    found = list(_CLAUSE.finditer(text, start))
    ends = [*(each.start() for each in found[1:]), len(text)]
    clauses = []
    for each, end in zip(found, ends, strict=False):  # of no clause there is an end too many
        behind = text[each.end() : end]
        value_start = each.end() + len(behind) - len(behind.lstrip())
        words = " ".join(each[1].lower().split())
        clauses.append(_Clause(words, " ".join(behind.split()), each.start(), value_start))
    return clauses


def _kind(clause: _Clause) -> str:
    """Of each kind there can be one."""
    if clause.words in ("in every", "for"):
        return "window"
    return "sureness" if clause.words in _SURENESS else clause.words


def _with(text: str, when: When, clause: _Clause) -> When:
    if clause.words == "during":
        if not clause.value:
            raise BadCriterion(text, clause.value_start, "the name of a phase is missing.")
        return replace(when, phase=clause.value)
    seconds = _whole_seconds(text, clause)
    if clause.words == "after the first":
        return replace(when, after_s=seconds)
    return replace(when, window=Window(seconds, running=clause.words == "for"))


def _whole_seconds(text: str, clause: _Clause) -> int:
    try:
        length = Duration.parse(clause.value)
    except ValueError as problem:
        raise BadCriterion(text, clause.value_start, str(problem)) from None
    if length.ns == 0 or length.ns % NS_PER_S:
        raise BadCriterion(text, clause.value_start, "write whole seconds, 1 s or more.")
    return length.ns // NS_PER_S


def _read_sureness(text: str, clause: _Clause) -> float | None:
    value = clause.value.lower()
    if clause.words == "as":
        if value.removeprefix("a ") != "point estimate":
            raise BadCriterion(text, clause.value_start, "write as point estimate.")
        return None
    percent, found, rest = value.partition(" confidence")
    if not found or rest:
        raise BadCriterion(text, clause.value_start, "write for example with 99 % confidence.")
    try:
        return check_confidence(Percent.parse(percent))
    except ValueError as problem:
        raise BadCriterion(text, clause.value_start, str(problem)) from None


def check_confidence(percent: Percent) -> float:
    """A confidence as a share of one.

    Raises:
        BadInput: Nothing is as sure, or so little is no confidence.
    """
    if not 50 <= percent.value <= 99.99:
        raise BadInput(f"'{percent}' is no confidence: write 50 % to 99.99 %.")
    return round(percent.share, 6)
