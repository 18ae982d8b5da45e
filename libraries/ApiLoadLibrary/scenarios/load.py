"""What a load sentence asks for: a rate over time on each endpoint, or as much as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ApiLoadLibrary.engine.schedule import Curve, Piece, Poisson, Regular, Schedule, level, ramp
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.values import Duration, Rate

__all__ = [
    "Load",
    "as_fast_as_possible",
    "burst",
    "mixed",
    "overload",
    "ramped",
    "stepped",
    "sustained",
]

MOST_STEPS = 1_000


@dataclass(frozen=True, slots=True)
class Load:
    """The load on each endpoint of a run, before it is known which endpoints these are.

    Attributes:
        scenario: `sustained`, `ramp`, `steps`, `burst`, `closed` …, as the report names it.
        words: What is asked for, as a person says it: `1,000/min`.
        phases: Stretches of its time that are counted apart, in order and without gaps.
        pieces: The rate over all of that time; none in the closed model, where each worker
            sends as soon as it is free.
        rate: The rate, where it is always the same.
        at_random: Whether arrivals are independent of each other (Poisson), not evenly spaced.
        schedules: Where each endpoint has one of its own, by its place; then there are no pieces.
        rates: Those of a mix, by its place; then there are no pieces.  Of schedules of their own
            the highest that each has.
        total: In the closed model, how many requests there are over all endpoints; None for as
            many as the time allows.
        one_source: Whether it comes from one machine, of a cluster too: rate limiters may count by
            address.
        own_words: What is asked of each endpoint, by its place, where that differs in kind.
        late_after_ns: A schedule delay above this is late, where that takes longer than usual to
            matter.
    """

    scenario: str
    words: str
    phases: tuple[Phase, ...]
    pieces: tuple[Piece, ...] = ()
    rate: Rate | None = None
    at_random: bool = False
    schedules: tuple[Schedule, ...] = ()
    rates: tuple[Rate, ...] = ()
    total: int | None = None
    late_after_ns: int = 0
    one_source: bool = False
    own_words: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether workers send as soon as they are free, so that no rate is planned."""
        return not (self.pieces or self.schedules or self.rates)

    @property
    def length(self) -> Duration:
        """From the first phase's start to the last one's end."""
        return Duration(self.phases[-1].end_ns)

    @property
    def judged(self) -> Phase:
        """The phase that criteria judge."""
        return next(each for each in self.phases if each.judged)

    @property
    def peak(self) -> Rate | None:
        """The highest rate; None in the closed model, and of schedules of their own."""
        ends = [end for each in self.pieces for end in (each.low, each.high) if end is not None]
        return max((*ends, *self.rates), key=lambda each: each.per_second, default=None)

    def peak_per_s(self, endpoints: int) -> Fraction | None:
        """The highest rate over so many endpoints together; None where `peak` is."""
        if self.rates:
            return sum((each.per_second for each in self.rates), Fraction(0))
        return None if self.peak is None else self.peak.per_second * endpoints

    def rate_of(self, place: int) -> Rate | None:
        """The rate of the endpoint at this place, where it is always the same."""
        return self.rates[place] if self.rates else self.rate

    def words_of(self, place: int) -> str:
        """What is asked of the endpoint at this place."""
        if self.own_words:
            return self.own_words[place]
        return str(self.rates[place].rounded) if self.rates else self.words

    def randomly(self) -> Load:
        """The same with arrivals at random.

        Raises:
            BadInput: It is of the closed model, where there are no arrivals to space.
        """
        if not (self.pieces or self.rates):
            raise BadInput("arrivals=random needs a rate: workers send as soon as they are free.")
        return replace(self, words=f"{self.words} at random", at_random=True)

    def schedule(self, place: int, endpoints: int, seed: int) -> Schedule | None:
        """When one endpoint's requests start; None in the closed model.

        Args:
            place: The endpoint's place in the run: endpoints take even turns.
            endpoints: How many there are.
            seed: Of random arrivals; each endpoint of each run has its own.

        Raises:
            BadInput: It has no arrival at all.
        """
        if self.closed:
            return None
        if self.schedules:
            return self.schedules[place]
        pieces = (level(self.rates[place], self.length),) if self.rates else self.pieces
        curve = Curve(pieces)
        return (
            Poisson(curve, seed) if self.at_random else Regular(curve, Fraction(place, endpoints))
        )


def sustained(rate: Rate, length: Duration, warm_up: Duration | None = None) -> Load:
    """A constant rate.

    Args:
        warm_up: How long the same load is sent before, and not judged.
    """
    load = _open("sustained", str(rate), (level(rate, length),), warm_up)
    return replace(load, rate=rate)


def ramped(
    low: Rate | None,
    high: Rate | None,
    over: Duration,
    hold: Duration | None = None,
    warm_up: Duration | None = None,
) -> Load:
    """A rate that rises or falls evenly.

    Args:
        low: Where it begins; None for nothing.
        high: Where it ends; None for nothing.
        over: How long that takes.
        hold: How long it then stays there.
        warm_up: How long load is sent at the first rate before, and not judged.

    Raises:
        BadInput: Rates or times that make no ramp.
    """
    if low == high:
        raise BadInput(
            f"A ramp needs two rates that differ, and both are {low or 0}: "
            "for the same rate all the time write `Sustain …`."
        )
    if hold is not None:
        _require_some("hold", hold)
    if hold is not None and high is None:
        raise BadInput(f"hold='{hold}' holds nothing: the ramp ends at 0. Leave it out.")
    pieces = (ramp(low, high, over), *([level(high, hold)] if hold and high else []))
    words = f"from {low or 0} to {high or 0} over {over}"
    return _open("ramp", f"{words}, held for {hold}" if hold else words, pieces, warm_up)


def stepped(
    low: Rate, high: Rate, count: int, every: Duration, warm_up: Duration | None = None
) -> Load:
    """A rate that goes from one to another in even steps.

    Args:
        low, high: The first step's and the last one's; counted per the same time.
        count: How many steps there are, both of these included.
        every: How long each of them lasts.
        warm_up: How long load is sent at the first rate before, and not judged.

    Raises:
        BadInput: Rates or a count that make no steps.
    """
    if not 2 <= count <= MOST_STEPS:
        raise BadInput(f"steps={count} must be from 2 to {MOST_STEPS:,}.")
    if low == high:
        raise BadInput(
            f"Steps need two rates that differ, and both are {low}: "
            "for the same rate all the time write `Sustain …`."
        )
    _require_some("every", every)
    rise = (high.count - low.count) / (count - 1)
    rates = [Rate(low.count + place * rise, low.per) for place in range(count)]
    pieces = tuple(level(rate, every) for rate in rates)
    return _open("steps", f"from {low} to {high} in {count} steps of {every}", pieces, warm_up)


def as_fast_as_possible(length: Duration, warm_up: Duration | None = None) -> Load:
    """The closed model: each worker sends its next request when its last was answered.

    Raises:
        BadInput: No time is left for it.
    """
    _require_some("duration", length)
    return Load("closed", "as fast as possible", _phases(length, warm_up))


def mixed(
    rate: Rate, parts: Sequence[Fraction], length: Duration, warm_up: Duration | None = None
) -> Load:
    """A constant rate in all, shared out by weight.

    Args:
        rate: Of all endpoints together.
        parts: How much of it each endpoint gets, by its place; any numbers above 0.
        length: How long.
        warm_up: How long the same load is sent before, and not judged.
    """
    whole = sum(parts, Fraction(0))
    rates = tuple(Rate(rate.count * each / whole, rate.per) for each in parts)
    return Load("sustained", f"{rate} in all", _phases(length, warm_up), rates=rates)


def burst(
    rate: Rate, factor: Fraction, length: Duration, around: Duration, warm_up: Duration | None
) -> Load:
    """A rate that rises at once to a multiple of itself, and later falls back.

    Args:
        rate: The normal one.
        factor: How many times as much is sent meanwhile.
        length: How long.
        around: How long the normal rate is sent before, and again after.
        warm_up: How long it is sent before all that, and not looked at.

    Raises:
        BadInput: A factor or times that make no burst.
    """
    if factor <= 1:
        raise BadInput(f"factor='{float(factor):g}' is no burst: write a number above 1, like 10.")
    for name, time in (("duration", length), ("around", around)):
        _require_some(name, time)
    high = Rate(rate.count * factor, rate.per)
    spans = [("before", rate, around), ("burst", high, length), ("after", rate, around)]
    if warm_up is not None:
        _require_some("warm_up", warm_up)
        spans.insert(0, ("warm-up", rate, warm_up))
    phases, start_ns = [], 0
    for name, _, time in spans:
        phases.append(Phase(name, start_ns, start_ns + time.ns, judged=name == "burst"))
        start_ns += time.ns
    words = f"from {rate} to {high} and back"
    return Load("burst", words, tuple(phases), tuple(level(each, time) for _, each, time in spans))


def overload(workers: int, each: int, longest: Duration) -> Load:
    """The closed model with a number of requests: so many of each worker, as fast as it can.

    Which worker sends the next one is whose last was answered, so that a slow answer holds up
    none of the others.

    Args:
        workers: How many there are.
        each: How many requests there are for each of them.
        longest: It ends then, whatever has been sent.

    Raises:
        BadInput: There is nothing to send.
    """
    if each < 1:
        raise BadInput(f"count={each} sends nothing: write 1 or more.")
    words = f"{workers:,} workers sending {each:,} request{'s' * (each > 1)} each"
    return Load("overload", words, (Phase.whole(longest.ns),), total=workers * each)


def _open(scenario: str, words: str, pieces: tuple[Piece, ...], warm_up: Duration | None) -> Load:
    """A load of the open model, after a warm-up at its first rate where one is wanted."""
    phases = _phases(Duration(sum(each.length.ns for each in pieces)), warm_up)
    if warm_up is not None:
        first = pieces[0].low
        if first is None:
            raise BadInput(
                f"warm_up='{warm_up}' would send nothing, for this load begins at 0: leave it out, "
                "or begin at a rate above 0."
            )
        pieces = (level(first, warm_up), *pieces)
    return Load(scenario, words, phases, pieces)


def _phases(length: Duration, warm_up: Duration | None) -> tuple[Phase, ...]:
    """The load, after a warm-up that is not judged where one is wanted."""
    if warm_up is None:
        return (Phase.whole(length.ns),)
    _require_some("warm_up", warm_up)
    return (
        Phase("warm-up", 0, warm_up.ns, judged=False),
        Phase("load", warm_up.ns, warm_up.ns + length.ns),
    )


def _require_some(name: str, length: Duration) -> None:
    if length.ns == 0:
        raise BadInput(f"{name}='0 s' is too short: write a time above 0.")
