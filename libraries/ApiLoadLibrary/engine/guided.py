"""The guided loop: journeys that a Python function takes, on a thread for each worker.

The plan is as in the journey loop: steps first, and then journeys.  Guarantees, besides those of
`BlockingLoop`:

* A worker belongs to one user from the journey's start to its end, thinking included.
* Each journey ends in one row, and so does each step that its function began.  A journey with a
  step that failed has failed as that step did, even if the function went on.
* A journey has as much time as all its steps together, thinking left out.
"""

from __future__ import annotations

import itertools

from ApiLoadLibrary.measurement.journeys import Elapsed, JourneyFindings
from ApiLoadLibrary.measurement.outcomes import DONE, Failure

from .blocking import BlockingLoop
from .books import Tell
from .plan import ShardPlan
from .sending import Send, Task
from .walk import Way, guiding

__all__ = ["GuidedLoop"]


class GuidedLoop(BlockingLoop):
    """Runs one shard's plan; see the module."""

    task_class = Way

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        self._steps = len(plan.endpoints) - len(plan.journeys)
        self._limits_ns = [plan.timeout_ns * len(each.steps) for each in plan.journeys]
        self._elapsed = [Elapsed() for _ in plan.journeys]
        self._begun = itertools.count()  # which counts right whichever threads ask
        super().__init__(plan, tell)

    def _senders(self) -> list[Send]:
        way = [guiding(each, self._may_begin) for each in self._plan.journeys]
        return [*way[:1] * self._steps, *way]  # only journeys begin

    def _may_begin(self) -> bool:
        """Whether one more step is allowed; any thread may ask."""
        most = self._plan.most
        return most is None or next(self._begun) < most

    @property
    def journeys(self) -> JourneyFindings:
        """See `Dispatcher`; complete when `run` has returned."""
        return JourneyFindings([each.count() for each in self._elapsed], self.peak_busy)

    def _begin(self, carrier: Task, now: int) -> None:
        carrier.endpoint += self._steps
        super()._begin(carrier, now)

    def _drop(self, endpoint: int, number: int, due_ns: int, reason: int, waited_for: int) -> None:
        """Nobody begins: neither the journey nor its first step."""
        first = self._plan.journeys[endpoint].steps[0].place
        for place in (first, self._steps + endpoint):
            super()._drop(place, number, due_ns, reason, waited_for)

    def _is_late(self, task: Task, now: int) -> bool:
        limit_ns = self._limits_ns[task.endpoint - self._steps]
        return now - task.sent_ns - _thought_ns(task) >= limit_ns

    def _finish(self, carrier: Task, outcome: int, ended_ns: int) -> None:
        if outcome == Failure.STOPPED:  # all that is allowed is used up
            self._arrivals, self._next = iter(()), None
        self._book_steps(carrier, Failure.ANSWER_TIMEOUT)
        if outcome == DONE:
            self._elapsed[carrier.endpoint - self._steps].add(ended_ns - carrier.scheduled_ns)
        super()._finish(carrier, outcome, ended_ns - _thought_ns(carrier))

    def _time_out(self, carrier: Task, now: int) -> None:
        self._book_steps(carrier, Failure.ANSWER_TIMEOUT)
        super()._time_out(carrier, now - _thought_ns(carrier))

    def _close(self) -> None:
        for each in self._open:
            self._book_steps(each, Failure.STOPPED)

    def _book_steps(self, task: Task, cut_off_by: Failure) -> None:
        assert isinstance(task, Way)
        if task.walk is not None:
            for step in task.walk.close(cut_off_by):
                self._books.record(step, step.outcome, step.ended_ns)


def _thought_ns(task: Task) -> int:
    assert isinstance(task, Way)
    return 0 if task.walk is None else task.walk.thought_ns
