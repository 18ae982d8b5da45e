"""The search for the highest rate at which all that is asked still holds.

`scenarios/capacity` knows where to look next; here each step is sent, judged by the criteria of
the language, and followed by a rest, so that no queue of one step spoils the next.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.capacity.conclusion import CAPACITY, Asked, Taken, concluded
from ApiLoadLibrary.scenarios.capacity.pace import AtRest, least_ns, usual_ns
from ApiLoadLibrary.scenarios.capacity.search import (
    End,
    Kind,
    Standing,
    Step,
    Terms,
    Tried,
    confirmation,
    found,
    next_step,
)
from ApiLoadLibrary.scenarios.load import Load, sustained
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

from .acceptance import AcceptanceSession
from .capacity_asked import CapacitySettings, Sent
from .capacity_steps import Conditions
from .tester import Watcher, longest_s

__all__ = ["CapacitySearch", "CapacitySettings", "Sent", "check_conditions"]

Ready = Callable[[LoadPlan], LoadPlan]
"""Makes a plan that can be sent at once."""

WARM_UP = Duration(NS_PER_S // 2)
"""Connections are opened before what is judged begins."""

LONGEST_STEP = 2
"""Times as long as usual lasts one that is tried again."""

REST_AT_PER_S = 10.0
BELOW = 0.99
"""Rounded or not, it is not above the cap."""

LONGEST_REST = Duration(5 * NS_PER_S)
FEWEST_IN_REST = 5
"""Fewer requests do not show that all is as before."""

MOST_WORKERS = 2_000
MOST_THREADS = 200
"""Where each worker is a thread."""

IN_RESERVE = 2
"""Twice the mean number of busy workers carries the peaks."""


class CapacitySearch:
    """A search for the highest rate.

    Args:
        session: Whose endpoints these are.
        sent: What is sent.
        criteria: What has to hold.
        settings: How to search.

    Raises:
        BadCriterion: A criterion cannot be read.
        BadInput: A criterion, a rate or a time that will not do.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        sent: Sent,
        criteria: Sequence[str],
        settings: CapacitySettings,
    ) -> None:
        self._session, self._sent = session, sent
        self._settings = settings
        self._conditions = Conditions(criteria, sent.scopes)
        self._thresholds = self._known_thresholds()
        self._per = settings.from_rate.per if settings.from_rate else Duration(NS_PER_S)
        self._terms, because = self._made_terms()
        self._asked = Asked(
            name=settings.name or f"Highest rate on {sent.title}",
            criteria=self._conditions.words,
            per_second=float(self._rate(1.0).per_second),
            endpoints=sent.times,
            hold_s=settings.hold.seconds,
            most_because=because,
        )
        self._taken: list[Taken] = []
        self._going: tuple[Step, RunResult] | None = None
        self._began_s = 0.0

    def _known_thresholds(self) -> list[Duration]:
        usual = self._session.config.threshold
        found = {each.name: each.threshold or usual for each in self._sent.endpoints}
        without = [name for name, each in found.items() if each is None]
        if without and self._conditions.need_thresholds:
            raise BadInput(
                f"{without[0]} has no threshold: give it one where it is defined, or all of them "
                "one in Use Server; or write a time."
            )
        return [each for each in found.values() if each is not None]

    # What is to be sent.

    def _made_terms(self) -> tuple[Terms, str]:
        settings = self._settings
        most, because = self._cap()
        precision = float(settings.precision.value) / 100
        if settings.from_rate is not None:
            start = float(settings.from_rate.count)
            if most is not None and start > most:
                raise BadInput(f"from_rate={settings.from_rate} is above {because}: begin lower.")
            return Terms(start, precision, most), because
        needed = self._conditions.samples / settings.step.seconds / float(self._sent.smallest)
        start = float(math.ceil(needed))
        return Terms(start if most is None else min(start, most), precision, most), because

    def _cap(self) -> tuple[float | None, str]:
        """The highest rate that may be tried, and why."""
        config, settings = self._session.config, self._settings
        caps = []
        if config.max_rate is not None:
            caps.append((config.max_rate.per_second, f"max_rate={config.max_rate}"))
        if config.max_requests is not None:
            longest = max(settings.hold, settings.step, key=lambda each: each.ns)
            longest_s = Fraction(LONGEST_STEP * longest.ns + WARM_UP.ns, NS_PER_S)
            caps.append((config.max_requests / longest_s, f"max_requests={config.max_requests:,}"))
        ceiling = None if self._sent.calls else self._session.ceiling_per_s(config.transport)
        if ceiling is not None:
            caps.append((Fraction(ceiling), f"what the load generator can send, {ceiling:,.0f}/s"))
        if not caps:
            return None, ""
        per_s, because = min(caps)
        return _rounded_down(per_s / self._sent.times / self._rate(1.0).per_second), because

    def _rate(self, rate: float) -> Rate:
        return Rate(Fraction(f"{rate:.10g}"), self._per)

    def _plan(self, step: Step) -> LoadPlan:
        rate = self._rate(step.rate)
        load = _searching(self._sent.load(rate, self._length(step, rate), WARM_UP))
        name = f"{self._settings.name or 'Highest rate'}: {rate}"
        return self._session.plan_of(load, self._sent.endpoints, name, self._workers(load))

    def _length(self, step: Step, rate: Rate) -> Duration:
        """Long enough for as many requests as decide the criteria."""
        usual = self._settings.hold if step.is_hold else self._settings.step
        needed_s = math.ceil(self._conditions.samples / self._sent.smallest / rate.per_second)
        return Duration(max(usual.ns * step.longer, needed_s * NS_PER_S))

    def _workers(self, load: Load) -> int:
        """Enough for all requests that may be under way while a time meets its limit."""
        settings, config = self._settings, self._session.config
        if settings.workers is not None:
            return settings.workers
        peak = load.peak_per_s(len(self._sent.endpoints))
        assert peak is not None
        needed = math.ceil(IN_RESERVE * peak * self._conditions.longest_s(self._thresholds))
        threads = config.through_requests or self._sent.calls
        return max(config.workers, min(needed, MOST_THREADS if threads else MOST_WORKERS))

    def first(self) -> LoadPlan:
        """The first step.

        Raises:
            BadInput: There is no time for as much as that and a hold.
        """
        step = Step(self._terms.start, Kind.RISE)
        plan = self._plan(step)
        needed = self._longest_s(step)
        if needed > self._settings.at_most.seconds:
            raise BadInput(
                f"at_most='{self._settings.at_most}' is too short: one step and one hold at "
                f"{plan.load.words} can take {Duration(math.ceil(needed) * NS_PER_S)}, with all "
                "that is waited for; allow more, or shorten hold= here or timeout= in Use Server."
            )
        return plan

    def words(self) -> str:
        """What the search does and how long it takes at most, before anything is sent."""
        settings, because = self._settings, self._asked.most_because
        most = f"; not above {because}" if because else ""
        return (
            f"  {self._asked.name} while {', '.join(self._conditions.words)}: steps of "
            f"{settings.step} from {self._rate(self._terms.start)}, doubled and then narrowed to "
            f"{settings.precision}, a hold of {settings.hold} at the end, {settings.at_most} at "
            f"most{most}; nothing is sent."
        )

    # Searching.

    def send(self, ready: Ready, watch: Watcher, tell: Callable[[str], None]) -> str:
        """Search, and return the id of the load run that it comes to.

        Args:
            ready: Makes of a plan one that can be sent at once.
            watch: Told of the progress.
            tell: Told what each step has shown, in a sentence.

        Raises:
            ServerUnreachable: The server accepts no connection.
            EngineFailed: The load generator could not start.
        """
        self.first()
        self._began_s = time.monotonic()
        end: End | None = None
        stopped: str | None = None
        try:
            end = self._search(ready, watch, tell)
        except BaseException as error:
            stopped = str(error) or type(error).__name__
            raise
        finally:
            if self._all():
                run = concluded(self._asked, self._all(), end, stopped)
                self._session.keep(run)
        return run.id

    def _search(self, ready: Ready, watch: Watcher, tell: Callable[[str], None]) -> End:
        while True:
            step = next_step(self._terms, self._tried)
            if isinstance(step, End):
                return step
            in_time = not self._taken or self._fits(step)
            if not in_time:  # the highest rate is held for longer, if there is time left for that
                hold = confirmation(self._tried)
                if hold is None or not self._fits(hold):
                    return End.OUT_OF_TIME
                step = hold
            self._take(step, ready, watch)
            tell(self._taken[-1].words(self._rate(step.rate)))
            if not in_time:
                return End.OUT_OF_TIME
            if self._is_lost(ready, watch):
                return End.NOTHING_HELD

    def _is_lost(self, ready: Ready, watch: Watcher) -> bool:
        """Wait for rest after a step that did not hold: where neither any of its requests nor any
        of those that were sent alone has succeeded, a lower rate does no better.
        """
        latest = self._taken[-1]
        if latest.tried.standing is Standing.HELD:
            return False
        alone = self._rest(ready, watch)
        nothing = alone is not None and not (_succeeded(latest.run) or _succeeded(alone))
        return nothing and found(self._tried).held is None

    def _fits(self, step: Step) -> bool:
        left_s = self._settings.at_most.seconds - (time.monotonic() - self._began_s)
        return self._longest_s(step) <= left_s

    def _longest_s(self, step: Step) -> float:
        """How long a step can take, the rest after it, and the hold that is yet to come."""
        hold = Step(step.rate, Kind.HOLD, is_hold=True)
        parts = [self._plan(step)] if step.is_hold else [self._plan(step), self._plan(hold)]
        return sum(map(longest_s, parts)) + LONGEST_REST.seconds

    def _take(self, step: Step, ready: Ready, watch: Watcher) -> None:
        plan = ready(self._plan(step))
        stopping: list[str] = []
        # While nothing has held, how much was carried is of no use: a lost step takes no time.
        lost = () if found(self._tried).held else self._conditions.lost
        stop_watch = self._session.stops.watch(plan, self._session.place, lost)

        def stop(progress: Progress, elapsed_s: float) -> str | None:
            reason = stop_watch(progress, elapsed_s)
            stopping.extend(filter(None, [reason]))
            return reason

        def keep(run: RunResult) -> None:
            self._going = (step, run)

        session = self._session
        session.tester.run(
            plan,
            session.place.name,
            watch,
            keep,
            save=lambda so_far: session.save(lambda: self._so_far(step, so_far())),
            stop=stop,
        )
        assert self._going is not None
        run, self._going = self._going[1], None
        if stopping:
            shown = self._conditions.shown_by_end(run, stopping[0])
        else:
            shown = self._conditions.shown_by(run, self._usual(run))
        carried = None if shown.share is None else shown.share * step.rate
        tried = Tried(step, shown.standing, carried)
        self._taken.append(Taken(tried, run, shown.reason, shown.criteria))

    def _rest(self, ready: Ready, watch: Watcher) -> RunResult | None:
        """Until single requests are answered as quickly as before; for some seconds at most.

        Returns:
            What became of them; None where none were sent.
        """
        most, session = self._terms.most, self._session
        whole = REST_AT_PER_S
        if most is not None:
            whole = min(whole, BELOW * most * self._sent.times * self._asked.per_second)
        if whole * LONGEST_REST.seconds < FEWEST_IN_REST:
            return None  # who sends so few leaves no queue
        asked = self._sent.endpoints[: max(1, int(whole))]
        rate = Rate(Fraction(f"{whole / len(asked):.6g}"), Duration(NS_PER_S))
        load = _searching(sustained(rate, LONGEST_REST))
        plan = ready(session.plan_of(load, asked, "Until it is at rest"))
        kept: list[RunResult] = []
        at_rest = AtRest(self._usual(self._taken[-1].run))
        session.tester.run(plan, session.place.name, watch, kept.append, stop=at_rest)
        return kept[0]

    def _usual(self, latest: RunResult) -> int:
        """How long it takes to be served when nobody waits, in ns, as far as that was seen."""
        held = [each.run for each in self._taken if each.tried.standing is Standing.HELD]
        return min(map(usual_ns, held)) if held else least_ns(latest)

    @property
    def _tried(self) -> list[Tried]:
        return [each.tried for each in self._taken]

    def _all(self) -> list[Taken]:
        """Every step, the one that was broken off included."""
        return [*self._taken, *([] if self._going is None else [_cut_short(*self._going)])]

    def _so_far(self, step: Step, run: RunResult) -> RunResult:
        return concluded(
            self._asked, [*self._taken, _cut_short(step, run)], None, "the search has not ended"
        )


def _searching(load: Load) -> Load:
    """Of a search, which goes on until something gives out: that it does is no alarm."""
    return replace(load, scenario=CAPACITY)


def _succeeded(run: RunResult) -> bool:
    return run.requests > run.errors


def _cut_short(step: Step, run: RunResult) -> Taken:
    return Taken(Tried(step, Standing.UNDECIDED), run, "It was cut short.")


def _rounded_down(rate: Fraction) -> float:
    """A cap with four digits that is not above itself."""
    place = Fraction(10) ** (math.floor(math.log10(rate)) - 3)
    return float(rate // place * place)


def check_conditions(written: Sequence[str], scopes: Collection[str] | None) -> None:
    """See whether a search for these criteria can be made, as far as that is known before it.

    Raises:
        BadCriterion: One cannot be read.
        BadInput: There is none, or one says nothing of a few seconds of steady load.
    """
    Conditions(written, scopes)
