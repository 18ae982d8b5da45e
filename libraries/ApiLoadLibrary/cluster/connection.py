"""The way to a cluster: its scheduler, its workers and their clocks."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, zip_longest
from urllib.parse import urlsplit

from distributed import Client
from distributed.client import ClosedClientError

from ApiLoadLibrary.errors import EngineFailed

from .address import require_address, why_unreachable
from .installed import WITHIN_S, require_same_code
from .loop import running_loop
from .remote import Seat

__all__ = ["GONE", "connected", "reaching", "seats", "seats_with_clocks"]

ROUND_TRIPS = 15

NOISY = ("distributed", "distributed.client", "tornado.application")

GONE = (OSError, TimeoutError, RuntimeError, ClosedClientError)
"""What is raised where the cluster cannot be reached any more."""

_clients: dict[str, Client] = {}
_connecting = threading.Lock()


def connected(address: str) -> Client:
    """A client of the scheduler at this address; the same one for all load runs, while it lives.

    Load runs that use an earlier one keep it.
    Certificates come from Dask's own configuration (`distributed.comm.tls`).

    Raises:
        BadInput: That is no address, or it needs certificates and there are none.
        EngineFailed: The scheduler does not answer.
    """
    with _connecting:
        client = _clients.get(address)
        if client is None or not _lives(client):
            client = _clients[address] = _connect(address)
    return client


def _lives(client: Client) -> bool:
    """Whether its scheduler answers: Dask takes half a minute to see that one was cut off."""
    if client.status != "running":
        return False
    try:
        client.sync(client.nthreads, callback_timeout=WITHIN_S)
    except GONE:
        return False
    return True


def _connect(address: str) -> Client:
    for name in NOISY:  # what goes wrong is told in sentences of ours
        logging.getLogger(name).setLevel(logging.CRITICAL)
    require_address(address)
    return asyncio.run_coroutine_threadsafe(_joined(address), running_loop()).result()


async def _joined(address: str) -> Client:
    try:
        return await _client(address)
    # No wait of Robot's is in this thread; and whoever listens there may say anything.
    except Exception as error:  # noqa: BLE001
        raise EngineFailed(
            f"The scheduler of the cluster at {address} cannot be reached: "
            f"{why_unreachable(error)}."
        ) from None


async def _client(address: str) -> Client:
    """Dask has a limit of its own, but waits for ever for the greeting of who is no scheduler."""
    client = Client(address, timeout=WITHIN_S, set_as_default=False, asynchronous=True)
    try:
        async with asyncio.timeout(WITHIN_S + 1):
            await client
    except BaseException:
        await client.close()
        raise
    return client


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Tell in a sentence if the cluster is gone meanwhile.

    Raises:
        EngineFailed: It is.
    """
    try:
        yield
    except GONE as error:
        raise EngineFailed(
            f"The cluster at {address} cannot be reached any more ({type(error).__name__}): see "
            "whether its scheduler still runs."
        ) from None


def seats(client: Client) -> list[Seat]:
    """All slots of all workers, so ordered that the first ones are spread over the hosts, and
    those hosts come first that have least to do.

    Raises:
        EngineFailed: There is no worker.
    """
    found: dict[str, list[list[Seat]]] = {}
    # Not of `scheduler_info`, which Dask overwrites every other second with a shorter one.
    for address, threads in sorted(client.nthreads().items()):
        host = urlsplit(address).hostname or address
        found.setdefault(host, []).append([Seat(address, host)] * threads)
    if not found:
        raise EngineFailed(
            "The cluster has no workers: start one on each machine, with `dask worker`."
        )
    tasks = client.processing()

    def busy(host: str) -> tuple[int, str]:
        return sum(len(tasks.get(slots[0].address, ())) for slots in found[host] if slots), host

    return _in_turns(_in_turns(found[host]) for host in sorted(found, key=busy))


def _in_turns(rows: Iterable[Sequence[Seat]]) -> list[Seat]:
    """The first of each row, then the second of each, and so on."""
    columns = zip_longest(*rows)
    return [each for each in chain.from_iterable(columns) if each is not None]


def seats_with_clocks(client: Client, taken: Sequence[Seat]) -> list[Seat]:
    """The same seats, with what is known of their machines' clocks.

    Raises:
        EngineFailed: A worker has not the library, or another one, or does not answer.
    """
    require_same_code(client, list({each.address: None for each in taken}))
    of_host = {each.host: each.address for each in taken}
    clocks = {
        host: client.sync(_clock, client, address, callback_timeout=WITHIN_S)
        for host, address in of_host.items()
    }
    return [
        replace(each, ahead_ns=clocks[each.host][0], doubt_ns=clocks[each.host][1])
        for each in taken
    ]


async def _clock(client: Client, address: str) -> tuple[int, int]:
    """How far a worker's monotonic clock is ahead, and half of the round trip that told so.

    Of several round trips the quickest counts (Cristian's algorithm): whatever delayed it, in
    either direction, was no more than that.
    """
    best: tuple[int, int] | None = None
    for _ in range(ROUND_TRIPS):
        asked_ns = time.monotonic_ns()
        there_ns: int = (await client.run(time.monotonic_ns, workers=[address]))[address]
        took_ns = time.monotonic_ns() - asked_ns
        if best is None or took_ns < 2 * best[1]:
            best = (there_ns - asked_ns - took_ns // 2, took_ns // 2)
    assert best is not None
    return best
