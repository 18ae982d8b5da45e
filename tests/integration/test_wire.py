"""HTTP/1.1 as it is met in the wild, and what is recorded of each part of it.

How an answer that is broken ends is in `test_engine.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, sustain
from rig.process import counts, rig_server

MS = 1_000_000


def test_a_body_that_is_compressed_passes_as_it_travels(rig: str) -> None:
    """Nobody reads it, so nobody unpacks it: this one could not be."""
    run = sustain(rig, [get("/gzip")], "100/s", "300 ms")
    assert run.outcomes == {200: 30}
    head = b"HTTP/1.1 200 Whatever\r\nContent-Length: 23\r\nContent-Encoding: gzip\r\n\r\n"
    body = b"\x1f\x8b and no more of it"
    assert run.endpoints[0].tally.bytes_received == 30 * (len(head) + len(body))


def test_an_answer_of_http_1_0_ends_its_connection_and_is_no_failure(rig: str) -> None:
    run = sustain(rig, [get("/old")], "20/s", "500 ms", workers=1)
    assert run.outcomes == {200: 10}
    assert run.endpoints[0].tally.connect.count == 10
    assert counts(rig)["received"] == {"GET /old": 10}


def test_an_answer_of_http_1_0_may_keep_its_connection(rig: str) -> None:
    run = sustain(rig, [get("/old-kept")], "20/s", "500 ms", workers=1)
    assert run.outcomes == {200: 10}
    assert run.endpoints[0].tally.connect.count == 1


@pytest.mark.parametrize(
    "path, connections",
    [("/chunked", 1), ("/informed", 1), ("/large", 1), ("/status/204", 1), ("/last", 10)],
)
def test_a_connection_is_kept_unless_the_server_ends_it(
    rig: str, path: str, connections: int
) -> None:
    """Trailers and informational answers must leave nothing over for the next answer."""
    run = sustain(rig, [get(path)], "20/s", "500 ms", workers=1)
    tally = run.endpoints[0].tally
    assert tally.answered == 10
    assert tally.connect.count == connections
    assert tally.reconnects == 0


def test_the_first_byte_comes_before_the_last(rig: str) -> None:
    """The second half of each body is 60 ms late."""
    run = sustain(rig, [get("/slow-body/60")], "20/s", "500 ms")
    tally = run.endpoints[0].tally
    assert run.outcomes == {200: 10}
    assert tally.first_byte.count == tally.service.success.count == 10
    assert tally.service.success.min_ns >= 60 * MS
    assert tally.service.success.mean_ns - tally.first_byte.mean_ns >= 50 * MS


def test_bytes_are_counted_as_the_server_saw_them(rig: str) -> None:
    upload = Endpoint("Upload", "POST", "/ok", data="x" * 1_000)
    run = sustain(rig, [upload], "100/s", "300 ms")
    answer = b"HTTP/1.1 200 Whatever\r\nContent-Length: 5\r\n\r\nhello"
    kept = counts(rig)["bodies"]
    # The rig keeps the target on a line of its own, and the head without its \r\n\r\n.
    sent = [each.partition("\n")[2].replace("\n\n", "\r\n\r\n", 1) for each in kept]
    assert run.endpoints[0].tally.bytes_sent == sum(len(each.encode()) for each in sent)
    assert run.endpoints[0].tally.bytes_received == 30 * len(answer)


def test_load_goes_to_an_address_of_ipv6() -> None:
    with rig_server("--host", "::1") as address:
        there = address.replace("127.0.0.1", "[::1]")
        run = sustain(there, [get("/ok")], "100/s", "300 ms")
        assert run.outcomes == {200: 30}
        seen = counts(there)
    assert seen["received"] == {"GET /ok": 30}
    assert f"Host: {there.removeprefix('http://')}\r\n" in seen["bodies"][0]


def test_a_server_is_told_over_tls_which_name_is_meant(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    with rig_server("--certificate", str(certificate)) as address:
        there = address.replace("127.0.0.1", "localhost")
        run = sustain(there, [get("/ok")], "50/s", "200 ms", workers=2, verify=str(ca))
        assert run.outcomes == {200: 10}
        # Two workers' connections, the one before, and that of whoever asks for the counts.
        assert counts(there, str(ca))["names"] == {"localhost": 4}


def test_a_certificate_of_another_name_is_refused(tls_rig: tuple[str, str]) -> None:
    """It vouches for 127.0.0.1, not for localhost."""
    address, ca = tls_rig
    there = address.replace("127.0.0.1", "localhost")
    with pytest.raises(ServerUnreachable, match=r"is for 127\.0\.0\.1, not for localhost"):
        sustain(there, [get("/ok")], "50/s", "200 ms", verify=ca)
