"""A user's way through a journey that is a Python function: it times what the function does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic_ns
from typing import Any

from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.values import NS_PER_S

from .plan import PlannedJourney
from .sending import Task, outcome_of

__all__ = ["Walk", "Way", "guiding"]


class Way(Task):
    """A journey, on its way from the dispatcher to a worker and back.

    Attributes:
        walk: What its function was handed; None before it was called.
    """

    __slots__ = ("walk",)

    def __init__(self, endpoint: int) -> None:
        super().__init__(endpoint)
        self.walk: Walk | None = None


class UsedUp(BaseException):
    """`max_requests` is used up; no code is to take it for a failure of its own."""


class Walk:
    """What a journey's function is handed.

    ```python
    def buy_a_coffee(walk):
        with walk.step("Sign In"):
            token = sign_in(f"till-{walk.number}")
        walk.think(2)
        with walk.step("Pay"):
            pay(token)
    ```

    Args:
        journey: Whose steps these are.
        way: Its task.
        may_begin: Whether one more step is allowed.

    Attributes:
        number: The user's, from 1.
        thought_ns: How long it has thought, or is about to have.
        failed: What the first step came to that failed; `DONE` while none has.
    """

    def __init__(self, journey: PlannedJourney, way: Way, may_begin: Callable[[], bool]) -> None:
        self.number = way.arrival + 1
        self.thought_ns = 0
        self.failed: int = DONE
        self._journey = journey
        self._way = way
        self._may_begin = may_begin
        self._due_ns = way.scheduled_ns
        self._ended: list[Task] = []
        self._present: Task | None = None
        self._lock = threading.Lock()  # the dispatcher may not wait for the end
        self._is_closed = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done within it as this step.  What it raises ends the step, and goes on.

        Raises:
            ValueError: The journey has no such step, or another one is going on.
            UsedUp: No more steps are allowed.
        """
        step = self._begin(name)
        try:
            yield
        except BaseException as error:
            self._end(step, outcome_of(error, self._way))
            raise
        else:
            self._end(step, DONE)

    def think(self, seconds: float) -> None:
        """Do nothing for so long, as a person who reads; it is in no response time."""
        think_ns = round(max(0.0, seconds) * NS_PER_S)
        self.thought_ns += think_ns
        began_ns = monotonic_ns()
        time.sleep(think_ns / NS_PER_S)
        self.thought_ns += monotonic_ns() - began_ns - think_ns
        self._due_ns = monotonic_ns()

    def close(self, cut_off_by: Failure) -> list[Task]:
        """All its steps so far; the one that goes on has ended so.  No more will be told."""
        with self._lock:
            self._is_closed = True
            if self._present is not None:
                self._finish(self._present, cut_off_by)
            return self._ended

    def _begin(self, name: str) -> Task:
        places = {each.name.casefold(): each.place for each in self._journey.steps}
        place = places.get(name.casefold())
        if place is None:
            known = ", ".join(each.name for each in self._journey.steps)
            raise ValueError(f"the journey has no step {name!r}: its steps are {known}")
        if self._present is not None:
            raise ValueError(f"step {name!r} begins within another one: end that before")
        if not self._may_begin():
            self.failed = self.failed or Failure.STOPPED
            raise UsedUp
        step = Task(place)
        step.arrival, step.scheduled_ns = self._way.arrival, self._due_ns
        step.waited_for = 0 if self._ended else self._way.waited_for
        step.sent_ns = monotonic_ns()
        with self._lock:
            self._present = step
        return step

    def _end(self, step: Task, outcome: int) -> None:
        with self._lock:
            if not self._is_closed:
                self._finish(step, outcome)

    def _finish(self, step: Task, outcome: int) -> None:
        step.outcome, step.ended_ns = outcome, monotonic_ns()
        self._due_ns = step.ended_ns
        self._ended.append(step)
        self._present = None
        if outcome != DONE and self.failed == DONE:
            self.failed = outcome


def guiding(journey: PlannedJourney, may_begin: Callable[[], bool]) -> Callable[[Task], int]:
    """What a worker thread takes this journey with: it calls the function, and never raises.

    Args:
        may_begin: Whether one more step is allowed; asked in the threads of all workers.
    """
    assert journey.call is not None
    function: Callable[[Any], object] = journey.call.ready()

    def guide(task: Task) -> int:
        assert isinstance(task, Way)
        task.walk = walk = Walk(journey, task, may_begin)
        try:
            function(walk)
        except BaseException as error:  # noqa: BLE001 - a worker outlives whatever it calls
            return walk.failed or outcome_of(error, task)
        return walk.failed

    return guide
