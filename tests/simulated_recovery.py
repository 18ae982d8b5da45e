"""Simulated servers whose truth is known, and the trace that a steady probe gets of them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.scenarios.recovery.findings import Findings, Probing, findings_of
from ApiLoadLibrary.scenarios.recovery.stable import Steadiness
from ApiLoadLibrary.scenarios.recovery.timeline import Fault, State

S = 1_000_000_000
MS = 1_000_000
STEADY = Steadiness(3 * S, 0.99, 2.0)

Truth = list[tuple[State, float]]
"""States and when they began, in seconds."""


def probing(interval_ns: int = 20 * MS, steadiness: Steadiness = STEADY) -> Probing:
    """Probes of an endpoint that expects 200."""
    return Probing("Pay", frozenset({200}), 50, interval_ns, steadiness)


@dataclass
class Breaker:
    """A server behind a circuit breaker; its dependency fails for a while.

    Attributes:
        began_s, ended_s: When the dependency failed.
        failures: So many in a row open the breaker.
        open_s: How long it stays open before one request is tried.
        healthy_ms, failing_ms, refused_ms: How long each kind of answer takes.
        failing, refused: Their statuses.
        told: Whether it says when to come again.
        noise: How much longer an answer may take, from a random generator.
    """

    began_s: float
    ended_s: float
    failures: int = 5
    open_s: float = 2.0
    healthy_ms: float = 20.0
    failing_ms: float = 320.0
    refused_ms: float = 0.5
    failing: int = 500
    refused: int = 503
    told: bool = False
    noise: Callable[[random.Random], float] = lambda chance: chance.uniform(0, 0.2)
    truth: Truth = field(default_factory=lambda: [(State.HEALTHY, 0.0)])

    def trace(self, length_s: float, interval_ns: int, seed: int = 0) -> list[Exchange]:
        """What a steady probe sees."""
        chance = random.Random(seed)
        state, in_a_row, opened_ns, probe = "closed", 0, 0, -1
        under_way: list[tuple[int, int, bool]] = []
        trace = []

        def end_until(now_ns: int) -> None:
            nonlocal state, in_a_row, opened_ns
            while under_way and under_way[0][0] <= now_ns:
                done_ns, number, good = heapq.heappop(under_way)
                if state == "half-open" and number == probe:
                    state, in_a_row = ("closed", 0) if good else ("open", 0)
                    opened_ns = done_ns
                    now = State.RECOVERED if good else State.FAST_FAILING
                    self.truth.append((now, done_ns / S))
                elif state == "closed":
                    in_a_row = 0 if good else in_a_row + 1
                    if in_a_row == self.failures:
                        state, opened_ns = "open", done_ns
                        self.truth.append((State.FAST_FAILING, done_ns / S))

        degraded = False
        for number in range(round(length_s * S / interval_ns)):
            sent_ns = number * interval_ns + int(chance.uniform(0, 1) * 300_000)
            end_until(sent_ns)
            if state == "open" and sent_ns >= opened_ns + self.open_s * S:
                state, probe = "half-open", number
                self.truth.append((State.HALF_OPEN, sent_ns / S))
            if state == "open" or (state == "half-open" and number != probe):
                status, took_ms = self.refused, self.refused_ms
            else:
                good = not self.began_s <= sent_ns / S < self.ended_s
                status = 200 if good else self.failing
                took_ms = self.healthy_ms if good else self.failing_ms
                if not good and not degraded:
                    degraded = True
                    self.truth.append((State.DEGRADED, self.began_s))
            done_ns = sent_ns + int(took_ms * MS * (1 + self.noise(chance)))
            if status != self.refused:
                heapq.heappush(under_way, (done_ns, number, status == 200))
            headers = (("retry-after", "1"),) if self.told and status == self.refused else ()
            trace.append(
                Exchange(
                    0,
                    number,
                    number * interval_ns,
                    sent_ns,
                    done_ns - 1000,
                    done_ns,
                    status,
                    headers,
                )
            )
        return trace


def exchange(number: int, interval_ns: int, took_ms: float, status: int = 200) -> Exchange:
    """One probe that was sent in time."""
    due_ns = number * interval_ns
    done_ns = due_ns + int(took_ms * MS)
    return Exchange(0, number, due_ns, due_ns, done_ns, done_ns, status)


def shedder(
    length_s: float,
    overload: tuple[float, float],
    share: float,
    seed: int = 0,
) -> list[Exchange]:
    """A server that turns away a share of the requests while it has too much to do."""
    chance, trace, interval_ns = random.Random(seed), [], 20 * MS
    for number in range(round(length_s * S / interval_ns)):
        busy = overload[0] <= number * interval_ns / S < overload[1]
        turned_away = busy and chance.random() < share
        took_ms = 2.0 if turned_away else 60.0 if busy else 20.0
        took_ms *= chance.uniform(1.0, 1.3)
        trace.append(exchange(number, interval_ns, took_ms, 503 if turned_away else 200))
    return trace


def found(
    trace: list[Exchange], fault: tuple[float | None, float | None], interval_ns: int = 20 * MS
) -> Findings:
    """What is found in it."""
    began, ended = (None if each is None else int(each * S) for each in fault)
    findings = findings_of(trace, probing(interval_ns), Fault(began, ended))
    assert isinstance(findings, Findings), findings
    return findings


def states(findings: Findings) -> list[tuple[State, float]]:
    """The states that were found, and when they began, in seconds."""
    return [(each.state, each.start_ns / S) for each in findings.states]
