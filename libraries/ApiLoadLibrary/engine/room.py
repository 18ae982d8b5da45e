"""Room to run: whether this machine can hold a plan's connections, known before the first byte.

* Each worker keeps one connection: an open file of its shard.  A shard is a process with a
  table of its own, and inherits the hard limit of its parent.
* Each connection needs a local port, which the system takes from a range.  Connections to
  different addresses can share one; those to the same address and port cannot.

Where the platform does not tell, nothing is refused.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin

if sys.platform != "win32":
    import resource

__all__ = [
    "Room",
    "open_files_for",
    "raise_descriptor_limit",
    "require_room",
    "require_threads",
    "room_here",
]

RESERVED_FILES = 16
"""Of a shard, besides its connections.  It has 6 while it sends: its streams, copies of two
of them, the poller.  The others are for moments, as to look up a name."""

RESERVED_PORTS = 16
"""Of a run, besides those of its workers: its parent connects too, as to sign in, and of an odd
number of ports Linux may miss a free one."""

OPEN_MAX = 10_240
"""What macOS is sure to allow where it calls the hard limit unlimited; see setrlimit(2) there."""

MOST_THREADS = 4_000
"""Of a shard: they take turns, and more only wait for each other."""

MOST_SHARDS = 16
"""More are not advised: each is a whole process."""

PROC = Path("/proc")
PORTS = PROC / "sys/net/ipv4"
LISTENING, TIME_WAIT = "0A", "06"


def open_files_for(workers: int) -> int:
    """How many open files a shard with so many workers needs."""
    return workers + RESERVED_FILES


def raise_descriptor_limit(needed: int) -> int | None:
    """Let this process have so many open files, or what the hard limit allows; never fewer.

    Returns:
        How many it may have now; None where nothing limits them, as on Windows.
    """
    if sys.platform == "win32":
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    for limit in (wanted, min(wanted, OPEN_MAX)):
        if limit <= soft:
            break
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@dataclass(frozen=True, slots=True)
class Room:
    """What there is for a load run; None where the platform does not tell.

    Attributes:
        files: How many files each process may have open.
        ports: How many connections to the run's servers there are local ports for.
    """

    files: int | None
    ports: int | None

    def require(self, workers: int, shards: int, opened: int = 0) -> None:
        """Let pass only what can be held.

        Args:
            workers: Of the whole run; the shards share them out evenly.
            shards: How many there are.
            opened: Of WebSocket connections in place of workers: how often each is opened.

        Raises:
            BadInput: It cannot; the message says what can.
        """
        needs = f"{workers:,} WebSocket connections need" if opened else f"workers={workers} needs"
        remedies = self._fitting(workers, shards, opened)
        files = open_files_for(-(-workers // shards))
        if self.files is not None and files > self.files:
            where = "one process" if shards == 1 else f"each of {shards} processes"
            raise BadInput(
                f"{needs} {files:,} open files in {where}, "
                f"and the hard limit here is {self.files:,}: "
                f"{_either(*remedies, 'raise the limit (ulimit -Hn)')}."
            )
        ports = workers * max(opened, 1) + RESERVED_PORTS
        if self.ports is not None and ports > self.ports:
            raise BadInput(
                f"{needs} {ports:,} local ports, and {self.ports:,} are free "
                "here for connections to these servers: "
                f"{_either(*remedies, 'widen their range (net.ipv4.ip_local_port_range)')}."
            )

    def _fitting(self, workers: int, shards: int, opened: int) -> Iterator[str]:
        """What to set instead, as far as there is anything."""
        fitting = self._fitting_workers(shards, max(opened, 1))
        if fitting >= 1:
            yield f"open {fitting:,} or fewer" if opened else f"set workers={fitting} or less"
        enough = self._enough_shards(workers, max(opened, 1))
        if shards < enough <= MOST_SHARDS:
            yield f"set shards={enough} or more"

    def _fitting_workers(self, shards: int, opened: int) -> int:
        limits = []
        if self.files is not None:
            limits.append((self.files - RESERVED_FILES) * shards)
        if self.ports is not None:
            limits.append((self.ports - RESERVED_PORTS) // opened)
        return min(limits)

    def _enough_shards(self, workers: int, opened: int) -> int:
        """How many shards hold all workers; 0 where no number does."""
        if self.files is None or self.files <= RESERVED_FILES:
            return 0
        if self.ports is not None and self.ports < workers * opened + RESERVED_PORTS:
            return 0
        return -(-workers // (self.files - RESERVED_FILES))


def _either(*remedies: str) -> str:
    *others, last = remedies
    return f"{', '.join(others)}, or {last}" if others else last


def require_room(workers: int, shards: int, origins: Collection[Origin], opened: int = 0) -> None:
    """Let pass only a plan that this machine can hold.

    Args:
        workers: Of the whole run.
        shards: Processes that share them.
        origins: The servers that the run connects to.
        opened: Of WebSocket connections in place of workers: how often each is opened.

    Raises:
        BadInput: It cannot; the message says what can.
    """
    room_here(workers * max(opened, 1), origins).require(workers, shards, opened)


def require_threads(workers: int, shards: int) -> None:
    """Let pass only as many workers as can be threads.

    Raises:
        BadInput: There are more; the message says how many there may be.
    """
    threads = -(-workers // shards)
    if threads > MOST_THREADS:
        where = "one process" if shards == 1 else f"each of {shards} processes"
        remedies = [f"set workers={MOST_THREADS * shards} or less"]
        if (enough := -(-workers // MOST_THREADS)) <= MOST_SHARDS:
            remedies.append(f"set shards={enough} or more")
        raise BadInput(
            f"workers={workers} needs {threads:,} threads in {where}, and {MOST_THREADS:,} "
            f"are the most that make sense: {_either(*remedies)}."
        )


def room_here(workers: int, origins: Collection[Origin]) -> Room:
    """The room on this machine; ports are counted only as exactly as so many workers need."""
    return Room(_hard_limit(), _free_ports(workers + RESERVED_PORTS, origins))


def _hard_limit() -> int | None:
    if sys.platform == "win32":
        return None
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard == resource.RLIM_INFINITY else hard


class _Socket(NamedTuple):
    """A line of the kernel's tables of sockets, in its own spelling."""

    port: int
    remote: str
    state: str


def _free_ports(wanted: int, origins: Collection[Origin]) -> int | None:
    """How many connections to these origins there are ports for; None where nobody tells.

    The kernel's totals take 0.03 ms to read, its tables of all sockets 8 ms and 3 µs for
    each.  But the totals count sockets that are in nobody's way too: to other servers, and
    both ends of those on this machine.  So they can prove that there is enough, and only
    the tables that there is not.
    """
    try:
        ports = _local_ports()
        surely = len(ports) - _socket_total()
        if surely >= wanted:
            return surely
        sockets = list(_sockets())
        # A connection goes on to the next address of its server when one has no port left.
        return sum(len(ports - _taken(*each, sockets)) for each in _addresses(origins))
    except (OSError, ValueError, LookupError):
        return None


def _taken(address: str, port: int, sockets: Collection[_Socket]) -> set[int]:
    """The local ports that no new connection to this address and port can have."""
    names = _spellings(address, port)
    harmless = TIME_WAIT if _is_reused(address) else None
    return {
        each.port
        for each in sockets
        if each.state == LISTENING or (each.remote in names and each.state != harmless)
    }


def _local_ports() -> frozenset[int]:
    low, high = map(int, (PORTS / "ip_local_port_range").read_text().split())
    reserved: set[int] = set()
    for part in (PORTS / "ip_local_reserved_ports").read_text().strip().split(","):
        if part:
            first, _, last = part.partition("-")
            reserved.update(range(int(first), int(last or first) + 1))
    return frozenset(range(low, high + 1)) - reserved


def _socket_total() -> int:
    """All TCP sockets, and those that rest in TIME_WAIT."""
    total = 0
    for name in ("sockstat", "sockstat6"):
        for line in _lines(name):
            kind, *words = line.split()
            if kind in {"TCP:", "TCP6:"}:
                counts = dict(zip(words[::2], map(int, words[1::2]), strict=True))
                total += counts["inuse"] + counts.get("tw", 0)
    return total


def _sockets() -> Iterator[_Socket]:
    for name in ("tcp", "tcp6"):
        for line in _lines(name)[1:]:
            _, local, remote, state, _ = line.split(None, 4)
            yield _Socket(int(local.rpartition(":")[2], 16), remote, state)


def _lines(name: str) -> list[str]:
    file = PROC / "net" / name
    return file.read_text().splitlines() if file.exists() else []  # no IPv6, no file of it


def _addresses(origins: Collection[Origin]) -> set[tuple[str, int]]:
    return {
        (str(where[0]), origin.port)
        for origin in origins
        for *_, where in socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    }


def _spellings(address: str, port: int) -> set[str]:
    """The address and port as the kernel's tables have them: words of the machine, in hex."""
    found = ipaddress.ip_address(address)
    packed = [found.packed]
    if found.version == 4:
        packed.append(ipaddress.ip_address(f"::ffff:{address}").packed)
    return {
        "".join(f"{word:08X}" for (word,) in struct.iter_unpack("=I", each)) + f":{port:04X}"
        for each in packed
    }


def _is_reused(address: str) -> bool:
    """Whether ports in TIME_WAIT can be had again, after a second: 1 everywhere, 2 at home."""
    reuse = int((PORTS / "tcp_tw_reuse").read_text())
    return reuse == 1 or (reuse == 2 and ipaddress.ip_address(address).is_loopback)
