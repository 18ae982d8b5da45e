"""Load over TLS, verified by default."""

from __future__ import annotations

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, sustain


def test_requests_are_answered_over_tls_and_handshakes_are_timed(tls_rig: tuple[str, str]) -> None:
    address, ca = tls_rig
    result = sustain(address, [get("/ok")], "100/s", "1 s", workers=5, verify=ca)
    tally = result.endpoints[0].tally
    assert result.outcomes == {200: 100}
    assert tally.tls.count == tally.connect.count == 5
    assert tally.tls.min_ns > 0


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_rig: tuple[str, str]) -> None:
    address, _ = tls_rig
    result = sustain(address, [get("/ok")], "50/s", "200 ms")
    assert result.outcomes == {Failure.TLS_FAILED: 10}


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
