"""The figures of a recovery: each with its value, or with why it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.outcomes import describe
from ApiLoadLibrary.values import NS_PER_S, Duration

from .answers import Answer
from .findings import Findings
from .level import nearest_rank
from .shutting import Defence
from .timeline import State

__all__ = ["FIRST_SECONDS", "Figure", "Figures", "ms", "p95_ms"]

FIRST_SECONDS = 3
"""When the server takes requests again, those that waited may all come at once."""

FEWEST = 10
"""Fewer answers have no 95th percentile worth telling."""

NO_END = "when the trouble was over was not noted: write `Note End Of Fault` where it is"
NO_BEGINNING = "when the trouble began was not noted: write `Note Start Of Fault` where it does"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; see `Reading`."""

    value: float | None
    samples: int
    reason: str = ""
    never: bool = False


def ms(ns: float) -> float:
    """Nanoseconds in milliseconds."""
    return ns / 1e6


def p95_ms(answers: Sequence[Answer]) -> float | None:
    """Within which 95 of 100 were answered; None of none."""
    times = sorted(each.latency_ns for each in answers)
    return ms(nearest_rank(times, 0.95)) if times else None


class Figures:
    """The figures of what was found; times are in ms, shares in percent.

    Args:
        found: What a trace shows.
        stopped: Why the probing was cut short, if it was.
    """

    def __init__(self, found: Findings, stopped: str | None) -> None:
        self._found = found
        self._stopped = stopped

    def all(self) -> dict[str, Figure]:
        """Each by its name in the language of criteria."""
        return {
            "recovery": self.recovery(),
            "detection": self.detection(),
            "failures before opening": self.failures_before_opening(),
            "fast failure time": self.fast_failure_time(),
            "open time": self.open_time(),
            "residual errors": self.residual_errors(),
            "errors under overload": self.errors_meanwhile(),
            "overshoot": self.overshoot(),
        }

    # Recovery.

    def recovery(self) -> Figure:
        """From the trouble's end to the start of the first stable stretch."""
        found, ended_ns = self._found, self._found.fault.ended_ns
        if ended_ns is None:
            return Figure(None, 0, NO_END)
        after = found.between(ended_ns, found.until_ns)
        place = self._recovered
        if place is not None:
            start_ns = found.answers[place].at_ns
            was_well = self._is_well_at(ended_ns) and found.answers[place] == after[0]
            value = 0.0 if was_well else ms(start_ns - ended_ns)
            reason = self._until_then(found.between(ended_ns, start_ns), start_ns)
            return Figure(value, len(after), reason)
        if self._stopped:
            return Figure(None, len(after), f"the probing was cut short: {self._stopped}")
        if found.until_ns - ended_ns < found.probing.steadiness.length_ns:
            watched = _said(found.until_ns - ended_ns)
            return Figure(None, len(after), f"it was watched for only {watched} after its end")
        begun = found.stretches.begun_from(ended_ns)
        if begun is not None:
            return Figure(None, len(after), self._too_late(found.answers[begun].at_ns - ended_ns))
        return Figure(None, len(after), self._still_wrong(ended_ns), never=True)

    @property
    def _recovered(self) -> int | None:
        """The place at which the first stable stretch after the trouble begins."""
        ended_ns = self._found.fault.ended_ns
        return None if ended_ns is None else self._found.stretches.first_from(ended_ns)

    def _is_well_at(self, moment_ns: int) -> bool:
        states = [each for each in self._found.states if each.start_ns <= moment_ns]
        return bool(states) and states[-1].state in {
            State.HEALTHY,
            State.RECOVERING,
            State.RECOVERED,
        }

    def _until_then(self, answers: Sequence[Answer], until_ns: int) -> str:
        """What held up the recovery."""
        ended_ns = self._found.fault.ended_ns or 0
        shut_ns = sum(
            max(0, min(each.end_ns, until_ns) - max(each.start_ns, ended_ns))
            for each in self._found.states
            if each.state in {State.FAST_FAILING, State.HALF_OPEN}
        )
        if 2 * shut_ns > until_ns - ended_ns:
            what = "the circuit breaker stayed open" if self._found.breaker else "it went on"
            tail = "" if self._found.breaker else " turning requests away at once"
            return f"{what}{tail} for {_said(shut_ns)} of that time"
        return f"until then {self._wrong_with(answers)}" if answers else ""

    def _too_late(self, after_ns: int) -> str:
        stable = _said(self._found.probing.steadiness.length_ns)
        return (
            f"all was well from {_said(after_ns)} after it, but the probing ended less than "
            f"{stable} later, too soon to call that stable: probe for longer"
        )

    def _still_wrong(self, ended_ns: int) -> str:
        """What was wrong in the end."""
        found = self._found
        length_ns = found.probing.steadiness.length_ns
        last = found.between(found.until_ns - length_ns, found.until_ns)
        return (
            f"in the last {_said(length_ns)} of the {_said(found.until_ns - ended_ns)} watched "
            f"after it {self._wrong_with(last)}"
        )

    def _wrong_with(self, answers: Sequence[Answer]) -> str:
        """`38 % of the probes failed (57 × status 503)`, or how slow they were."""
        failed = [each for each in answers if not each.good]
        allowed = 1 - self._found.probing.steadiness.success_share
        if not answers:
            return "no probe was sent"
        if len(failed) > allowed * len(answers):
            share = 100 * len(failed) / len(answers)
            return f"{share:.3g} % of the probes failed ({_most_frequent(failed)})"
        slow = p95_ms([each for each in answers if each.good]) or 0.0
        usual = ms(self._found.level.p95_ns)
        return f"95 of 100 probes took {figure(slow)} ms, and {figure(usual)} ms when all was well"

    def residual_errors(self) -> Figure:
        """The share of failures since the recovery."""
        found, place = self._found, self._recovered
        if found.fault.ended_ns is None:
            return Figure(None, 0, NO_END)
        if place is None:
            recovery = self.recovery()
            return Figure(None, 0, f"it was not seen to recover: {recovery.reason}", recovery.never)
        since = found.answers[place:]
        return self._failing(since)

    def _failing(self, answers: Sequence[Answer]) -> Figure:
        failed = [each for each in answers if not each.good]
        if not answers:
            return Figure(None, 0, "no probe was sent in that time")
        reason = _most_frequent(failed) if failed else ""
        return Figure(100 * len(failed) / len(answers), len(answers), reason)

    def overshoot(self) -> Figure:
        """How many times as long as in the healthy time requests took at first."""
        found, ended_ns = self._found, self._found.fault.ended_ns
        if ended_ns is None:
            return Figure(None, 0, NO_END)
        back = [
            max(each.start_ns, ended_ns)
            for each in found.states
            if each.end_ns > ended_ns
            and each.state in {State.HEALTHY, State.RECOVERING, State.RECOVERED}
        ]
        if not back:
            return Figure(None, 0, "it did not take requests again while it was watched")
        first = found.between(back[0], back[0] + FIRST_SECONDS * NS_PER_S)
        good = [each for each in first if each.good]
        slow = p95_ms(good)
        if slow is None or len(good) < FEWEST:
            return Figure(None, len(good), "too few probes were answered when it was back")
        reason = (
            f"in its first {FIRST_SECONDS} s back 95 of 100 probes took {figure(slow)} ms, and "
            f"{figure(ms(found.level.p95_ns))} ms when all was well"
        )
        return Figure(slow / ms(found.level.p95_ns), len(good), reason)

    def errors_meanwhile(self) -> Figure:
        """The share of probes that failed while the trouble lasted."""
        found, fault = self._found, self._found.fault
        if fault.began_ns is None:
            return Figure(None, 0, NO_BEGINNING)
        if fault.ended_ns is None:
            return Figure(None, 0, NO_END)
        return self._failing(found.between(fault.began_ns, fault.ended_ns))

    # The circuit breaker.

    def detection(self) -> Figure:
        """From the first request in trouble to the first fast failure."""
        missing = self._no_breaker()
        if missing is not None:
            return missing
        found = self._found
        opened = found.answers[found.shutting.stretches[0].first]
        first = found.answers[found.troubled_from or 0]
        until = found.between(first.at_ns, opened.at_ns)
        count = found.shutting.failed_before
        reason = f"{count:,} probe{'s' * (count != 1)} failed before it opened"
        return Figure(ms(opened.at_ns - first.at_ns), len(until), reason)

    def failures_before_opening(self) -> Figure:
        """How many probes failed until the first fast failure."""
        missing = self._no_breaker()
        count = self._found.shutting.failed_before
        return missing or Figure(float(count), count)

    def open_time(self) -> Figure:
        """How long it was not closed, half-open moments included; all stretches together."""
        missing = self._no_breaker()
        if missing is not None:
            return missing
        found = self._found
        opened = [found.answers[each.first].at_ns for each in found.shutting.stretches]
        closed = [
            each.closing.end_ns if each.closing else found.answers[each.behind - 1].at_ns
            for each in found.shutting.stretches
        ]
        total_ns = sum(end - start for start, end in zip(opened, closed, strict=True))
        tries = found.shutting.tries
        return Figure(ms(total_ns), len(found.fast_failures), f"{tries:,} tries were let through")

    def _no_breaker(self) -> Figure | None:
        """What is said where no circuit breaker was seen."""
        found = self._found
        shutting, failures = found.shutting, found.tried_failures
        if shutting.defence is Defence.BREAKER:
            return None
        if shutting.defence is Defence.SHEDDING:
            reason = f"no circuit breaker opened: {shutting.reason}"
            return Figure(None, len(found.fast_failures), reason, never=True)
        if shutting.defence is Defence.UNKNOWN:
            reason = f"it is not known whether a circuit breaker opened: {shutting.reason}"
            return Figure(None, len(found.fast_failures), reason)
        if not failures:
            return Figure(None, 0, "no probe failed, so there was nothing to open for")
        return Figure(None, len(failures), self._all_slow(failures), never=True)

    def fast_failure_time(self) -> Figure:
        """Within which 95 of 100 fast failures came."""
        found = self._found
        fast, failures = found.fast_failures, found.tried_failures
        if fast:
            return Figure(p95_ms(fast), len(fast))
        if not failures:
            return Figure(None, 0, "no probe failed")
        return Figure(None, len(failures), self._all_slow(failures), never=True)

    def _all_slow(self, failures: Sequence[Answer]) -> str:
        slow = p95_ms(failures) or 0.0
        return (
            f"no circuit breaker opened: all {len(failures):,} failures were tried to the end, "
            f"and 95 of 100 took {figure(slow)} ms"
        )


def _most_frequent(failed: Sequence[Answer]) -> str:
    (outcome, count), *_ = Counter(each.outcome for each in failed).most_common(1)
    words = f"status {outcome}" if outcome < 1000 else describe(outcome).words
    return f"{count:,} × {words}"


def _said(span_ns: int) -> str:
    """A length of time in as few digits as it takes: `12.3 s`."""
    tenth_ns = NS_PER_S // 10
    if span_ns < NS_PER_S:
        return str(Duration(ceil(span_ns / 1e6) * 1_000_000))
    return str(Duration(round(span_ns / tenth_ns) * tenth_ns))
