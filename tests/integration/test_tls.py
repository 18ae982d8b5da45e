"""Load over TLS, verified by default."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.engine.loop import LoadLoop
from ApiLoadLibrary.errors import BadInput, EngineFailed, ServerUnreachable
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from integration.loads import get, load_tester, steady, sustain
from rig.process import counts, rig_server


def test_requests_are_answered_over_tls_and_handshakes_are_timed(tls_rig: tuple[str, str]) -> None:
    address, ca = tls_rig
    result = sustain(address, [get("/ok")], "100/s", "1 s", workers=5, verify=ca)
    tally = result.endpoints[0].tally
    assert result.outcomes == {200: 100}
    assert tally.tls.count == tally.connect.count == 5
    assert tally.tls.min_ns > 0


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_rig: tuple[str, str]) -> None:
    address, ca = tls_rig
    with pytest.raises(ServerUnreachable, match="signed by nobody who is trusted here"):
        sustain(address, [get("/ok")], "50/s", "200 ms")
    assert sum(counts(address, ca)["received"].values()) == 0


def test_verification_can_be_given_up_by_word(tls_rig: tuple[str, str]) -> None:
    address, _ = tls_rig
    assert sustain(address, [get("/ok")], "50/s", "200 ms", verify=False).outcomes == {200: 10}


def test_large_bodies_pass_in_both_directions(tls_rig: tuple[str, str]) -> None:
    """More than fits into the buffers of socket and TLS, on fresh and on kept connections."""
    address, ca = tls_rig
    upload = Endpoint("Upload", "POST", "/large", data="x" * 4_000_000)
    result = sustain(address, [upload], "4/s", "2 s", workers=2, verify=ca, timeout="20 s")
    assert result.outcomes == {200: 8}
    assert result.endpoints[0].tally.bytes_sent > 8 * 4_000_000
    assert result.endpoints[0].tally.bytes_received > 8 * 2_000_000


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_connection_takes_up_the_session_of_an_earlier_one(tmp_path: Path, version: str) -> None:
    authority = trustme.CA()
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    with rig_server("--certificate", str(certificate), "--newest-tls", version) as address:
        run = sustain(address, [get("/last")], "20/s", "1 s", workers=1, verify=str(ca))
        assert run.outcomes == {200: 20}
        handshakes = counts(address, str(ca))["handshakes"]
    # Twenty of ours, of which the first is full, the one before the load, and that of whoever
    # asks for the counts.
    assert handshakes == {"full": 3, "resumed": 19}
    assert run.endpoints[0].tally.tls.count == 20


@pytest.fixture
def strict_rig(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server that asks for a certificate, and a folder with `ca.pem`, `client.pem` (with
    key), `only.crt` and `only.key`."""
    authority = trustme.CA()
    server, client = authority.issue_cert("127.0.0.1"), authority.issue_cert("till-1@shop.example")
    server.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    client.private_key_and_cert_chain_pem.write_to_path(tmp_path / "client.pem")
    client.private_key_pem.write_to_path(tmp_path / "only.key")
    client.cert_chain_pems[0].write_to_path(tmp_path / "only.crt")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ca = str(tmp_path / "ca.pem")
    with rig_server("--certificate", str(tmp_path / "server.pem"), "--clients-ca", ca) as address:
        yield address, tmp_path


@pytest.mark.parametrize("files", [("client.pem",), ("only.crt", "only.key")])
@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_a_client_shows_its_certificate_to_load_and_to_sign_in(
    strict_rig: tuple[str, Path], files: tuple[str, ...], transport: str
) -> None:
    address, folder = strict_rig
    session = AcceptanceSession()
    session.use_server(
        address,
        verify=str(folder / "ca.pem"),
        cert=tuple(str(folder / each) for each in files),
        transport=transport,
        workers=3,
    )
    session.sign_in(SignIn("POST", "/login", {}, "$.access_token"))
    session.endpoints.define(get("/ok"))
    run = session.run(session.plan(steady("20/s", "500 ms"), "Get /ok"), lambda moment: None)
    assert run.outcomes == {200: 10}


def test_a_client_without_a_certificate_is_turned_away(strict_rig: tuple[str, Path]) -> None:
    address, folder = strict_rig
    run = sustain(address, [get("/ok")], "20/s", "500 ms", verify=str(folder / "ca.pem"))
    assert run.outcomes.total() == run.errors == 10


def test_certificates_that_cannot_be_shown_are_refused(strict_rig: tuple[str, Path]) -> None:
    _, folder = strict_rig
    other = trustme.CA().issue_cert("x@y.example").private_key_pem
    other.write_to_path(folder / "other.key")
    for files, problem in (
        (("none.pem",), "none.pem is no file"),
        (("ca.pem", "ca.pem", "ca.pem"), "more than two files"),
        (("ca.pem",), "cannot be used"),
        (("only.crt", "other.key"), "KEY_VALUES_MISMATCH"),
    ):
        with pytest.raises(BadInput, match=problem):
            LoadTestConfig().changed(cert=tuple(str(folder / each) for each in files))


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts connections, and never says a word on them."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize(
    "transport, failure",
    [
        ("http1", Failure.CONNECT_TIMEOUT),
        ("requests", Failure.ANSWER_TIMEOUT),  # it does not tell a handshake from an answer
    ],
)
def test_connecting_has_a_time_out_of_its_own(
    silent: str, transport: str, failure: Failure
) -> None:
    settings = {"timeout": "20 s", "connect_timeout": Duration.parse("300 ms")}
    began = time.monotonic()
    run = sustain(silent, [get("/ok")], "10/s", "500 ms", transport=transport, **settings)
    assert run.outcomes == {failure: 5}
    assert 0.7 <= time.monotonic() - began <= 15
    assert run.endpoints[0].tally.service.waited.min_ns >= 300_000_000


def test_an_address_that_does_not_answer_is_passed_over(
    tls_rig: tuple[str, str], silent: str
) -> None:
    """Of two addresses the first is silent: it gets half of the time, and the second is reached."""
    address, ca = tls_rig
    makes = load_tester(
        address, verify=ca, workers=2, connect_timeout=Duration.parse("1 s"), timeout="20 s"
    )
    (plan,) = makes.plan([get("/ok")], steady("10/s", "500 ms"), "x").split(1)
    told: list[int] = []
    loop = LoadLoop(plan, lambda part, busy: told.append(part.tally.outcomes[200]))
    connector = loop._pools._connectors[Origin.of(address)]
    (good,) = connector._addresses
    connector._addresses = [(good[0], ("127.0.0.1", Origin.of(silent).port)), good]
    began = time.monotonic()
    loop.run(time.monotonic_ns())
    assert sum(told) == 5
    assert connector.best == 1
    assert time.monotonic() - began >= 0.5


def test_a_name_that_is_unknown_is_an_error_of_its_own() -> None:
    origin = Origin.of("http://nowhere.invalid")
    connector = Connector(origin, {origin}, verify=True)
    connector.look_up(needed=False)
    with pytest.raises(OSError, match="is unknown"):
        connector.open(0)
    with pytest.raises(EngineFailed, match=r"nowhere\.invalid could not be looked up"):
        connector.look_up()
