"""Whether the load generator did its part: what its shards say of themselves, judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ApiLoadLibrary.engine.plan import ShardEnd, ShardResult, Tallies
from ApiLoadLibrary.measurement.generators import GeneratorHost
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import GeneratorHealth
from ApiLoadLibrary.measurement.tally import Tally

from .checks import held_up
from .plan import LoadPlan
from .strain import TOLERATED_SHARE, Effort, out_of_step, short_of_time

__all__ = ["assess"]

TOLERATED_STILLNESS_S = 1.0
"""A pause of the generator itself makes the answers that came meanwhile look slow."""


def assess(plan: LoadPlan, results: Sequence[ShardResult], tallies: Tallies) -> GeneratorHealth:
    """The generator's health after a run.

    Args:
        plan: What was to be done.
        results: What became of each shard.
        tallies: All that was measured.
    """
    ends = [each.end for each in results if each.end is not None]
    effort = Effort.of(results)
    (number,) = (number for number, phase in enumerate(plan.load.phases) if phase.judged)
    all_judged = tallies[number]
    judged = all_judged[: len(plan.requested)]
    hosts = GeneratorHost.of(
        (each.share, each.end is None) for each in results if each.share is not None
    )
    overload = [*short_of_time(plan, number, results), *held_up(ends)]
    return GeneratorHealth(
        shards=len(results),
        workers=plan.transport.workers,
        peak_busy_workers=sum(each.peak_busy for each in ends),
        cpu_percent=effort.cpu_percent,
        run_queue_wait_percent=effort.wait_percent,
        reasons=(
            *_losses(plan, results),
            *out_of_step(hosts),
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
