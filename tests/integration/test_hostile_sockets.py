"""WebSocket servers that break every rule: how each connection ends is as the page says, and none
holds up another.  The loop runs in the test's own process, so that it can be asked."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from ApiLoadLibrary.engine import sockets
from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.engine.held import Carried, Held
from ApiLoadLibrary.engine.poller import make_poller
from ApiLoadLibrary.engine.sockets import SocketLoop
from ApiLoadLibrary.engine.websocket import ENOUGH_UNSENT, WebSocket
from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.measurement.sockets import End, Stay
from ApiLoadLibrary.scenarios.flood import connections_to
from ApiLoadLibrary.scenarios.flooded import end_rows
from ApiLoadLibrary.workload.origin import Origin
from integration.failures import PAGE, open_files, table, words_of
from integration.floods import flood_of
from integration.loads import load_tester
from rig.hostile_sockets import DOING, FLOODING, REFUSING, SAYING
from rig.process import hostile_sockets

OPENED = 101
EACH = 2
ENDS = re.compile(r"^\| .* \| `([\w-]+)` \| (.*) \| (\d+) \|$", re.MULTILINE)


class Noting(SocketLoop):
    """Notes what became of each connection, by its number from 0."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.outcomes: dict[int, int] = {}
        self.ends: dict[int, tuple[End, int]] = {}
        self.trips_ns: list[int] = []
        self.lost: Counter[int] = Counter()

    def _finish(self, carrier: Carried, outcome: int, ended_ns: int) -> None:
        if carrier.is_opening:
            self.outcomes[carrier.arrival] = outcome
        elif outcome == DONE:
            self.trips_ns.append(ended_ns - carrier.sent_ns)
        else:
            self.lost[outcome] += 1
        super()._finish(carrier, outcome, ended_ns)

    def _ended(self, held: Held) -> None:
        how = held.socket.how
        assert how is not None
        self.ends[held.socket.number] = how, held.socket.code
        super()._ended(held)


def ran(address: str, **asked: Any) -> Noting:
    """A flood, whose every connection has a path of its own."""
    makes, endpoint = load_tester(address, timeout="1 s"), connections_to("/{{counter}}", {}, None)
    plan = makes.plan_flood(flood_of(**asked), endpoint, endpoint, "test")
    (part,) = plan.split(1)
    loop = Noting(part, lambda part, busy: None)
    loop.run(time.monotonic_ns())
    return loop


def promised() -> dict[str, tuple[str, int]]:
    """How each connection that was opened ends, as the page says it."""
    rows = ENDS.findall(PAGE.read_text("utf-8"))
    return {name: (words, int(code)) for name, words, code in rows}


def came(loop: Noting, names: Sequence[str]) -> dict[str, set[tuple[str, int]]]:
    """The same of a flood of connections to these cases, in turns."""
    ends: dict[str, set[tuple[str, int]]] = {}
    for number, end in loop.ends.items():
        (row,) = end_rows([Stay(0, 0, *end)])
        ends.setdefault(names[number % len(names)], set()).add((row["what"], row["code"]))
    return ends


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "GOODBYE_LIMIT_NS", 1_500_000_000)


def test_each_connection_ends_as_the_page_says() -> None:
    opened = [*SAYING, *DOING]
    names = [*REFUSING, *opened]
    before = open_files()
    with hostile_sockets(*names) as address:
        loop = ran(address, count=len(names) * EACH, messages=None, hold="1500 ms")
    refused: dict[str, set[tuple[str, str]]] = {}
    for number, outcome in loop.outcomes.items():
        if outcome != OPENED:
            refused.setdefault(names[number % len(names)], set()).add(words_of(outcome))
    assert refused == {name: {table()[name]} for name in REFUSING}
    assert came(loop, names) == {name: {promised()[name]} for name in opened}
    assert promised().keys() == {*opened, *FLOODING}
    assert len(loop.outcomes) == len(names) * EACH
    assert len(loop.sockets.stays) == len(opened) * EACH
    assert open_files() == before


@pytest.mark.quiet
def test_floods_hold_up_nobody() -> None:
    """Four connections in forty flood us; messages on the others go and come as ever."""
    floods = ["pings-without-end", "parts-without-end"]
    names = [*floods, *["well"] * 18]
    with hostile_sockets(*names) as address:
        loop = ran(address, count=40, messages="200/s", hold="1 s")
    assert set(loop.outcomes.values()) == {OPENED}
    assert came(loop, names) == {name: {promised()[name]} for name in (*floods, "well")}
    assert loop.stood_still_ns < 100_000_000
    assert len(loop.trips_ns) >= 170  # the floods answer nothing
    trips = sorted(loop.trips_ns)
    assert trips[len(trips) // 2] < 50_000_000


def test_who_reads_nothing_does_not_fill_our_memory() -> None:
    """It is offered 100 MB, and left for dead before that."""
    names = ["reads-nothing"]
    with hostile_sockets(*names) as address:
        message = "{{id}}" + "x" * 1_000_000
        loop = ran(address, count=1, messages="100/s", hold="1 s", message=message)
    assert came(loop, names) == {name: {promised()[name]} for name in names}
    assert loop.lost[Failure.CLOSED_EARLY] > 16
    assert loop.lost[Failure.NO_CONNECTION] > 0
    assert loop.lost.total() == 100


def test_pongs_that_nobody_reads_do_not_pile_up() -> None:
    """The kernel's buffers are taken to be full, which they seldom are so soon."""
    with hostile_sockets("pings-without-end") as address:
        origin, poller, links = Origin.of(address), make_poller(), dict[int, WebSocket]()
        connector = Connector(origin, {origin}, verify=True)
        connector.look_up()
        socket = WebSocket(connector, poller, links, 0)
        socket.begin(b"GET /1 HTTP/1.1\r\nHost: rig\r\n\r\n")
        end = time.monotonic() + 10
        while socket.bytes_received < 100_000 and time.monotonic() < end:
            if socket.is_open:
                socket._send_some = full
            if socket.has_more or poller.wait(50_000_000):
                socket.advance()
        assert socket.bytes_received >= 100_000  # 50,000 pings: 300 kB of pongs
        assert ENOUGH_UNSENT < len(socket._unsent) < 2 * ENOUGH_UNSENT
        socket.give_up(End.LOST)
        poller.close()


def full(data: bytes) -> int:
    """As a socket sends whose buffer is full."""
    raise BlockingIOError
