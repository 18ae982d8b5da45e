"""The way to a cluster: its scheduler, its workers and their clocks."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import urlsplit

from distributed import Client
from distributed.security import Security

from ApiLoadLibrary import __version__
from ApiLoadLibrary.errors import BadInput, EngineFailed

from .messages import version_here
from .remote import Seat

__all__ = ["connected", "seats", "seats_with_clocks"]

WITHIN_S = 5
ROUND_TRIPS = 15


@cache
def connected(address: str) -> Client:
    """A client of the scheduler at this address; the same one for all load runs.

    Certificates come from Dask's own configuration (`distributed.comm.tls`).

    Raises:
        BadInput: That is no address, or it needs certificates and there are none.
        EngineFailed: The scheduler does not answer.
    """
    logging.getLogger("distributed").setLevel(logging.ERROR)
    if address.startswith("tls:"):
        _require_certificates(address)
    try:
        return Client(address, timeout=WITHIN_S, set_as_default=False)
    except ValueError as error:
        raise BadInput(
            f"cluster='{address}' is no address of a scheduler ({error}): write for example "
            "tcp://scheduler:8786."
        ) from None
    except (OSError, TimeoutError, RuntimeError, TypeError) as error:
        raise EngineFailed(
            f"The scheduler of the cluster at {address} cannot be reached "
            f"({type(error).__name__}): start it, or correct cluster=."
        ) from None


def _require_certificates(address: str) -> None:
    """See whether there is something to show to a scheduler that asks for it."""
    why = "names none here"
    try:
        if Security().get_connection_args("client")["ssl_context"] is not None:
            return
    except (OSError, ValueError) as error:
        why = f"names some that cannot be used ({error})"
    raise BadInput(
        f"cluster='{address}' needs a certificate, and Dask's configuration {why}: write "
        "ca-file, client.cert and client.key under distributed.comm.tls in "
        "~/.config/dask/tls.yaml."
    )


def seats(client: Client) -> list[Seat]:
    """All slots of all workers, so ordered that the first ones are spread over the hosts.

    Raises:
        EngineFailed: There is no worker.
    """
    found: dict[str, list[list[Seat]]] = {}
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    for address, worker in sorted(workers.items()):
        host = worker.get("host") or urlsplit(address).hostname or address
        found.setdefault(host, []).append([Seat(address, host)] * worker["nthreads"])
    if not found:
        raise EngineFailed(
            "The cluster has no workers: start one on each machine, with `dask worker`."
        )
    return _in_turns(_in_turns(workers) for _, workers in sorted(found.items()))


def _in_turns(rows: Iterable[Sequence[Seat]]) -> list[Seat]:
    """The first of each row, then the second of each, and so on."""
    columns = zip_longest(*rows)
    return [each for each in chain.from_iterable(columns) if each is not None]


def seats_with_clocks(client: Client, taken: Sequence[Seat]) -> list[Seat]:
    """The same seats, with what is known of their machines' clocks.

    Raises:
        EngineFailed: A worker has not the library, or another version of it.
    """
    addresses = list({each.address: None for each in taken})
    _require_same_version(client, addresses)
    of_host = {each.host: each.address for each in taken}
    clocks = {host: _clock(client, address) for host, address in of_host.items()}
    return [
        replace(each, ahead_ns=clocks[each.host][0], doubt_ns=clocks[each.host][1])
        for each in taken
    ]


def _require_same_version(client: Client, addresses: list[str]) -> None:
    found = client.run(version_here, workers=addresses, on_error="return")
    for address, version in found.items():
        if version == __version__:
            continue
        has = f"has version {version}" if isinstance(version, str) else f"has none ({version})"
        raise EngineFailed(
            f"The worker at {address} {has} of ApiLoadLibrary, and here is {__version__}: "
            f"install robotframework-apiload[cluster]=={__version__} there."
        )


def _clock(client: Client, address: str) -> tuple[int, int]:
    """How far a worker's monotonic clock is ahead, and half of the round trip that told so.

    Of several round trips the quickest counts (Cristian's algorithm): whatever delayed it, in
    either direction, was no more than that.
    """
    best: tuple[int, int] | None = None
    for _ in range(ROUND_TRIPS):
        asked_ns = time.monotonic_ns()
        there_ns: int = client.run(time.monotonic_ns, workers=[address])[address]
        took_ns = time.monotonic_ns() - asked_ns
        if best is None or took_ns < 2 * best[1]:
            best = (there_ns - asked_ns - took_ns // 2, took_ns // 2)
    assert best is not None
    return best
