"""What is watched while load runs: hosts, processes and gauges."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil

from ApiLoadLibrary.errors import BadInput, ServerUnreachable, UnknownName
from ApiLoadLibrary.monitor.exporter import MetricsProbe
from ApiLoadLibrary.monitor.finding import Wanted, find
from ApiLoadLibrary.monitor.host import HostProbe
from ApiLoadLibrary.monitor.probe import Probe, Unseen
from ApiLoadLibrary.monitor.processes import GeneratorProbe, ProcessProbe
from ApiLoadLibrary.monitor.scrape import Gauge
from ApiLoadLibrary.workload.origin import Origin

from .local import is_local

__all__ = ["GENERATOR", "SYSTEM", "THIS_MACHINE", "Watching"]

GENERATOR = "Load Generator"
SYSTEM = "System Under Test"
THIS_MACHINE = "this machine"


@dataclass(frozen=True, slots=True)
class _Host:
    """A host that a suite has named.

    Attributes:
        url: Where it publishes its metrics; None of this machine.
        disk: The mount point of the disk whose space counts.
        is_system: Whether it is the system under test's; None to tell by its name and address.
        gauges: Metrics of its own that are wanted.
    """

    name: str
    url: str | None
    disk: str = "/"
    is_system: bool | None = None
    gauges: Mapping[str, Gauge] = field(default_factory=dict)

    def of_system(self, server: Origin | None) -> bool:
        """Whether it is the system under test's."""
        if self.is_system is not None:
            return self.is_system
        if server is None:
            return False
        if self.url is None:
            return is_local(server)
        return server.host.casefold() in (self.name.casefold(), _host_of(self.url))

    def probe(self, server: Origin | None) -> Probe:
        """What looks at it."""
        of_system = self.of_system(server)
        if self.url is None:
            return HostProbe(self.name, of_system=of_system, disk=self.disk)
        return MetricsProbe(
            self.name, self.url, of_system=of_system, gauges=self.gauges, disk=self.disk
        )


class Watching:
    """What a suite wants to be watched, and what is watched of itself.

    This machine and the load generator always are; so is the process that listens on the
    server's port, if it is on this machine and no other process has been named.
    """

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._processes: dict[str, tuple[str, Wanted]] = {}

    def add_host(
        self,
        name: str,
        url: str | None,
        *,
        disk: str = "/",
        is_system: bool | None = None,
        gauges: Mapping[str, str] | None = None,
    ) -> None:
        """Watch a host from now on; one of the same name no longer.

        Args:
            name: How criteria and the report call it.
            url: Where it publishes its metrics; None of this machine.
            disk: The mount point of the disk whose space counts.
            is_system: Whether it is the system under test's; None to tell by its name and address.
            gauges: Metrics of its own that are wanted, by the names that criteria give them.

        Raises:
            BadInput: A name or a gauge that cannot be, or a disk that is not there.
            ServerUnreachable: Its metrics cannot be read.
        """
        selected = {each: Gauge.read(text) for each, text in (gauges or {}).items()}
        host = _Host(_checked(name), url, disk, is_system, selected)
        self._check_gauges(host)
        if url is None:
            _check_here(host)
        else:
            _check_there(host, url)
        self._processes.pop(name.casefold(), None)
        self._hosts[name.casefold()] = host

    def _check_gauges(self, host: _Host) -> None:
        for each in self._hosts.values():
            taken = {*each.gauges} & {*host.gauges}
            if taken and each.name.casefold() != host.name.casefold():
                name = min(taken)
                raise BadInput(f"The gauge '{name}' is one of {each.name}: give it another name.")

    def add_process(
        self,
        name: str,
        *,
        pid: int | None = None,
        called: str | None = None,
        port: int | None = None,
    ) -> None:
        """Watch processes from now on, with all that they start; see `Wanted` of which.

        Raises:
            BadInput: A name that cannot be, or there is no such process.
        """
        checked, wanted = _checked(name), Wanted(pid, called, port)
        try:
            found = find(wanted)
        except PermissionError as error:
            raise BadInput(f"{name} cannot be found ({error}): write pid= or called=.") from None
        if not found:
            raise BadInput(f"There is no process {wanted}: start it first, or name another.")
        self._hosts.pop(name.casefold(), None)
        self._processes[name.casefold()] = (checked, wanted)

    def remove(self, name: str) -> None:
        """Watch a host or a process no longer.

        Raises:
            UnknownName: None of this name is watched.
        """
        known = [*self._hosts, *self._processes]
        if name.casefold() not in known:
            raise UnknownName("monitored host or process", name, self.names)
        self._hosts.pop(name.casefold(), None)
        self._processes.pop(name.casefold(), None)

    @property
    def names(self) -> list[str]:
        """Of what has been named, in the order in which it was."""
        return [
            *(each.name for each in self._hosts.values()),
            *(name for name, _ in self._processes.values()),
        ]

    def probes(self, base_url: str | None, senders: Callable[[], Sequence[int]]) -> list[Probe]:
        """What looks at all of that during one load run.

        Args:
            base_url: The system under test's address, if there is one.
            senders: The processes that send load.
        """
        server = Origin.of(base_url) if base_url else None
        return [*self._all(server), GeneratorProbe(GENERATOR, senders)]

    def _all(self, server: Origin | None) -> Iterator[Probe]:
        hosts = list(self._hosts.values())
        # Who says where the system under test is knows better than its address, which may be
        # that of a tunnel.
        told = any(each.url and each.is_system for each in hosts)
        is_here = server is not None and is_local(server) and not told
        if all(each.url for each in hosts):
            yield HostProbe(server.host if server and is_here else THIS_MACHINE, of_system=is_here)
        yield from (each.probe(server) for each in hosts)
        yield from (ProcessProbe(name, wanted) for name, wanted in self._processes.values())
        if server and is_here and not self._processes and _can_be_seen(server.port):
            yield ProcessProbe(SYSTEM, Wanted(port=server.port))


def _can_be_seen(port: int) -> bool:
    """Whether the process that listens there can be watched, and is not this one."""
    with contextlib.suppress(OSError, psutil.Error):
        found = [each.pid for each in find(Wanted(port=port))]
        return bool(found) and os.getpid() not in found
    return False


def _checked(name: str) -> str:
    reserved = (GENERATOR.casefold(), SYSTEM.casefold())
    if not name.strip() or '"' in name or name.casefold() in reserved:
        raise BadInput(
            f"name='{name}' cannot be the name of a host or a process: "
            f"leave out double quotes, and the names {GENERATOR} and {SYSTEM}."
        )
    return " ".join(name.split())


def _check_here(host: _Host) -> None:
    if host.gauges:
        raise BadInput(f"{host.name} has no address to read {min(host.gauges)} from: give its url.")
    try:
        psutil.disk_usage(host.disk)
    except OSError as error:
        raise BadInput(f"disk='{host.disk}' cannot be watched ({error.strerror}).") from None


def _check_there(host: _Host, url: str) -> None:
    Origin.of(_without_credentials(url))  # says what is wrong with it
    probe = MetricsProbe(host.name, url, of_system=False, gauges=host.gauges, disk=host.disk)
    try:
        probe.require()
    except Unseen as unseen:
        raise ServerUnreachable(
            f"{host.name} cannot be watched at {_without_credentials(url)}: {unseen}."
        ) from None


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").casefold()
