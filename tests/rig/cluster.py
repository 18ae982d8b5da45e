"""A Dask cluster of hosts that are apart: each is a network namespace with an address of its own.

A scheduler, three worker hosts and a server host hang on one bridge, and so does the test's own
process: it has an address there as well.  A host can be killed with all that runs on it, cut off
from the others, and brought back.  All of it is gone afterwards; what a killed test process left
behind is removed by the next one.

It takes root and iproute2, on Linux.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from distributed import Client

from rig.namespaces import ip
from rig.process import ROOT, read_line

PORT = 8786
WORKER_PORT = 8788
HIDE = 'mount -t tmpfs none "$0" && exec "$@"'
WORKERS = ("w1", "w2", "w3")
NAMES = ("scheduler", *WORKERS, "server")
SETTLED_WITHIN_S = 30


class Host:
    """A machine of its own, as far as its network goes.

    Args:
        network: What its name begins with.
        name: What the test calls it.
        address: Its own.

    Attributes:
        log: What its processes wrote to their error streams.
        harmed: Whether it was killed or cut off, and not brought back.
    """

    def __init__(self, network: str, name: str, address: str, log: Path) -> None:
        self.name, self.address, self.log = name, address, log
        self._space = f"{network}-{name[:2]}"  # also of its cable, whose name must be short
        self.harmed = False
        self._started: list[subprocess.Popen[str]] = []
        ip("netns", "add", self._space)
        ip("link", "add", self._space, "type", "veth", "peer", "eth0", "netns", self._space)
        ip("link", "set", self._space, "master", network, "up")
        ip("-n", self._space, "address", "add", f"{address}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            ip("-n", self._space, "link", "set", device, "up")

    def start(
        self, *arguments: str, hidden: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start Python on it, which does not find what is in a hidden folder."""
        hiding = ["sh", "-c", HIDE, str(hidden)] if hidden else []
        with self.log.open("a") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self._space, *hiding, sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self.log.parent,
                env={**os.environ, **ROOMS, "RIG_HOST": self.address, **(env or {})},
            )
        self._started.append(process)
        return process

    @contextmanager
    def server(self, module: str, *arguments: str) -> Iterator[str]:
        """The address of a fresh server of the rig."""
        with self._running(module, *arguments) as port:
            yield f"http://{self.address}:{port}"

    @contextmanager
    def reference_api(self, *arguments: str) -> Iterator[str]:
        """The address of a fresh reference API; who is on another host may break it, too."""
        network = f"{self.address.rsplit('.', 1)[0]}.0/24"
        options = ("--host", self.address, "--fault-control", "--operators", network)
        with self._running("pos_api", *options, *arguments) as address:
            yield address

    @contextmanager
    def _running(self, module: str, *arguments: str) -> Iterator[str]:
        """The last word of what it says when it has started."""
        process = self.start("-m", module, *arguments)
        try:
            yield read_line(process, module).split()[-1]
        finally:
            process.kill()
            self._bury()

    def pids(self) -> list[int]:
        """All that runs on it."""
        return [int(each) for each in ip("netns", "pids", self._space).split()]

    def kill(self) -> None:
        """As when it loses its power."""
        self.harmed = True
        while found := self.pids():
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._bury()
        self._bury()  # also what has ended by itself

    def _bury(self) -> None:
        for process in list(self._started):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
                assert process.stdout is not None
                process.stdout.close()
                self._started.remove(process)

    def cut_off(self) -> None:
        """Pull its cable."""
        self.harmed = True
        ip("link", "set", self._space, "down")

    def connect(self) -> None:
        """And plug it in again."""
        ip("link", "set", self._space, "up")


class Cluster:
    """All hosts, and what runs on them.

    Attributes:
        address: The scheduler's.
        client: Of the rig's own, which asks how the cluster is.
    """

    def __init__(self, hosts: dict[str, Host]) -> None:
        self.hosts = hosts
        self._start_all()

    def _start_all(self) -> None:
        self.address = self.start_scheduler(PORT)
        for name in WORKERS:
            self.start_worker(name)
        self.client = Client(self.address, timeout=SETTLED_WITHIN_S, set_as_default=False)
        self.settle()

    @property
    def server(self) -> Host:
        """Where servers of the rig are started."""
        return self.hosts["server"]

    def start_scheduler(self, port: int, **how: Any) -> str:
        """Another one, of its own; returns its address. How: see `Host.start`."""
        host = self.hosts["scheduler"]
        host.start(*_dask("scheduler", host, port), **how)
        return f"tcp://{host.address}:{port}"

    def start_worker(
        self, name: str, *nanny: str, of: str = "", **how: Any
    ) -> subprocess.Popen[str]:
        """A worker with one slot, which keeps its address.

        Args:
            name: Of its host.
            nanny: `--nanny` for one that is started again when it dies.
            of: The address of its scheduler, if that is another one.
            how: See `Host.start`.
        """
        port = WORKER_PORT + 10 * bool(of)
        ports = ["--worker-port", str(port), *(["--nanny-port", str(port + 1)] if nanny else ())]
        more = ["--nthreads", "1", "--memory-limit", "0", *(nanny or ["--no-nanny"])]
        host = self.hosts[name]
        return host.start(*_dask("worker", host), of or self.address, *more, *ports, **how)

    def restart(self, name: str, *nanny: str) -> None:
        """End what runs on a host, and start a worker on it."""
        host = self.hosts[name]
        host.kill()
        host.connect()
        self._wait_until(lambda: not self._knows(self.client, name))
        self.start_worker(name, *nanny)
        host.harmed = False
        self.settle()

    def restart_all(self) -> None:
        """End the scheduler and its workers, and start others at the same addresses."""
        self.client.close()
        for name in ("scheduler", *WORKERS):
            self.hosts[name].kill()
            self.hosts[name].connect()
            self.hosts[name].harmed = False
        self._start_all()

    def mend(self) -> None:
        """Bring hosts back that were killed or cut off."""
        for name in WORKERS:
            if self.hosts[name].harmed:
                self.restart(name)

    def settle(self) -> None:
        """Wait until all workers are there."""
        self._wait_until(lambda: all(self._knows(self.client, name) for name in WORKERS))

    def wait_for_tasks(self) -> None:
        """Wait until workers have been given some."""
        self._wait_until(lambda: any(self.client.processing().values()))

    @contextmanager
    def another_worker(self, name: str, of: str, **how: Any) -> Iterator[None]:
        """A worker of another scheduler, for a while."""
        process = self.start_worker(name, of=of, **how)
        with Client(of, timeout=SETTLED_WITHIN_S, set_as_default=False) as client:
            self._wait_until(lambda: self._knows(client, name))
            yield
            process.kill()
            self._wait_until(lambda: not self._knows(client, name))

    def _knows(self, client: Client, name: str) -> bool:
        return any(f"/{self.hosts[name].address}:" in each for each in client.nthreads())

    def _wait_until(self, so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while not so():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.1)  # between questions

    def logs(self) -> str:
        """What all hosts wrote to their error streams."""
        return "\n".join(f"{each.name}: {each.log.read_text()}" for each in self.hosts.values())


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A fresh cluster of three workers."""
    _remove_what_was_left()
    network, third = _bridge()
    hosts: dict[str, Host] = {}
    with tempfile.TemporaryDirectory(prefix=network) as folder:
        try:
            for place, name in enumerate(NAMES, 11):
                log = Path(folder) / f"{name}.log"
                hosts[name] = Host(network, name, f"198.18.{third}.{place}", log)
            made = Cluster(hosts)
            yield made
            made.client.close()
        finally:
            for host in hosts.values():
                host.kill()
            _remove(network)


ROOMS = {"PYTHONPATH": os.pathsep.join(str(ROOT / each) for each in ("libraries", "tests"))}


def _dask(what: str, host: Host, port: int | None = None) -> list[str]:
    listens = ["--port", str(port)] if port else []
    return ["-m", "dask", what, "--host", host.address, *listens, "--no-dashboard"]


def _bridge() -> tuple[str, int]:
    """One that nobody else has, and the third byte of its addresses.

    They are of a range that is set aside for such tests (RFC 2544).
    """
    for third in range(1, 255):
        network = f"apil{third}"
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("link", "add", network, "type", "bridge")
            break
    ip("link", "set", network, "alias", str(os.getpid()))  # whose it is
    ip("address", "add", f"198.18.{third}.1/24", "dev", network)
    ip("link", "set", network, "up")
    return network, third


def _remove_what_was_left() -> None:
    for bridge in Path("/sys/class/net").glob("apil*/bridge"):
        # Another test process may be doing the same.
        with contextlib.suppress(subprocess.CalledProcessError, FileNotFoundError):
            owner = (bridge.parent / "ifalias").read_text().strip()
            if owner and not psutil.pid_exists(int(owner)):
                _remove(bridge.parent.name)


def _remove(network: str) -> None:
    spaces = [line.split()[0] for line in ip("netns", "list").splitlines()]
    for space in spaces:
        if space.startswith(f"{network}-"):
            for pid in ip("netns", "pids", space).split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("link", "del", space)
            ip("netns", "del", space)
    ip("link", "del", network)
