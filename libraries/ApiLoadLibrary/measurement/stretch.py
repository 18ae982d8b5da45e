"""A part of a load run as a run of its own: what judging it needs no other code for.

A stretch is whole seconds of the judged phase.  What is kept second by second is exact in
it: outcomes, counts, and the response and service times that latency criteria use (to the
resolution of a histogram's cells).  What is not, a stretch has from the whole run: schedule
delays and the generator's health, so that a generator at fault is at fault in every stretch.
"""

from __future__ import annotations

from dataclasses import replace

from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.values import NS_PER_S

from .histogram import Histogram
from .phases import ONLY_PHASE
from .result import EndpointResult, MonitoredHost, RunResult
from .tally import Answers, Second, Tally
from .watched import HALF_A_SAMPLE_S

__all__ = ["between", "in_phase"]


def between(run: RunResult, first: int, end: int) -> RunResult:
    """The run as if only these seconds of its judged phase had been.

    Args:
        first, end: Seconds from the phase's start; `end` is not in it.  Nothing is left of a
            stretch that begins where the run has ended.
    """
    length_ns = max(0, min(end * NS_PER_S, run.length_ns) - first * NS_PER_S)
    return replace(
        run,
        length_ns=length_ns,
        endpoints=tuple(_endpoint_between(each, first, end, length_ns) for each in run.endpoints),
        journeys=tuple(_endpoint_between(each, first, end, length_ns) for each in run.journeys),
        host=run.host and _host_between(run.host, first, end),
        phases=(),
        watched=tuple(each.within(first, end) for each in run.watched),
    )


def _endpoint_between(
    endpoint: EndpointResult, first: int, end: int, length_ns: int
) -> EndpointResult:
    tally = _tally_between(endpoint.tally, first, end)
    # What was planned and never ended may have been due in any stretch.
    lost = max(0, endpoint.planned - endpoint.tally.requests)
    return replace(endpoint, planned=tally.requests + lost, length_ns=length_ns, tally=tally)


def _tally_between(whole: Tally, first: int, end: int) -> Tally:
    seconds = {n - first: whole.seconds[n] for n in range(first, end) if n in whole.seconds}
    total = Second()
    for each in seconds.values():
        total.merge(each)
    return replace(
        whole.fresh(),
        outcomes=total.outcomes,
        in_time=total.in_time,
        late=total.late,
        late_workers_busy=total.late_workers_busy,
        response=Answers(Histogram.from_cells([total.judged], total.judged_sum_ns)),
        service=Answers(Histogram.from_cells([total.served], total.served_sum_ns)),
        schedule_delay=whole.schedule_delay,
        own_delay=whole.own_delay,
        seconds=seconds,
    )


def _host_between(host: MonitoredHost, first: int, end: int) -> MonitoredHost:
    low, high = first + HALF_A_SAMPLE_S, end + HALF_A_SAMPLE_S
    samples = [
        replace(each, at_s=each.at_s - first) for each in host.samples if low <= each.at_s <= high
    ]
    return replace(host, samples=tuple(samples))


def in_phase(run: RunResult, name: str) -> RunResult:
    """The run as if only this phase had been.

    Raises:
        UnknownName: It has no such phase.
    """
    if not run.phases and name.casefold() == ONLY_PHASE:
        return run
    judged_ns = next((each.phase.start_ns for each in run.phases if each.phase.judged), 0)
    for each in run.phases:
        if each.phase.name.casefold() == name.casefold():
            start_s = (each.phase.start_ns - judged_ns) / NS_PER_S
            end_s = (each.phase.end_ns - judged_ns) / NS_PER_S
            return replace(
                run,
                length_ns=each.phase.length_ns,
                endpoints=each.endpoints,
                journeys=each.journeys,
                host=each.host,
                phases=(),
                watched=tuple(seen.within(start_s, end_s) for seen in run.watched),
            )
    names = [each.phase.name for each in run.phases] or [ONLY_PHASE]
    raise UnknownName("phase of the run", name, names)
