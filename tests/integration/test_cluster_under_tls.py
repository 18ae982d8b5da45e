"""A cluster whose parts trust each other alone: load, its limits, and who is turned away."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dask.config
import pytest
import requests
import trustme

from ApiLoadLibrary.cluster import connection
from ApiLoadLibrary.cluster.connection import connected
from ApiLoadLibrary.cluster.host import ClusterShardHost
from ApiLoadLibrary.errors import BadInput, EngineFailed
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from documentation.pages import examples
from integration.loads import get, load_tester, steady, sustain
from rig.loopback_cluster import certificates, loopback_cluster
from rig.process import counts
from rig.robot_run import run_robot

pytestmark = pytest.mark.xdist_group("cluster under TLS")  # it is made once

HOSTS = ("127.0.0.2", "127.0.0.3")
SUITE = """\
*** Settings ***
Library    ApiLoadLibrary

*** Test Cases ***
Load From A Cluster
    Use Server    ${SERVER}    shards=2
    Define Endpoint    Ok    GET    /ok
    Sustain 100 Requests Per Second On Ok    duration=1 s
    Verify No Errors
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings as the documentation has them, with certificates; logs, and a suite."""
    folder = tmp_path_factory.mktemp("cluster")
    (settings,) = (each for each in examples("yaml") if "require-encryption" in each.text)
    (script,) = (each for each in examples("sh") if "openssl" in each.text)
    certificates(folder, settings.text, script.text)
    (folder / "suite.robot").write_text(SUITE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[str]:
    """The scheduler's address; two workers have a slot each."""
    with loopback_cluster(folder, *HOSTS) as address:
        yield address


@pytest.fixture
def joined(cluster: str, folder: Path) -> Iterator[str]:
    """The same, of which these tests are part as a client."""
    settings = dask.config.collect([str(folder)], env={})
    with dask.config.set(dask.config.merge(dask.config.global_config, settings)):
        yield cluster
        connected(cluster).close()


@pytest.mark.slow
def test_a_suite_sends_its_load_from_all_machines(cluster: str, folder: Path, rig: str) -> None:
    """In a process of its own: it knows of TLS what the settings say."""
    variables = ("--variable", f"CLUSTER:{cluster}", "--variable", f"SERVER:{rig}")
    settings = {"DASK_CONFIG": str(folder)}
    run = run_robot(folder / "well", *variables, str(folder / "suite.robot"), env=settings)
    assert cluster.startswith("tls://")
    (sent,) = run.report["runs"]
    assert sent["requests"] == counts(rig)["received"]["GET /ok"] == 100
    assert [each["name"] for each in sent["generator"]["hosts"]] == list(HOSTS)
    assert "The machines that sent the load" in run.html


def test_who_has_no_certificate_is_told_so_before_any_load(cluster: str, rig: str) -> None:
    with pytest.raises(BadInput) as raised:
        sustain(rig, [get("/ok")], "10/s", "1 s", cluster=cluster)
    assert str(raised.value) == (
        f"cluster='{cluster}' needs a certificate, and Dask's configuration names none here: "
        "write ca-file, client.cert and client.key under distributed.comm.tls in "
        "~/.config/dask/tls.yaml."
    )
    assert counts(rig)["received"] == {}


def test_certificates_that_are_not_there_are_named(cluster: str, rig: str) -> None:
    names = {f"distributed.comm.tls.{name}": "/nowhere.pem" for name in ("ca-file", "client.cert")}
    with dask.config.set(names), pytest.raises(BadInput, match="that cannot be used"):
        sustain(rig, [get("/ok")], "10/s", "1 s", cluster=cluster)


def test_certificates_of_another_authority_are_told_from_a_scheduler_that_is_gone(
    joined: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    connected(joined).close()
    with (
        dask.config.set({"distributed.comm.tls.ca-file": str(tmp_path / "ca.pem")}),
        pytest.raises(EngineFailed, match="is not of the authority in ca-file here"),
    ):
        connected(joined)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = f"tls://127.0.0.1:{gone.getsockname()[1]}"
    monkeypatch.setattr(connection, "WITHIN_S", 1)
    # Of Dask's tries the last counts, which may have had no time to be refused.
    with pytest.raises(EngineFailed, match=r"cannot be reached: .*: start it, or correct cluster="):
        connected(address)


def test_certificates_are_what_later_pythons_ask_of_them(folder: Path) -> None:
    """From 3.13 on they look more closely."""
    made = [str(folder / f"{part}.pem") for part in ("scheduler", "worker", "client")]
    check = ["openssl", "verify", "-x509_strict", "-CAfile", str(folder / "ca.pem"), *made]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("part", ["scheduler", "worker-0"])
def test_no_page_tells_strangers_about_the_cluster(cluster: str, folder: Path, part: str) -> None:
    log = (folder / f"{part}.log").read_text()
    (page,) = re.findall(r"dashboard at: *(?:http://)?([\d.:]+)", log)
    for path in ("/info/main/workers.html", "/metrics", "/health"):
        assert requests.get(f"http://{page}{path}", timeout=5).status_code == 404


def test_the_scheduler_answers_nobody_who_shows_no_certificate(cluster: str) -> None:
    """What the library says beforehand is not what keeps strangers away."""
    with pytest.raises(OSError, match=r"(?i)certificate|reset"):
        heard_by_a_stranger(*cluster.removeprefix("tls://").split(":"))


def heard_by_a_stranger(host: str, port: str) -> bytes:
    """What the scheduler says to who trusts anybody and shows nothing."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=10) as tcp,
        trusting.wrap_socket(tcp) as tls,
    ):
        return tls.recv(1)


def test_a_worker_connects_to_no_server_that_the_plan_does_not_allow(joined: str, rig: str) -> None:
    plan = load_tester(rig).plan([get("/ok")], steady("10/s", "1 s"), "test")
    host = ClusterShardHost(joined)
    with pytest.raises(EngineFailed, match=r"did not start\. .*Nothing is sent to http"):
        host.start([replace(each, allowed=frozenset()) for each in plan.split(1)])
    assert counts(rig)["received"] == {}


def test_the_ceiling_of_a_cluster_is_that_of_its_machines_together(
    joined: str, tls_rig: tuple[str, str]
) -> None:
    """Each sends to itself, over TLS as to the server; to that one nothing."""
    address, authority = tls_rig
    session = AcceptanceSession()
    session.use_server(address, cluster=joined, verify=authority)
    session.endpoints.define(Endpoint("Get", "GET", "/ok?n={{counter}}"))
    found = session.calibrate("Get", Duration.parse("500 ms"), workers=4)
    assert (found.machines, found.shards, found.tls) == (2, 2, True)
    assert found.rate_per_s > 300
    assert session.ceiling_per_s("http1") == found.rate_per_s
    session.configure(cluster="none")
    assert session.ceiling_per_s("http1") is None
    assert counts(address, authority)["received"] == {}
