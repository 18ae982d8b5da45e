"""Machines that could not do their part: too little processor time, or out of step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ApiLoadLibrary.engine.plan import ShardEnd, ShardResult
from ApiLoadLibrary.measurement.generators import GeneratorHost

from .plan import LoadPlan

__all__ = ["TOLERATED_SHARE", "Effort", "out_of_step", "short_of_time"]

TOLERATED_SHARE = 0.01
"""Up to one request in a hundred started late by the generator's own fault."""

STARVED_PERCENT = 20
"""Who waits for a processor that often reads answers late, and they look slow."""

EXHAUSTED_PERCENT = 90
"""Of a core, in which a shard ran or waited for it: it had no time left."""

FULL_PERCENT = 95
"""Of all processors of a cluster's machine, on average: none of them had time left."""

NOTICED_PERCENT = 5
"""A full machine is no harm to shards that wait for it less than that; or so they say."""

TOLERATED_LATENESS_MS = 10.0
"""As of a single request, which is late above that."""

TOLERATED_DOUBT_MS = 50.0
"""What is counted by the second, and phases, are blurred by a twentieth of one at most."""

NAMED = 3
"""So many machines are named; of more, so many and how many others."""


@dataclass(frozen=True, slots=True)
class Effort:
    """The busiest shard's use of its core, and the most starved one's wait for it.

    Attributes:
        cpu_percent: Of a core, that the busiest one used.
        wait_percent: Of the time, that the most starved one waited; None where nobody knows.
        needed_percent: The most of a core that a shard used or waited for.
    """

    cpu_percent: float
    wait_percent: float | None
    needed_percent: float

    @classmethod
    def of(cls, results: Sequence[ShardResult]) -> Effort:
        """That of the shards that came to their end."""

        def percent(seconds: float, shard: ShardEnd) -> float:
            return 100 * seconds / max(shard.wall_s, 1e-9)

        ends = [each.end for each in results if each.end is not None]
        cpu = [percent(each.cpu_s, each) for each in ends]
        wait = [percent(each.run_queue_wait_s, each) for each in ends if each.run_queue_wait_s]
        needed = [percent(each.cpu_s + (each.run_queue_wait_s or 0), each) for each in ends]
        return cls(max(cpu, default=0.0), max(wait, default=None), max(needed, default=0.0))


@dataclass(frozen=True, slots=True)
class _Machine:
    """A machine's shards that came to their end; it has a name where it is one of several."""

    name: str
    at_work: Sequence[ShardResult]
    effort: Effort

    @property
    def busy_percent(self) -> float:
        """How busy all of its processors were; 0 where nobody looked."""
        return max((each.share.cpu_percent for each in self.at_work if each.share), default=0.0)

    @property
    def starved(self) -> bool:
        wait = self.effort.wait_percent
        return wait is not None and wait >= STARVED_PERCENT

    @property
    def full(self) -> bool:
        """That is said of it where it is not starved, too."""
        wait = self.effort.wait_percent
        felt = wait is None or wait >= NOTICED_PERCENT
        return self.busy_percent >= FULL_PERCENT and felt and not self.starved

    @property
    def exhausted(self) -> bool:
        return self.effort.needed_percent >= EXHAUSTED_PERCENT

    def punctuality(self, plan: LoadPlan, phase: int) -> tuple[int, int]:
        """How many requests it has started in time, and how many in all."""
        requested = len(plan.requested)
        tallies = [each for part in self.at_work for each in part.tallies[phase][:requested]]
        return sum(each.in_time for each in tallies), sum(each.requests for each in tallies)


def short_of_time(plan: LoadPlan, phase: int, results: Sequence[ShardResult]) -> Iterator[str]:
    """Why machines had too little processor time; those that fared alike in one sentence.

    Args:
        plan: What was to be done.
        phase: The place of the one that is judged.
        results: What became of each shard.
    """
    by_host: dict[str, list[ShardResult]] = {}
    for each in results:
        if each.end is not None:
            by_host.setdefault(each.share.host if each.share else "", []).append(each)
    machines = [_Machine(name, parts, Effort.of(parts)) for name, parts in by_host.items()]
    yield from _starvation([each for each in machines if each.starved])
    yield from _fullness([each for each in machines if each.full])
    yield from _exhaustion(plan, phase, [each for each in machines if each.exhausted])


def _starvation(starved: Sequence[_Machine]) -> Iterator[str]:
    if starved:
        wait = _most([each.effort.wait_percent or 0.0 for each in starved])
        yield (
            f"{_generator_on(starved)} waited for a processor {wait} % of the time, so that "
            "answers may look slower than they were; give it more cores, or a machine of its own"
        )


def _fullness(full: Sequence[_Machine]) -> Iterator[str]:
    if full:
        busy = _most([each.busy_percent for each in full])
        yield (
            f"{_generator_on(full)} had no processor time to spare ({busy} % of all processors "
            "there were busy), so that answers may look slower than they were; run fewer shards "
            "there, or give it a machine of its own"
        )


def _exhaustion(plan: LoadPlan, phase: int, exhausted: Sequence[_Machine]) -> Iterator[str]:
    if plan.load.closed:
        if exhausted:
            yield (
                f"{_generator_on(exhausted)} itself was the limit: it used all the processor time "
                "that it could get, and the server may be able to do more; give it more cores, or "
                "a machine of its own"
            )
        return
    late, in_time, requests = list[_Machine](), 0, 0
    for each in exhausted:
        its_in_time, its_requests = each.punctuality(plan, phase)
        if its_requests - its_in_time > TOLERATED_SHARE * its_requests:
            late.append(each)
            in_time, requests = in_time + its_in_time, requests + its_requests
    if late:
        yield (
            f"{_generator_on(late)} itself was the limit: it started {in_time:,} of {requests:,} "
            "requests in time with all the processor time that it could get; lower the rate, or "
            "give it more cores"
        )


def out_of_step(hosts: Sequence[GeneratorHost]) -> Iterator[str]:
    """Machines that did not begin, as far as is known, when the others did."""
    late = [each for each in hosts if each.begun_late_ms > TOLERATED_LATENESS_MS]
    if late:
        yield (
            f"the load on {_names(late)} began {_most([each.begun_late_ms for each in late])} ms "
            "late, for it was not told in time when to begin; see that its worker and its way to "
            "the scheduler have time for it"
        )
    unsure = [each for each in hosts if each.clock_doubt_ms > TOLERATED_DOUBT_MS]
    if unsure:
        doubt = _most([each.clock_doubt_ms for each in unsure])
        yield (
            f"the clock of {_names(unsure)} is known to within {doubt} ms only, and its load may "
            "have begun so much before or after the others'; put the machines and their scheduler "
            "nearer to each other"
        )


def _generator_on(machines: Sequence[_Machine]) -> str:
    names = _names(machines)
    return f"the load generator on {names}" if names else "the load generator"


def _names(machines: Sequence[_Machine] | Sequence[GeneratorHost]) -> str:
    """The first ones, and how many more there are; nothing for a machine without a name."""
    names = [each.name for each in machines]
    if len(names) > NAMED + 1:
        names = [*names[:NAMED], f"{len(names) - NAMED} more machines"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _most(figures: Sequence[float]) -> str:
    """The worst one; of several machines it is `up to` that."""
    return f"{'up to ' * (len(figures) > 1)}{max(figures):,.0f}"
