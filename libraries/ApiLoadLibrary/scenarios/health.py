"""Whether the load generator did its part: what its shards say of themselves, judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ApiLoadLibrary.engine.plan import ShardDied, ShardResult
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.recorder import Tally
from ApiLoadLibrary.measurement.result import GeneratorHealth

__all__ = ["assess"]

TOLERATED_SHARE = 0.01
"""Up to one request in a hundred started late by the generator's own fault."""


@dataclass(frozen=True, slots=True)
class _Effort:
    """The busiest shard's use of its core, and the most starved one's wait for it."""

    cpu_percent: float
    wait_percent: float | None


def assess(
    results: Sequence[ShardResult | ShardDied], tallies: Sequence[Tally], planned: int, workers: int
) -> GeneratorHealth:
    """The generator's health after a run.

    Args:
        results: What became of each shard.
        tallies: All that was measured.
        planned: Arrivals that the schedule holds.
        workers: Concurrency slots of the run.
    """
    living = [each for each in results if isinstance(each, ShardResult)]
    dead = {n: each for n, each in enumerate(results) if isinstance(each, ShardDied)}
    effort = _effort(living)
    return GeneratorHealth(
        shards=len(results),
        workers=workers,
        peak_busy_workers=sum(each.peak_busy for each in living),
        cpu_percent=effort.cpu_percent,
        run_queue_wait_percent=effort.wait_percent,
        reasons=tuple(_reasons(tallies, planned, dead, effort)),
        lost_shards=tuple(dead),
    )


def _effort(living: Sequence[ShardResult]) -> _Effort:
    def percent(seconds: float, shard: ShardResult) -> float:
        return 100 * seconds / max(shard.wall_s, 1e-9)

    cpu = [percent(each.cpu_s, each) for each in living]
    wait = [percent(each.run_queue_wait_s, each) for each in living if each.run_queue_wait_s]
    return _Effort(max(cpu, default=0.0), max(wait, default=None))


def _reasons(
    tallies: Sequence[Tally], planned: int, dead: Mapping[int, ShardDied], effort: _Effort
) -> list[str]:
    reasons = [
        f"part {number + 1} of the load generator died, and its counts are lost: {each.last_words}"
        for number, each in dead.items()
    ]
    capped = sum(each.late_capped for each in tallies)
    if capped > TOLERATED_SHARE * planned:
        reasons.append(
            f"{capped:,} of {planned:,} requests started late because max_rate held them back; "
            "raise it, so that there is room to catch up"
        )
    late = sum(each.late - each.late_workers_busy - each.late_capped for each in tallies)
    dropped = sum(each.outcomes[Failure.DROPPED_GENERATOR] for each in tallies)
    if late + dropped > TOLERATED_SHARE * planned:
        reasons.append(
            f"the load generator could not keep up: {late + dropped:,} of {planned:,} requests "
            f"started late or never although workers were free{_starved(effort)}; "
            "give it more cores, or a machine of its own"
        )
    for failure, remedy in (
        (Failure.NO_DESCRIPTORS, "raise the limit of open files (ulimit -n)"),
        (Failure.NO_PORTS, "use fewer workers, or more addresses"),
    ):
        count = sum(each.outcomes[failure] for each in tallies)
        if count:
            what = "open files" if failure is Failure.NO_DESCRIPTORS else "local ports"
            reasons.append(f"the load generator ran out of {what} {count:,} times; {remedy}")
    return reasons


def _starved(effort: _Effort) -> str:
    wait = effort.wait_percent
    if wait is None or wait < 10:
        return ""
    return f" (it waited for a processor {wait:.0f} % of the time)"
