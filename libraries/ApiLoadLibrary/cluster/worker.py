"""On a worker: a Dask task that starts a shard's process beside it, and carries messages.

The load loop does not run in Dask's own process, whose event loop would disturb it.
"""

from __future__ import annotations

import contextlib
import queue
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import psutil
from distributed import get_worker, secede

from ApiLoadLibrary.engine.host import require_room_for
from ApiLoadLibrary.engine.plan import ShardEnd, ShardPlan
from ApiLoadLibrary.engine.responder import CERTIFICATE, responding
from ApiLoadLibrary.engine.shard import READY, STOP
from ApiLoadLibrary.engine.shard_process import ShardProcess
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate

from .messages import ALIVE, EVERY_S, NEVER, Begin, Died, HostLoad, News
from .needed import require_files_of

__all__ = ["deliver", "run_shard", "run_shard_against_itself"]

PARENT_SILENT_S = 10.0
"""Whoever has started the load is gone: it ends, as a local shard's does."""

Command = tuple[str, object]

_mailboxes: dict[str, queue.SimpleQueue[Command]] = {}
"""By attempt."""
_COMMAND, _SAID = "command", "said"


def deliver(attempt: str, command: object) -> bool:
    """Hand a command to an attempt; False where it is not (or no longer) here."""
    mailbox = _mailboxes.get(attempt)
    if mailbox is not None:
        mailbox.put((_COMMAND, command))
    return mailbox is not None


def run_shard(plan: ShardPlan, topic: str) -> None:
    """Run one shard, and tell of it under this topic; the task of a cluster.

    Raises:
        BadInput: The host has not the descriptors or ports for so many workers, or not a file
            that the plan names.
        EngineFailed: A file that requests are fed from is another one there.
    """
    worker = get_worker()
    secede()  # as a machine's cores, slots are shared by load runs that go on at once
    require_room_for([plan])
    require_files_of(plan)
    attempt = uuid.uuid4().hex
    mailbox = _mailboxes[attempt] = queue.SimpleQueue()
    try:
        _Relay(plan, attempt, mailbox, lambda data: worker.log_event(topic, data)).run()
    finally:
        del _mailboxes[attempt]


def run_shard_against_itself(plan: ShardPlan, topic: str) -> None:
    """The same, but all goes to a responder beside it: it measures what its machine can send.

    Raises:
        BadInput: See `run_shard`.
        EngineFailed: The responder did not start.
    """
    certificate = str(CERTIFICATE) if any(each.origin.tls for each in plan.requests) else None
    with responding(certificate) as address:
        run_shard(_sent_to(Origin.of(address), certificate, plan), topic)


def _sent_to(origin: Origin, certificate: str | None, plan: ShardPlan) -> ShardPlan:
    endpoints = tuple(
        replace(each, request=replace(each.request, origin=origin))
        for each in plan.endpoints
        if isinstance(each.request, RequestTemplate)
    )
    return replace(
        plan,
        endpoints=endpoints,
        allowed=frozenset({origin}),
        verify=certificate or plan.verify,
    )


class _Relay:
    """Between a shard's process and its parent far away."""

    def __init__(
        self,
        plan: ShardPlan,
        attempt: str,
        mailbox: queue.SimpleQueue[Command],
        tell: Callable[[bytes], None],
    ) -> None:
        self._plan = plan
        self._attempt = attempt
        self._mailbox = mailbox
        self._tell = tell
        self._said: list[object] = []
        self._number = 0
        self._begun_late_ns: int | None = None
        self._heard_s = time.monotonic()
        self._over = self._ended = False

    def run(self) -> None:
        """Until the shard has ended, or must."""
        psutil.cpu_percent()  # the first call only begins to count
        self._shard = ShardProcess(self._plan, lambda said: self._mailbox.put((_SAID, said)))
        try:
            while not self._over:
                self._carry_on()
        finally:
            self._shard.end(time.monotonic())
        if not self._ended:
            self._said.append(Died(self._shard.last_words))
        self._tell_news()

    def _carry_on(self) -> None:
        """Take what comes for half a second, or until it cannot wait, and tell of it."""
        was_running = self._shard.running  # of one that was not, all it has said is taken below
        until = time.monotonic() + EVERY_S
        urgent = False
        while not urgent and (pause := until - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                kind, what = self._mailbox.get(timeout=pause)
                urgent = self._obey(what) if kind is _COMMAND else self._hear(what)
        self._give_up_if_alone()
        if not self._over:
            self._tell_news()
        self._over = self._over or not was_running

    def _hear(self, said: object) -> bool:
        """Whether that cannot wait."""
        self._said.append(said)
        if isinstance(said, ShardEnd):
            self._ended = self._over = True
        return self._over or said == READY

    def _obey(self, command: object) -> bool:
        """Whether something is to be told at once."""
        self._heard_s = time.monotonic()
        if command == NEVER:
            self._over = True
        elif isinstance(command, Begin):
            self._begun_late_ns = max(0, time.monotonic_ns() - command.start_ns)
            self._shard.send(command.start_ns)
        elif command != ALIVE:
            self._shard.send(command)
        return self._over

    def _give_up_if_alone(self) -> None:
        if time.monotonic() - self._heard_s > PARENT_SILENT_S:
            self._shard.send(STOP)
            self._over = True

    def _tell_news(self) -> None:
        said, self._said = tuple(self._said), []
        load = HostLoad(psutil.cpu_percent(), _descriptors_of(self._shard.pid))
        news = News(self._plan.shard, self._attempt, self._number, said, load, self._begun_late_ns)
        self._number += 1
        self._tell(news.packed())


def _descriptors_of(pid: int) -> int | None:
    try:
        return int(psutil.Process(pid).num_fds())
    except (psutil.Error, AttributeError):
        return None
