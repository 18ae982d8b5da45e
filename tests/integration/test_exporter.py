"""Other hosts and applications, through the metrics that they publish: real exporters."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import psutil
import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.monitor.exporter import MetricsProbe
from ApiLoadLibrary.monitor.host import HostProbe
from ApiLoadLibrary.monitor.probe import Unseen
from ApiLoadLibrary.monitor.scrape import Gauge
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.tester import LoadTester
from ApiLoadLibrary.session.watching import Watching
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import load_tester, steady, watch_nothing

NODE_EXPORTER = "prometheus-node-exporter"


@contextmanager
def node_exporter() -> Iterator[str]:
    """The address of a node exporter's metrics, on a port that the system has chosen."""
    found = shutil.which(NODE_EXPORTER)
    assert found, f"this test reads a real one: apt-get install {NODE_EXPORTER}"
    process = subprocess.Popen(
        [found, "--web.listen-address", "127.0.0.1:0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{_port_of(process)}/metrics"
    finally:
        process.terminate()
        process.wait(10)


def _port_of(process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for each in psutil.Process(process.pid).net_connections("tcp"):
            if each.status == psutil.CONN_LISTEN:
                return int(each.laddr[1])
        time.sleep(0.02)  # until it listens
    raise AssertionError("the node exporter does not listen")


class Application(BaseHTTPRequestHandler):
    """Answers with what the test wants to be told."""

    text: ClassVar[str] = ""
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        body = self.text.encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def application() -> Iterator[str]:
    """The address of an application's metrics; what it tells is `Application.text`."""
    Application.text, Application.status = "", 200
    with ThreadingHTTPServer(("127.0.0.1", 0), Application) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/metrics"
        server.shutdown()


def gauges(**written: str) -> Mapping[str, Gauge]:
    return {name: Gauge.read(text) for name, text in written.items()}


@pytest.mark.slow
def test_a_node_exporter_tells_what_we_see_of_the_same_host() -> None:
    with node_exporter() as url:
        there = MetricsProbe("pos-1", url, of_system=True, gauges=gauges(up="node_uname_info"))
        here = HostProbe("here", of_system=True)
        there.require()
        for probe in (there, here):
            probe.look(time.monotonic())
        time.sleep(2)
        told = there.look(time.monotonic())
        seen = here.look(time.monotonic())
    exact = {name for name in seen if name.startswith("cpu_core_")} | {"gauge:up", "load_1_min"}
    assert told["gauge:up"] == 1
    # The network is the exporter's own loopback-free sum, and UDP differs by what is asked.
    missing = set(seen) - set(told)
    assert missing <= {"udp_in_use"}
    assert len(exact & set(told)) == len(exact)
    for name, within in (
        ("memory_used_bytes", 0.05 * psutil.virtual_memory().total),
        ("memory_percent", 5),
        ("disk_percent", 0.5),
        ("disk_free_bytes", 0.01 * psutil.disk_usage("/").total),
        ("load_1_min", 1),
        ("cpu_percent", 15),
        ("open_files", 1_000),
        ("tcp_in_use", 100),
    ):
        assert told[name] == pytest.approx(seen[name], abs=within), name
    assert (told["running"], told["restarts"]) == (1, 0)


def test_an_applications_gauges_are_read_and_what_only_grows_is_a_rate(application: str) -> None:
    Application.text = (
        '# TYPE pool gauge\npool{of="a"} 3\npool{of="b"} 4\n'
        "# TYPE orders_total counter\norders_total 100\n"
        "process_cpu_seconds_total 5\nprocess_resident_memory_bytes 1e8\n"
        "process_open_fds 10\nprocess_max_fds 40\nprocess_start_time_seconds 1000\n"
    )
    wanted = gauges(pool="pool", of_b='pool{of="b"}', orders="orders_total")
    probe = MetricsProbe("shop", application, of_system=True, gauges=wanted)
    probe.require()
    first = probe.look(10.0)
    assert (first["gauge:pool"], first["gauge:of_b"]) == (7, 4)
    assert "gauge:orders" not in first
    assert (first["memory_used_bytes"], first["open_files_percent"]) == (1e8, 25)
    Application.text = Application.text.replace(" 100\n", " 130\n").replace(" 5\n", " 6\n")
    second = probe.look(12.0)
    assert second["gauge:orders"] == 15
    assert second["cpu_cores"] == 0.5
    assert second["restarts"] == 0
    Application.text = Application.text.replace(" 1000\n", " 2000\n").replace(" 130\n", " 8\n")
    third = probe.look(13.0)
    assert third["restarts"] == 1
    assert third["gauge:orders"] == 8  # it counts from nothing again


@pytest.mark.parametrize(
    "status, text, reason",
    [
        (503, "", "its metrics were answered with status 503"),
        (302, "", "its metrics were answered with status 302"),
        (200, "pool {{{ 3\n", "its metrics are not in the Prometheus text format"),
    ],
)
def test_what_cannot_be_read_is_unseen_and_says_why(
    application: str, status: int, text: str, reason: str
) -> None:
    Application.text, Application.status = text, status
    probe = MetricsProbe("shop", application, of_system=True, gauges=gauges(pool="pool"))
    with pytest.raises(Unseen, match=f"^{reason}$"):
        probe.look(1.0)


def test_where_nobody_answers_no_password_is_told() -> None:
    probe = MetricsProbe("shop", "http://me:secret@127.0.0.1:1/metrics", of_system=True)
    with pytest.raises(Unseen) as unseen:
        probe.look(1.0)
    assert str(unseen.value) == "its metrics could not be read (ConnectionError)"
    assert unseen.value.figures == {"running": 0}


def test_before_any_load_a_gauge_that_is_not_there_is_refused(application: str) -> None:
    Application.text = "pool_used 3\norders_total 5\n"
    probe = MetricsProbe("shop", application, of_system=True, gauges=gauges(pool="pool_usd"))
    with pytest.raises(BadInput, match=r"no metric 'pool_usd'. Did you mean 'pool_used'\?"):
        probe.require()
    nothing = MetricsProbe("shop", application, of_system=True)
    with pytest.raises(BadInput, match=r"like pool=metric_name. Its metrics: pool_used, orders_to"):
        nothing.require()


@pytest.mark.slow
def test_the_systems_cpu_can_be_judged_where_it_is_another_host(rig: str) -> None:
    """The server's address is a tunnel's: the suite says where the system under test is."""
    with node_exporter() as url:
        watching = Watching()
        watching.add_host("pos-1", url, is_system=True)
        config = load_tester(rig).config
        load = LoadTester(config, Identity(lambda: config), watching=watching)
        plan = load.plan([Endpoint("Products", "GET", "/ok")], steady("50/s", "4 s"), "Watched")
        kept: list[RunResult] = []
        load.run(plan, "A test", watch_nothing, kept.append)
    (run,) = kept
    assert run.host is not None
    assert run.host.name == "pos-1"
    assert 3 <= len(run.host.samples) <= 4
    for text in ("cpu <= 100 %", "memory < 100 %", "disk of pos-1 < 100 %"):
        judgement = evaluate(parse(text), run)
        assert judgement.measured is not None, judgement.sentence
        assert " of pos-1 was " in judgement.sentence
    impossible = evaluate(parse("cpu < 0.01 %"), run)
    assert impossible.verdict is Verdict.FAIL
    assert {each.name: each.of_system for each in run.watched} == {
        "this machine": False,
        "pos-1": True,
        "Load Generator": False,
    }
