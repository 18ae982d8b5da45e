"""All load runs of a session, judged as one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ApiLoadLibrary.measurement.resources import ResourceSample
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.measurement.watched import Watched, end_to_end
from ApiLoadLibrary.values import NS_PER_S

from .doubt import generator_fault

__all__ = ["everything"]


def everything(runs: Sequence[RunResult]) -> RunResult:
    """Several runs as one, each beginning with a second of its own.

    It carries the last one's id.  What stands against one of them stands against all: a
    generator at fault, an early end.  With one among them that had no target, all have none.

    Args:
        runs: One at least, in the order in which they were made.
    """
    last = runs[-1]
    lengths = [-(-each.length_ns // NS_PER_S) for each in runs]
    starts = [0, *itertools.accumulate(lengths)]
    faults = dict.fromkeys(filter(None, map(generator_fault, runs)))
    samples = tuple(_samples(runs, starts[:-1]))
    return replace(
        last,
        name="everything",
        scenario="closed" if any(each.closed for each in runs) else last.scenario,
        length_ns=starts[-1] * NS_PER_S,
        duration_s=sum(each.duration_s for each in runs),
        endpoints=tuple(_counted_through(runs, starts[:-1], lambda run: run.endpoints)),
        journeys=tuple(_counted_through(runs, starts[:-1], lambda run: run.journeys)),
        generator=replace(
            last.generator,
            reasons=tuple(faults),
            overloaded=any(each.generator.overloaded for each in runs),
        ),
        stopped=next((each.stopped for each in runs if each.stopped), None),
        host=last.host and replace(last.host, samples=samples),
        phases=(),
        load_runs=len(runs),
        watched=tuple(_watched(runs, starts[:-1])),
    )


def _counted_through(
    runs: Iterable[RunResult],
    starts: Iterable[int],
    of: Callable[[RunResult], Iterable[EndpointResult]],
) -> Iterator[EndpointResult]:
    """The endpoints, or journeys, of all runs, their seconds counted through."""
    for run, start in zip(runs, starts, strict=True):
        for each in of(run):
            seconds = {start + n: second for n, second in each.tally.seconds.items()}
            yield replace(each, tally=replace(each.tally, seconds=seconds))


def _watched(runs: Iterable[RunResult], starts: Iterable[int]) -> Iterator[Watched]:
    """What was watched in all runs: what has the same name is one thing."""
    parts: dict[str, list[tuple[float, Watched]]] = {}
    for run, start in zip(runs, starts, strict=True):
        for each in run.seen:
            parts.setdefault(each.name.casefold(), []).append((float(start), each))
    yield from map(end_to_end, parts.values())


def _samples(runs: Iterable[RunResult], starts: Iterable[int]) -> Iterator[ResourceSample]:
    for run, start in zip(runs, starts, strict=True):
        for each in run.host.samples if run.host else ():
            yield replace(each, at_s=start + each.at_s)
