"""Load in the background: it goes on while the suite does something else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack

from ApiLoadLibrary.errors import BadInput, NothingToJudge, UnknownName
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult

from .going import LOOK_EVERY_S, LoadGoing, Moment, Save, Stop, Watcher

__all__ = ["BackgroundLoad", "BackgroundLoads"]


class BackgroundLoad:
    """A load run that a thread of its own looks after; its result is kept by who ends it.

    Args:
        going: The run, started.
        owner: The long name of the test, or of the suite, that started it.
        keep: Gets the result, in the thread that ends it.
        save: May ask what was measured so far; called in the load's own thread.
        stop: Asked whether the run is to end before its time, and why; there too.

    Attributes:
        kept: Whether its result has been kept.
    """

    def __init__(
        self,
        going: LoadGoing,
        owner: str,
        keep: Callable[[RunResult], None],
        save: Save,
        stop: Stop,
    ) -> None:
        self.going = going
        self.owner = owner
        self._keep = keep
        self._lock = threading.Lock()
        self._untold: Moment | None = None
        self.kept = False
        self._error: Exception | None = None
        self._thread = threading.Thread(
            target=self._look_after, args=(save, stop), daemon=True, name=going.plan.name
        )
        self._thread.start()

    def _look_after(self, save: Save, stop: Stop) -> None:
        try:
            self.going.wait(self._note, save, stop)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
            self.going.stop(str(error) or type(error).__name__)

    @property
    def name(self) -> str:
        """The run's name."""
        return self.going.plan.name

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.going.plan.run_id

    def is_called(self, name: str) -> bool:
        """Whether this is its name, or its id."""
        return name.casefold() in {self.name.casefold(), self.run_id}

    @property
    def started_at(self) -> str:
        """When it began, as results say it."""
        return self.going.started_at

    def _note(self, moment: Moment) -> None:
        """What is done while nobody asks is told when somebody does."""
        with self._lock:
            progress = Progress() if self._untold is None else self._untold.progress
            progress.merge(moment.progress)
            progress.busy = moment.progress.busy
            self._untold = Moment(moment.name, moment.elapsed_s, moment.length_s, progress)

    def _tell(self, watch: Watcher) -> None:
        with self._lock:
            moment, self._untold = self._untold, None
        if moment is not None:
            watch(moment)

    def wait(self, watch: Watcher = lambda moment: None) -> None:
        """Until it has ended by itself; then its result is kept.

        A wait that is broken off, as by a time-out, leaves the load as it is.
        """
        while self._thread.is_alive():
            time.sleep(LOOK_EVERY_S)
            self._tell(watch)
        self._seal()
        error, self._error = self._error, None
        if error is not None:
            raise error

    def watch(self, seconds: float, watch: Watcher = lambda moment: None) -> None:
        """Let it go on for so long, or until it has ended by itself."""
        end = time.monotonic() + seconds
        while self._thread.is_alive() and (left := end - time.monotonic()) > 0:
            time.sleep(min(LOOK_EVERY_S, left))
            self._tell(watch)

    def finish(self) -> None:
        """End it now, as it was meant to end, and keep its result."""
        self.going.finish()
        self.wait()

    def stop(self, reason: str) -> None:
        """End it before its time, and keep its result."""
        self.going.stop(reason)
        self.wait()

    def _seal(self) -> None:
        if not self.kept:
            self.going.seal(self._keep_once)

    def _keep_once(self, result: RunResult) -> None:
        self.kept = True  # only now: a time-out may break off what comes before
        self._keep(result)


class BackgroundLoads:
    """All that goes on in the background."""

    def __init__(self) -> None:
        self._begun: list[BackgroundLoad] = []

    @property
    def _left(self) -> list[BackgroundLoad]:
        return [each for each in self._begun if not each.kept]

    @property
    def going_on(self) -> list[str]:
        """The names of those that have not ended yet."""
        return [each.name for each in self._left if each.going.running]

    def look_after(
        self,
        going: LoadGoing,
        owner: str,
        keep: Callable[[RunResult], None],
        save: Save,
        stop: Stop,
    ) -> BackgroundLoad:
        """Look after a load run from now on; see `BackgroundLoad`."""
        load = BackgroundLoad(going, owner, keep, save, stop)
        self._begun.append(load)
        return load

    def find(self, name: str | None = None) -> BackgroundLoad:
        """The load of this name or id that was begun last, and whose result is not kept yet.

        Raises:
            BadInput: There is none.
            UnknownName: There are some, but none of this name.
        """
        left = self._left
        if not left:
            raise BadInput("No load goes on in the background: begin one with `Start Load    …`.")
        if name is None:
            return left[-1]
        named = [each for each in left if each.is_called(name)]
        if not named:
            raise UnknownName("load in the background", name, [each.name for each in left])
        return named[-1]

    def so_far(self, but: Collection[str]) -> list[RunResult]:
        """What has been measured until now, but for the runs of these ids."""
        return [each.going.so_far() for each in self._left if each.run_id not in but]

    def end_all_of(self, owner: str | None = None) -> list[str]:
        """End what a test or suite that is over has left going.

        Args:
            owner: Its long name; None for whoever began it.

        Returns:
            The names of those that had not ended by themselves.

        Raises:
            Exception: Whatever was raised by what concludes one of them; all are ended first.
        """
        left = [each for each in self._left if owner in (None, each.owner)]
        unended = [each.name for each in left if each.going.running]
        with ExitStack() as ending:  # each of them, whatever becomes of the others
            for each in reversed(left):
                ending.callback(each.stop, "what had begun it was over before the load was")
        return unended

    def require_none_goes_on(self, name: str | None = None) -> None:
        """Let nobody judge an earlier run of the same name, or all runs, while one goes on.

        Args:
            name: The name or id of the load; None for all of them.

        Raises:
            NothingToJudge: It has not ended.
        """
        for each in self._left:
            if name is None or each.is_called(name):
                raise _not_ended(each)

    def require_ended(self, owner: str, latest: RunResult | None) -> None:
        """Let nobody judge an earlier run while a later one of the same test still goes on.

        Args:
            owner: The test's long name.
            latest: The run of the test that ended last, if there is one.

        Raises:
            NothingToJudge: A load that began after it has not ended.
        """
        for each in self._left:
            if each.owner == owner and (latest is None or latest.started_at < each.started_at):
                raise _not_ended(each)


def _not_ended(load: BackgroundLoad) -> NothingToJudge:
    return NothingToJudge(
        f"The load run {load.name} has not ended: write `Wait Until Load Ends` or `Stop Load` "
        "before what judges it."
    )
