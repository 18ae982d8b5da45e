"""Calibrating for real: this machine sends to itself, and nothing to the server under test."""

from __future__ import annotations

import socket
import ssl

import pytest

from ApiLoadLibrary.engine.responder import CERTIFICATE, responding
from ApiLoadLibrary.errors import EngineFailed, UnknownName
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from integration.loads import steady, watch_nothing
from rig.process import counts

SECOND = Duration.parse("1 s")


def session_at(address: str, **settings: object) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address, **settings)
    session.endpoints.define(Endpoint("Get", "GET", "/ok?n={{counter}}"))
    body = {"n": "{{integer 1..9}}"}
    session.endpoints.define(Endpoint("Post", "POST", "/ok", json=body, expected=frozenset({201})))
    return session


def test_the_ceiling_is_measured_without_a_request_to_the_server(rig: str) -> None:
    session = session_at(rig + "/below", max_rate=None, shards=1)
    found = session.calibrate("Each Endpoint", SECOND, workers=8)
    assert found.rate_per_s > 500  # of any machine that is not asleep
    assert (found.tls, found.workers, found.shards) == (False, 8, 1)
    assert session.verdicts.runs == []
    assert counts(rig)["received"] == {}


def test_runs_that_follow_state_their_headroom(rig: str) -> None:
    session = session_at(rig)
    ceiling = session.calibrate("Each Endpoint", SECOND).rate_per_s
    run = session.run(session.plan(steady("20/s", "1 s"), "Get"), watch_nothing)
    assert run.generator.ceiling_per_s == ceiling
    document = build_document(session.record({}))
    assert document.runs[0].generator.ceiling_per_s == ceiling


def test_requests_over_tls_are_calibrated_over_tls(tls_rig: tuple[str, str]) -> None:
    address, authority = tls_rig
    session = session_at(address, verify=authority)
    found = session.calibrate("Post", SECOND)
    assert found.tls
    assert found.rate_per_s > 300
    assert session.ceiling_per_s("http1") == found.rate_per_s
    assert session.ceiling_per_s("python") is None


def test_a_ceiling_over_tls_says_nothing_of_requests_without(
    rig: str, tls_rig: tuple[str, str]
) -> None:
    address, authority = tls_rig
    session = session_at(address, verify=authority)
    session.calibrate("Post", Duration.parse("200 ms"))
    session.use_server(rig)
    assert session.ceiling_per_s("http1") is None


def test_the_certificate_is_good_for_loopback_alone() -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    names = [each["subject"] for each in context.get_ca_certs()]
    assert ((("commonName", "loopback"),),) in names
    with responding(str(CERTIFICATE)) as address:
        port = Origin.of(address).port
        with socket.create_connection(("127.0.0.1", port)) as plain:
            context.wrap_socket(plain, server_hostname="127.0.0.1").close()
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            context.wrap_socket(plain, server_hostname="localhost")


def test_a_proxy_in_between_is_named_as_what_it_is(
    rig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_at(rig, transport="requests", workers=2, shards=1)
    with socket.create_server(("127.0.0.1", 0)) as proxy:  # accepts, and never answers
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        session.configure(timeout=Duration.parse("200 ms"))
        with pytest.raises(EngineFailed, match="let NO_PROXY name"):
            session.calibrate("Get", Duration.parse("500 ms"))


def test_an_endpoint_that_is_not_there_is_named(rig: str) -> None:
    with pytest.raises(UnknownName, match="There is no endpoint 'Nothing'"):
        session_at(rig).calibrate("Nothing", SECOND)
