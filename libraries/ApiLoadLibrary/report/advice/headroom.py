"""How much more a system can carry: at which rate what gives out, as far as that can be told.

Only what was seen at several rates can be told; from one constant rate nothing follows about
another, and the answer says so.  Everything is made from the document alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Document, Headroom, Hold

from .bounds import Bound, Reach, bend, bounds_of, reach
from .evidence import RunEvidence, SessionEvidence
from .level import Level
from .levels import groups, levels_of
from .rule import Found, Sure
from .searched import searched
from .wording import about, listed

__all__ = ["ONE_RATE", "closed_plateau", "gives_out", "headrooms"]

ONE_RATE = 1.2
"""Rates that differ by less than a fifth are one."""

BUSY_PERCENT = 85.0
IDLE_PERCENT = 60.0
MORE_WORKERS = 1.5
STILL_GAINS = 0.25
"""Of what twice the workers would carry if nothing held them up."""

MOST_FAILED = 0.05

FULL = (
    "The processor is what gives out: a faster one, more of them or less work for each request "
    "moves this limit. Expect less than twice as much from two machines, and measure it."
)
IDLE = (
    "The processor had time to spare there: more of it will not help. Look for what there is only "
    "so much of (connections to the database, threads, locks) or a service behind this one."
)
BETWEEN = (
    "Plan for less than this. The processor alone does not explain it: trace what a slow request "
    "waits for at that rate, before adding machines."
)
UNKNOWN = (
    "Plan for less than this. Watch the system's machine in the next ramp: then it can be told "
    "which resource gives out, and whether to scale up or out."
)


def headrooms(document: Document) -> tuple[Headroom, ...]:
    """How much more the system of a document can carry."""
    session = SessionEvidence(document)
    return tuple(filter(None, map(_headroom, groups(session.runs))))


def _headroom(runs: list[RunEvidence]) -> Headroom | None:
    levels = _levels(runs)
    reaches = _reaches(runs, levels)
    if not reaches:
        return None
    low, high = levels[0].rate, levels[-1].rate
    return Headroom(
        runs=tuple(each.run.id for each in runs),
        lowest_rate_per_s=low,
        highest_rate_per_s=high,
        sentence=_summary(reaches, (low, high)),
        holds=tuple(map(_hold, reaches)),
    )


def _hold(each: Reach) -> Hold:
    expected = each.expected or (None, None)
    return Hold(
        what=each.bound.what,
        host=each.bound.host,
        held_up_to_per_s=each.held,
        broken_from_per_s=each.broken,
        expected_from_per_s=expected[0],
        expected_until_per_s=expected[1],
        sentence=_sentence(each),
    )


def _levels(runs: Sequence[RunEvidence]) -> list[Level]:
    return sorted((each for run in runs for each in levels_of(run)), key=lambda each: each.rate)


def _reaches(runs: Sequence[RunEvidence], levels: list[Level]) -> list[Reach]:
    """Those that give out first come first; then those that are expected to."""
    bounds: list[Bound] = bounds_of(runs)
    if levels and not _is_one_rate((levels[0].rate, levels[-1].rate)):
        bounds += filter(None, [bend(levels)])
    found = [each for bound in bounds if (each := reach(bound, levels)) is not None]
    return sorted((*searched(runs), *found), key=_soonest)


def _soonest(each: Reach) -> float:
    if each.held is None:
        return 0.0
    if each.broken is not None:
        return each.held
    return each.expected[0] if each.expected else float("inf")


def _is_one_rate(tried: tuple[float, float]) -> bool:
    return tried[1] < ONE_RATE * tried[0]


def _sentence(each: Reach) -> str:
    low, high = map(about, each.tried)
    if _is_one_rate(each.tried):
        held = each.broken is None
        return f"{'Held' if held else 'Not held'} at {high}. {_UNTOLD if held else ''}".rstrip()
    if each.held is None and each.broken == each.tried[0]:
        return f"Not held at any rate from {low} on, the lowest that was tried."
    if each.broken is not None:
        up_to = "" if each.held is None else f"Held up to {about(each.held)}; "
        words = f"{up_to}not from {about(each.broken)} on."
        return words[0].upper() + words[1:]
    if each.held != each.tried[1]:
        return f"Not held at some rates, but held at {high}, the highest tried: cannot be told."
    return f"Held up to {high}, the highest rate tried. {_expectation(each)}"


_UNTOLD = "When it gives out cannot be told from one constant rate."


def _expectation(each: Reach) -> str:
    if each.expected is None:
        return "Beyond that nothing can be told."
    soonest, latest = each.expected
    until = f"and {about(latest)}" if latest else "and a rate that cannot be told"
    return f"If it goes on growing evenly, it gives out between {about(soonest)} {until}."


def _summary(reaches: Sequence[Reach], tried: tuple[float, float]) -> str:
    highest = about(tried[1])
    if _is_one_rate(tried):
        return (
            f"Only {highest} was tried. At which rate the service gives out cannot be told from "
            "one constant rate; load that rises, with `Ramp From … To …`, shows it."
        )
    first = _first(reaches)
    if first is None:
        return f"Nothing gave out up to {highest}, the highest rate that was tried."
    if first.held is None:
        return f"Something gave out at {about(tried[0])} already, the lowest rate tried."
    return f"{_between(first)} requests a second {_what(first)}."


def _first(reaches: Sequence[Reach]) -> Reach | None:
    """What gave out first, and did not come back; a mere bend only if nothing else did."""
    broken = [each for each in reaches if each.broken is not None]
    return min(broken, key=lambda each: each.bound.is_bend, default=None)


def _what(first: Reach) -> str:
    """What happens from that rate on."""
    if first.bound.is_bend:
        return "answers begin to take far longer"
    if first.bound.host:
        return f"the processor of {first.bound.host} is full"
    return "the service gives out"


def _between(each: Reach) -> str:
    assert each.broken is not None
    low, high = (about(rate).removesuffix("/s") for rate in (each.held or 0, each.broken))
    return f"At {high}" if low == high else f"Between {low} and {high}"


def gives_out(session: SessionEvidence) -> Iterator[Found]:
    """Load rose until a requirement gave out: at which rate, and for lack of what."""
    for runs in groups(session.runs):
        levels = _levels(runs)
        first = _first(_reaches(runs, levels))
        if first is None or first.held is None or _is_one_rate(first.tried):
            continue
        advice, told = _for_lack_of(levels, first)
        broken = [each.id for run in runs for each in run.missed if run.run.scenario in RISING]
        yield Found(
            finding=f"{_between(first)} requests a second {_what(first)}",
            evidence=(f"First: {first.bound.what}. {_sentence(first)}", *told),
            criteria=tuple(dict.fromkeys(broken)),
            sure=Sure.HIGH if len(levels) > 2 else Sure.MEDIUM,
            advice=advice,
            about=listed([each.run.name for each in runs]),
        )


RISING = ("ramp", "steps")


def _for_lack_of(levels: Sequence[Level], first: Reach) -> tuple[str, tuple[str, ...]]:
    """What to do, and how busy the processors were where it gave out."""
    assert first.broken is not None
    there = next(each for each in levels if each.rate >= first.broken)
    known = {host: cpu for host, cpu in there.cpu_percent.items() if not math.isnan(cpu)}
    told = tuple(
        f"The processor of {host} was {formats.percent(cpu)} busy there."
        for host, cpu in sorted(known.items())
    )
    if known and max(known.values()) >= BUSY_PERCENT:
        return FULL, told
    if not known:
        return UNKNOWN, told
    return (IDLE if max(known.values()) <= IDLE_PERCENT else BETWEEN), told


def closed_plateau(session: SessionEvidence) -> Iterator[Found]:
    """More workers that send as fast as they can carried hardly more: the limit is reached."""
    closed = [each for each in session.runs if _can_be_compared(each)]
    for few in closed:
        names = {each.name for each in few.run.endpoints}
        for many in closed:
            workers = few.run.generator.workers, many.run.generator.workers
            same = names == {each.name for each in many.run.endpoints}
            if not same or workers[1] < MORE_WORKERS * workers[0]:
                continue
            gained, could = _carried(many) / _carried(few), workers[1] / workers[0]
            if gained < 1 + STILL_GAINS * (could - 1):
                yield _plateau(few, many)
                return


def _can_be_compared(evidence: RunEvidence) -> bool:
    run = evidence.run
    usable = evidence.trusted and run.scenario == "closed" and run.generator.workers > 0
    return usable and run.errors <= MOST_FAILED * run.requests and _carried(evidence) > 0


def _carried(evidence: RunEvidence) -> float:
    run = evidence.run
    return run.answered / run.duration_s if run.duration_s > 0 else 0.0


def _plateau(few: RunEvidence, many: RunEvidence) -> Found:
    def told(each: RunEvidence) -> str:
        times = each.run.response_time_ms
        workers = formats.plural(each.run.generator.workers, "worker")
        took = formats.milliseconds(times.mean if times else None)
        return f"{workers} carried {formats.rate(_carried(each))}, with {took} a request"

    rates = sorted(_carried(each) for each in (few, many))
    low, high = (about(each).removesuffix("/s") for each in rates)
    between = low if low == high else f"{low} to {high}"
    return Found(
        finding=f"The service carries about {between} requests a second, and no more",
        evidence=(f"{told(few)}; {told(many)}: more of them only wait longer.",),
        sure=Sure.HIGH,
    )
