"""Room to run, against the real limits of real processes: what is said to fit does fit."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.engine.room import raise_descriptor_limit, require_room
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin
from integration.loads import get, sustain
from rig.process import ROOT, counts, rig_server

NETWORK = Path("/proc/sys/net/ipv4")


def in_a_process(
    function: Callable[..., Any], *arguments: object, prefix: tuple[str, ...] = ()
) -> Any:
    """What a function of this module returns in a fresh process, whose limits it may change."""
    script = (
        "import json, sys; from integration import test_room; "
        f"value = test_room.{function.__name__}(*json.loads(sys.argv[1])); "
        "print(json.dumps(value))"
    )
    path = os.pathsep.join([str(ROOT / "libraries"), str(ROOT / "tests")])
    done = subprocess.run(
        [*prefix, sys.executable, "-c", script, json.dumps(arguments)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fitting_workers(workers: int, shards: int, address: str) -> int:
    """The number of workers that the refusal of a plan advises."""
    with pytest.raises(BadInput) as caught:
        require_room(workers, shards, [Origin.of(address)])
    return int(re.search(r"set workers=(\d+) or less", str(caught.value))[1])  # type: ignore[index]


# Open files.


def limits_after(soft: int, hard: int, needed: int) -> list[object]:
    """What raising the limit returns, and what holds then."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    said = raise_descriptor_limit(needed)
    return [said, *resource.getrlimit(resource.RLIMIT_NOFILE)]


@pytest.mark.parametrize(
    "soft, hard, needed, after",
    [
        (64, 256, 100, [100, 100, 256]),
        (64, 256, 256, [256, 256, 256]),
        (64, 256, 1_000_000, [256, 256, 256]),
        (64, 256, 10, [64, 64, 256]),
        (64, 64, 100, [64, 64, 64]),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_the_hard_one_allows_and_never_lowered(
    soft: int, hard: int, needed: int, after: list[int]
) -> None:
    assert in_a_process(limits_after, soft, hard, needed) == after


def load_with_few_files(address: str, workers: int, shards: int) -> list[Any]:
    """What comes of the number of workers that is said to fit into 64 open files."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    fitting = fitting_workers(workers, shards, address)
    # 120 a second for half a second each are 60 at once, and 120 in each of two shards.
    slow = [get("/delay/500")]
    rate = f"{120 * shards}/s"
    result = sustain(address, slow, rate, "1 s", workers=fitting, shards=shards, timeout="20 s")
    busy = result.generator.peak_busy_workers
    return [fitting, busy, {str(key): value for key, value in result.outcomes.items()}]


@pytest.mark.parametrize("shards, fitting", [(1, 48), (2, 96)])
def test_as_many_workers_as_the_refusal_says_really_fit_into_the_files(
    rig: str, shards: int, fitting: int
) -> None:
    found = in_a_process(load_with_few_files, rig, 100, shards)
    assert found == [fitting, fitting, {"200": 120 * shards}]
    assert counts(rig)["answered"] == {"GET /delay/500 200": 120 * shards}


# Local ports.


def in_a_network_of_its_own(function: Callable[..., Any], *arguments: object) -> Any:
    """What a function returns in a network namespace, whose ports it may rule."""
    command = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
    if subprocess.run([*command, "true"], check=False).returncode:
        pytest.skip("no network namespace may be made here")
    return in_a_process(function, *arguments, prefix=command)


def bring_up_loopback() -> None:
    """A new network has its loopback interface down."""
    set_flags, up_and_running = 0x8914, 0x41
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh", b"lo", up_and_running))


def have_ports(ports: str, reserved: str = "") -> None:
    """Let connections have these local ports only."""
    (NETWORK / "ip_local_port_range").write_text(ports)
    (NETWORK / "ip_local_reserved_ports").write_text(f"{reserved}\n")


@contextmanager
def connections(address: tuple[str, int]) -> Iterator[list[socket.socket]]:
    """As many connections to an address as there are ports for."""
    with ExitStack() as stack:
        opened: list[socket.socket] = []
        while True:
            one = stack.enter_context(socket.socket(family_of(address)))
            if code := one.connect_ex(address):
                assert code == errno.EADDRNOTAVAIL
                yield opened
                return
            opened.append(one)


def family_of(address: tuple[str, int]) -> socket.AddressFamily:
    """IPv6 or IPv4."""
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


@contextmanager
def listening(host: str, port: int) -> Iterator[tuple[str, int]]:
    """An address that takes connections and leaves them waiting."""
    family = family_of((host, port))
    with socket.create_server((host, port), family=family, backlog=4096):
        yield host, port


def url(address: tuple[str, int]) -> str:
    """The address as an origin's."""
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"


def said_and_opened(ports: str, reserved: str, host: str) -> list[int]:
    """How many workers are said to fit, and how many connections can be opened then."""
    bring_up_loopback()
    have_ports(ports, reserved)
    with listening(host, 8080) as address, listening(host, 40_003):
        said = fitting_workers(1_000, 1, url(address))
        with connections(address) as opened:
            return [said, len(opened)]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize(
    "ports, reserved, free",
    [
        ("50000 50039", "", 40),
        ("40000 40039", "", 39),  # on one of them a server listens
        ("40000 40039", "40010-40018,40030", 29),
        ("50000 50017", "1024,50017", 17),
    ],
)
def test_the_ports_that_the_refusal_counts_are_those_that_connections_get(
    ports: str, reserved: str, host: str, free: int
) -> None:
    """Ports enough for the workers, 16 for this process, and not one more."""
    found = in_a_network_of_its_own(said_and_opened, ports, reserved, host)
    assert found == [free - 16, free]


def test_of_an_odd_range_of_ports_the_system_may_miss_one() -> None:
    said, opened = in_a_network_of_its_own(said_and_opened, "50000 50020", "", "127.0.0.1")
    assert said == 21 - 16
    assert opened in {20, 21}


def room_beside_connections() -> dict[str, object]:
    """What fits while all ports for one server are taken."""
    bring_up_loopback()
    have_ports("50000 50029")
    with (
        listening("127.0.0.1", 8080) as one,
        listening("127.0.0.1", 8081) as other,
        connections(one) as taken,
    ):
        with pytest.raises(BadInput) as caught:
            require_room(1, 1, [Origin.of(url(one))])
        require_room(14, 1, [Origin.of(url(one)), Origin.of(url(other))])
        return {
            "taken": len(taken),
            "none": str(caught.value),
            "other": fitting_workers(100, 1, url(other)),
        }


def test_ports_are_taken_for_one_server_and_free_for_another() -> None:
    found = in_a_network_of_its_own(room_beside_connections)
    assert found["taken"] == 30
    assert found["other"] == 14
    assert "0 are free here" in found["none"]
    assert "workers=0" not in found["none"]


def room_for_several(ports: str) -> list[int]:
    """What fits for two servers, for one under two names, and for one address twice."""
    bring_up_loopback()
    have_ports(ports)
    plans = [
        ["http://127.0.0.1:8080", "http://127.0.0.1:8081"],
        ["http://127.0.0.1:8080", "http://127.0.0.2:8080"],
        ["http://127.0.0.1:8080", "https://127.0.0.1:8080"],
    ]
    found = []
    for origins in plans:
        with pytest.raises(BadInput) as caught:
            require_room(100, 1, [Origin.of(each) for each in origins])
        found.append(int(re.search(r"set workers=(\d+) or less", str(caught.value))[1]))  # type: ignore[index]
    return found


def test_each_server_has_ports_of_its_own() -> None:
    assert in_a_network_of_its_own(room_for_several, "50000 50019") == [24, 24, 4]


def room_after_connections(reuse: str) -> list[int]:
    """What is free when 15 of 40 ports have been used and closed from here."""
    bring_up_loopback()
    have_ports("50000 50039")
    (NETWORK / "tcp_tw_reuse").write_text(reuse)
    with socket.create_server(("127.0.0.1", 8080)) as server:
        for _ in range(15):
            with socket.create_connection(server.getsockname()):
                accepted = server.accept()[0]
            with accepted:
                assert accepted.recv(1) == b""
        said = fitting_workers(100, 1, url(server.getsockname()))
        with connections(server.getsockname()) as opened:
            return [said, len(opened)]


def test_ports_that_rest_after_a_run_are_counted_where_they_cannot_be_had_again() -> None:
    assert in_a_network_of_its_own(room_after_connections, "0") == [9, 25]


def test_ports_that_rest_are_no_reason_to_refuse_where_they_can_be_had_again() -> None:
    said, _ = in_a_network_of_its_own(room_after_connections, "2")
    assert said == 24


def room_on_a_busy_machine() -> list[int]:
    """How many sockets there are for another server, and what fits beside them."""
    bring_up_loopback()
    have_ports("50000 50029")
    with listening("127.0.0.1", 8080) as busy, connections(busy) as taken:
        require_room(14, 1, [Origin.of("http://127.0.0.1:8081")])
        return [len(taken), fitting_workers(15, 1, "http://127.0.0.1:8081")]


def test_other_peoples_connections_take_no_room() -> None:
    """The totals of all sockets say that nothing is left, and they are not to be believed."""
    assert in_a_network_of_its_own(room_on_a_busy_machine) == [30, 14]


def load_with_few_ports() -> list[Any]:
    """What comes of the number of workers that is said to fit into 40 ports."""
    bring_up_loopback()
    have_ports("50000 50054")
    with rig_server() as address:
        fitting = fitting_workers(100, 1, address)
        slow = [get("/delay/500")]
        result = sustain(address, slow, "100/s", "1 s", workers=fitting, timeout="20 s")
        busy = result.generator.peak_busy_workers
        return [fitting, busy, {str(key): value for key, value in result.outcomes.items()}]


@pytest.mark.alone
def test_as_many_workers_as_the_refusal_says_really_fit_into_the_ports() -> None:
    """The server itself has one of the 55 ports, and 16 are for the parent."""
    assert in_a_network_of_its_own(load_with_few_ports) == [38, 38, {"200": 100}]


def test_a_name_that_nobody_knows_and_a_plan_that_is_easily_held_are_let_through() -> None:
    require_room(1, 1, [Origin.of("http://no-such-host.invalid")])
    in_a_network_of_its_own(room_of_a_stranger)


def room_of_a_stranger() -> None:
    """Even when there are few ports: that nobody knows the name, the run will say."""
    bring_up_loopback()
    have_ports("50000 50001")
    require_room(3, 1, [Origin.of("http://no-such-host.invalid")])


def refused_run(address: str) -> str:
    """What a run says that this process's hard limit cannot hold."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    with pytest.raises(BadInput) as caught:
        sustain(address, [get("/ok")], "10/s", "1 s", workers=100, shards=1)
    return str(caught.value)


def test_a_plan_that_does_not_fit_is_refused_before_a_byte_is_sent() -> None:
    with rig_server() as address:
        refusal = in_a_process(refused_run, address)
        assert refusal.startswith("workers=100 needs 116 open files in one process")
        assert counts(address)["received"] == {}
