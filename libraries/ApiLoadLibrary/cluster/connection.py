"""The way to a cluster: its scheduler, its workers and their clocks."""

from __future__ import annotations

import asyncio
import logging
import pydoc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import urlsplit

from distributed import Client

from ApiLoadLibrary import __version__
from ApiLoadLibrary.errors import EngineFailed

from .address import require_address, why_unreachable
from .remote import Seat

__all__ = ["connected", "seats", "seats_with_clocks"]

ABOUT = "ApiLoadLibrary"
WITHIN_S = 5
ROUND_TRIPS = 15

NOISY = ("distributed", "distributed.client", "tornado.application")

_clients: dict[str, Client] = {}


def connected(address: str) -> Client:
    """A client of the scheduler at this address; the same one for all load runs, while it lives.

    Certificates come from Dask's own configuration (`distributed.comm.tls`).

    Raises:
        BadInput: That is no address, or it needs certificates and there are none.
        EngineFailed: The scheduler does not answer.
    """
    client = _clients.get(address)
    if client is None or client.status != "running":
        client = _clients[address] = _connect(address)
    return client


def _connect(address: str) -> Client:
    for name in NOISY:  # what goes wrong is told in sentences of ours
        logging.getLogger(name).setLevel(logging.CRITICAL)
    require_address(address)
    try:
        return _client(address)
    except (OSError, TimeoutError, RuntimeError, TypeError, AssertionError) as error:
        raise EngineFailed(
            f"The scheduler of the cluster at {address} cannot be reached: "
            f"{why_unreachable(error)}."
        ) from None


def _client(address: str) -> Client:
    """Dask asserts that its own thread has started within ten seconds; on a machine that is full it
    may not have, and is asked once more."""
    try:
        return Client(address, timeout=WITHIN_S, set_as_default=False)
    except AssertionError:
        return Client(address, timeout=WITHIN_S, set_as_default=False)


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
        EngineFailed: A worker has not the library, or another version of it, or does not answer.
    """
    _require_same_version(client, list({each.address: None for each in taken}))
    of_host = {each.host: each.address for each in taken}
    clocks = {host: client.sync(_clock, client, address) for host, address in of_host.items()}
    return [
        replace(each, ahead_ns=clocks[each.host][0], doubt_ns=clocks[each.host][1])
        for each in taken
    ]


def _require_same_version(client: Client, addresses: list[str]) -> None:
    # A function of Python's own: whoever has not the library could not load one of it.
    found = client.sync(_answers, client, addresses, pydoc.locate, f"{ABOUT}.__version__")
    for address, version in zip(addresses, found, strict=True):
        if version == __version__:
            continue
        if isinstance(version, TimeoutError | OSError):
            raise EngineFailed(
                f"The worker at {address} does not answer: connect its machine again, or end it."
            )
        if isinstance(version, Exception):
            raise EngineFailed(f"The worker at {address} cannot import {ABOUT}: {version}.")
        raise EngineFailed(
            f"The worker at {address} has {f'version {version}' if version else 'no version'} of "
            f"{ABOUT}, and here is {__version__}: "
            f"install robotframework-apiload[cluster]=={__version__} there."
        )


async def _answers(
    client: Client, addresses: Sequence[str], function: Callable[..., object], *arguments: object
) -> list[Any]:
    """What each worker answers, or what was raised instead."""

    async def of(address: str) -> Any:
        asked = client.run(function, *arguments, workers=[address])
        return (await asyncio.wait_for(asked, WITHIN_S))[address]

    return await asyncio.gather(*map(of, addresses), return_exceptions=True)


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
