"""Whether the load generator did its part: what its shards say of themselves, judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ApiLoadLibrary.engine.plan import ShardEnd, ShardResult, Tallies
from ApiLoadLibrary.measurement.generators import GeneratorHost
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import GeneratorHealth
from ApiLoadLibrary.measurement.tally import Tally

from .checks import held_up
from .plan import LoadPlan

__all__ = ["assess"]

TOLERATED_SHARE = 0.01
"""Up to one request in a hundred started late by the generator's own fault."""

TOLERATED_STILLNESS_S = 1.0
"""A pause of the generator itself makes the answers that came meanwhile look slow."""


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


@dataclass(frozen=True, slots=True)
class _Effort:
    """The busiest shard's use of its core, and the most starved one's wait for it.

    Attributes:
        needed_percent: The most of a core that a shard used or waited for.
    """

    cpu_percent: float
    wait_percent: float | None
    needed_percent: float


def assess(plan: LoadPlan, results: Sequence[ShardResult], tallies: Tallies) -> GeneratorHealth:
    """The generator's health after a run.

    Args:
        plan: What was to be done.
        results: What became of each shard.
        tallies: All that was measured.
    """
    ends = [each.end for each in results if each.end is not None]
    effort = _effort(results)
    (number,) = (number for number, phase in enumerate(plan.load.phases) if phase.judged)
    all_judged = tallies[number]
    judged = all_judged[: len(plan.requested)]
    hosts = GeneratorHost.of(
        (each.share, each.end is None) for each in results if each.share is not None
    )
    overload = [
        *chain.from_iterable(
            (*_starvation(who, at_work), *_exhaustion_of_time(plan, number, who, at_work))
            for who, at_work in _by_machine(results)
        ),
        *held_up(ends),
    ]
    return GeneratorHealth(
        shards=len(results),
        workers=plan.transport.workers,
        peak_busy_workers=sum(each.peak_busy for each in ends),
        cpu_percent=effort.cpu_percent,
        run_queue_wait_percent=effort.wait_percent,
        reasons=(
            *_losses(plan, results),
            *_out_of_step(hosts),
            *_stillness(ends),
            *overload,
            *_shortfalls(judged),
            *_used_up(judged),
            *_mistakes(plan, ends, all_judged),
        ),
        overloaded=bool(overload),
        lost_shards=tuple(n for n, each in enumerate(results) if each.end is None),
        transport=plan.carried_by,
        hosts=hosts,
    )


def _effort(results: Sequence[ShardResult]) -> _Effort:
    def percent(seconds: float, shard: ShardEnd) -> float:
        return 100 * seconds / max(shard.wall_s, 1e-9)

    ends = [each.end for each in results if each.end is not None]
    cpu = [percent(each.cpu_s, each) for each in ends]
    wait = [percent(each.run_queue_wait_s, each) for each in ends if each.run_queue_wait_s]
    needed = [percent(each.cpu_s + (each.run_queue_wait_s or 0), each) for each in ends]
    return _Effort(max(cpu, default=0.0), max(wait, default=None), max(needed, default=0.0))


def _losses(plan: LoadPlan, results: Sequence[ShardResult]) -> Iterator[str]:
    """Shards that died, and the arrivals that went with them; those that died alike together."""
    alike: dict[str, list[int]] = {}
    for number, each in enumerate(results):
        if each.end is None:
            alike.setdefault(each.last_words.rstrip("."), []).append(number)
    for last_words, numbers in alike.items():
        told = sum(_told(plan, results[each]) for each in numbers)
        one = len(numbers) == 1
        yield (
            f"part{'' if one else 's'} {', '.join(str(each + 1) for each in numbers)} "
            f"of {len(results)} of the load generator died after "
            f"{_of_planned(told, plan, numbers, len(results), 'its' if one else 'their')}: "
            f"{last_words}"
        )


def _of_planned(told: int, plan: LoadPlan, numbers: Sequence[int], shards: int, whose: str) -> str:
    planned = [plan.planned_of(each, shards) for each in numbers]
    if None in planned:
        return f"{told:,} requests"
    total = sum(each or 0 for each in planned)
    return f"{told:,} of {whose} {total:,} requests, and the other {total - told:,} are lost"


def _told(plan: LoadPlan, result: ShardResult) -> int:
    """How many requests, or journeys, a shard has told of."""
    first = len(plan.requested) if plan.journeys else 0
    return sum(tally.requests for part in result.tallies for tally in part[first:])


def _stillness(ends: Sequence[ShardEnd]) -> Iterator[str]:
    longest_s = max((each.stood_still_s for each in ends), default=0.0)
    if longest_s >= TOLERATED_STILLNESS_S:
        yield (
            f"the load generator itself stood still for {longest_s:.1f} s: its process was "
            "stopped, or the machine had no time for it; run it where nothing holds it up"
        )


def _by_machine(
    results: Sequence[ShardResult],
) -> Iterator[tuple[str, Sequence[ShardResult]]]:
    """Who sent the load, in words, and what became of their shards that came to their end."""
    by_host: dict[str | None, list[ShardResult]] = {}
    for each in results:
        if each.end is not None:
            by_host.setdefault(each.share.host if each.share else None, []).append(each)
    for host, parts in by_host.items():
        yield f"the load generator{f' on {host}' if host else ''}", parts


def _out_of_step(hosts: Sequence[GeneratorHost]) -> Iterator[str]:
    """Machines that did not begin, as far as is known, when the others did."""
    for each in hosts:
        if each.begun_late_ms > TOLERATED_LATENESS_MS:
            yield (
                f"the load on {each.name} began {each.begun_late_ms:,.0f} ms after that of the "
                "other machines, for it was not told in time; see that its worker and its way "
                "to the scheduler have time for it"
            )
        if each.clock_doubt_ms > TOLERATED_DOUBT_MS:
            yield (
                f"the clock of {each.name} is known to within {each.clock_doubt_ms:,.0f} ms only, "
                "and its load may have begun so much before or after the others'; put the machines "
                "and their scheduler nearer to each other"
            )


def _starvation(who: str, at_work: Sequence[ShardResult]) -> Iterator[str]:
    wait = _effort(at_work).wait_percent
    if wait is not None and wait >= STARVED_PERCENT:
        yield (
            f"{who} waited for a processor {wait:.0f} % of the time, so that "
            "answers may look slower than they were; give it more cores, or a machine of its own"
        )
        return
    busy = max((each.share.cpu_percent for each in at_work if each.share), default=0.0)
    if busy >= FULL_PERCENT and (wait is None or wait >= NOTICED_PERCENT):
        yield (
            f"{who} had no processor time to spare ({busy:.0f} % of all processors there were "
            "busy), so that answers may look slower than they were; run fewer shards there, or "
            "give it a machine of its own"
        )


def _exhaustion_of_time(
    plan: LoadPlan, phase: int, who: str, at_work: Sequence[ShardResult]
) -> Iterator[str]:
    if _effort(at_work).needed_percent < EXHAUSTED_PERCENT:
        return
    if plan.load.closed:
        yield (
            f"{who} itself was the limit: it used all the processor time that it "
            "could get, and the server may be able to do more; give it more cores, or a machine "
            "of its own"
        )
        return
    tallies = [each for part in at_work for each in part.tallies[phase][: len(plan.requested)]]
    requests = sum(each.requests for each in tallies)
    in_time = sum(each.in_time for each in tallies)
    if requests - in_time > TOLERATED_SHARE * requests:
        yield (
            f"{who} itself was the limit: it started {in_time:,} of {requests:,} "
            "requests in time with all the processor time that it could get; lower the rate, "
            "or give it more cores"
        )


def _shortfalls(tallies: Sequence[Tally]) -> Iterator[str]:
    """What was sent late or never by the generator's own fault."""
    requests = sum(each.requests for each in tallies)
    capped = sum(each.late_capped for each in tallies)
    if capped > TOLERATED_SHARE * requests:
        yield (
            f"{capped:,} of {requests:,} requests started late because max_rate held them back; "
            "raise it, so that there is room to catch up"
        )
    late = sum(each.late - each.late_workers_busy - each.late_capped for each in tallies)
    dropped = sum(each.outcomes[Failure.DROPPED_GENERATOR] for each in tallies)
    if late + dropped > TOLERATED_SHARE * requests:
        yield (
            f"the load generator could not keep up: {late + dropped:,} of {requests:,} requests "
            "started late or never although workers were free; "
            "give it more cores, or a machine of its own"
        )


def _used_up(tallies: Sequence[Tally]) -> Iterator[str]:
    for failure, what, remedy in (
        (Failure.NO_DESCRIPTORS, "open files", "raise the limit of open files (ulimit -n)"),
        (Failure.NO_PORTS, "local ports", "use fewer workers, or more addresses"),
    ):
        count = sum(each.outcomes[failure] for each in tallies)
        if count:
            yield f"the load generator ran out of {what} {count:,} times; {remedy}"


def _mistakes(plan: LoadPlan, ends: Sequence[ShardEnd], tallies: Sequence[Tally]) -> Iterator[str]:
    """Actions whose own code failed: of the server it says nothing."""
    requests = sum(each.requests for each in tallies)
    count = sum(each.outcomes[Failure.SENDER_FAILED] for each in tallies)
    if count <= TOLERATED_SHARE * requests:
        return
    errors = {place: error for end in ends for place, error in end.errors.items()}
    for place, error in sorted(errors.items()):
        yield f"the action {plan.items[place].endpoint.name} {error}; mend its code"
