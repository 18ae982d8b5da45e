"""What stands between a shard's process and its parent far away."""

from __future__ import annotations

import queue
import time

from ApiLoadLibrary.cluster.messages import Begin, Died, News
from ApiLoadLibrary.cluster.worker import _COMMAND, _Relay
from ApiLoadLibrary.engine.plan import ShardEnd
from ApiLoadLibrary.engine.shard import READY

from .loads import get, load_tester, steady

LONGER_THAN_THE_LOAD_S = 1.5


def test_a_shard_that_ends_while_its_news_are_told_has_not_died(rig: str) -> None:
    """A machine that is full takes its time to tell of them."""
    (plan,) = load_tester(rig).plan([get("/ok")], steady("20/s", "700 ms"), "x").split(1)
    mailbox: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
    said: list[object] = []

    def tell(data: bytes) -> None:
        news = News.unpacked(data)
        said.extend(news.said)
        if READY in news.said:
            mailbox.put((_COMMAND, Begin(time.monotonic_ns())))
        elif news.begun_late_ns is not None and not isinstance(said[-1], ShardEnd):
            time.sleep(LONGER_THAN_THE_LOAD_S)

    _Relay(plan, "attempt", mailbox, tell).run()
    assert [each for each in said if isinstance(each, Died)] == []
    assert isinstance(said[-1], ShardEnd)
