"""The blocking loop: a dispatcher whose workers are threads, for code that waits for its answer.

* The dispatcher's thread hands each arrival to an idle worker thread over a queue, and gets it
  back over another when it has ended.  Books, limiter and arrivals stay its own.
* What a worker needs is made before the load, in its own thread: a session, an action's object.
* What takes longer than the time-out is recorded when the time-out passes.  Its worker stays
  busy until the code returns, and the end of a run does not wait for it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from time import monotonic_ns

from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.outcomes import Failure

from .books import Tell
from .dispatch import Dispatcher
from .plan import ShardPlan
from .sending import Send, Task, senders_of

__all__ = ["BlockingLoop"]


class BlockingLoop(Dispatcher[Task]):
    """Runs one shard's plan on worker threads; see `Dispatcher`.

    Raises:
        EngineFailed: A worker has not what it needs, or there are not so many threads.
    """

    task_class: type[Task] = Task
    """What its requests are."""

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        super().__init__(plan, tell)
        self._open: set[Task] = set()
        self._overrun: set[Task] = set()  # timed out, and not returned yet
        self._inbox: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._outbox: queue.SimpleQueue[Task] = queue.SimpleQueue()
        self._take, self._give_back = self.task_class, self._open.discard
        self._start_workers()
        self._load_next()

    # The workers' threads.

    def _start_workers(self) -> None:
        ready: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        for _ in range(self._workers):
            # Daemons: a process does not wait for code that never returns.
            threading.Thread(target=self._work, args=(ready,), daemon=True).start()
        for _ in range(self._workers):
            if (error := ready.get()) is not None:
                raise EngineFailed(f"A worker could not be made ready: {error!r}.")

    def _work(self, ready: queue.SimpleQueue[BaseException | None]) -> None:
        try:
            senders = self._senders()
        except BaseException as error:  # noqa: BLE001 - said by who waits for it
            ready.put(error)
            return
        ready.put(None)
        while True:
            task = self._inbox.get()
            task.sent_ns = monotonic_ns()
            if self._closed:
                task.scheduled_ns = task.sent_ns
            task.outcome = senders[task.endpoint](task)
            task.ended_ns = monotonic_ns()
            if task.answer is not None:
                task.outcome = self._examiner.examined(
                    task.endpoint, task.arrival, task.outcome, task.answer
                )
                task.answer = None
            self._outbox.put(task)
            del task  # else it is kept until the next one comes

    def _senders(self) -> list[Send]:
        """What one worker sends with, by endpoint; called in its thread."""
        return senders_of(self._plan, self._rendering.renderers, self._examiner.wants)

    # The dispatcher's.

    def _begin(self, carrier: Task, now: int) -> None:
        carrier.sent_ns = now  # until its worker begins
        self._open.add(carrier)
        self._inbox.put(carrier)

    def _take_answers(self, pause_ns: int) -> None:
        try:
            task = self._outbox.get(timeout=max(0, pause_ns) / 1e9)
        except queue.Empty:
            self._note_waited()
            return
        self._note_waited()
        self._end(task)
        for _ in range(self._outbox.qsize()):
            self._end(self._outbox.get())

    def _end(self, task: Task) -> None:
        if task in self._overrun:
            self._overrun.discard(task)
            self._note_free(task.ended_ns)
            return
        if task.error:
            self.errors.setdefault(task.endpoint, task.error)
        told = not self._is_late(task, task.ended_ns) or task.outcome == Failure.CONNECT_TIMEOUT
        self._finish(task, task.outcome if told else Failure.ANSWER_TIMEOUT, task.ended_ns)

    def _is_late(self, task: Task, now: int) -> bool:
        """Whether it has taken longer than the time-out by then."""
        return now - task.sent_ns >= self._plan.timeout_ns

    def _overdue(self, now: int) -> list[Task]:
        return [each for each in self._open if self._is_late(each, now)]

    def _under_way(self) -> Iterable[Task]:
        return self._open

    def _time_out(self, carrier: Task, now: int) -> None:
        self.ended_ns = now
        self._books.record(carrier, Failure.ANSWER_TIMEOUT, now)
        self._open.discard(carrier)
        self._overrun.add(carrier)

    def _is_awaiting(self) -> bool:
        return bool(self._open)

    def _close(self) -> None:
        """Nothing: threads and what they hold end with the process."""
