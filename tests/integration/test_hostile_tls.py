"""Servers that break TLS: under load each has its name and its blame, and a trouble that stands
is told in one sentence before anything is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.reaching import require_reachable
from ApiLoadLibrary.workload.origin import Origin
from integration.failures import found, load, table
from rig.hostile_tls import EXPIRED
from rig.process import hostile_tls

PLAIN = "tls-unasked"


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The addresses, by the name of what they do; the last of them is well."""
    with hostile_tls(tmp_path) as ports:
        yield {
            name: f"http{'s' * (name != PLAIN)}://127.0.0.1:{port}" for name, port in ports.items()
        }


def test_each_has_its_name_when_it_begins_under_load(
    hostile: dict[str, str], tmp_path: Path
) -> None:
    settings = {"verify": str(tmp_path / "ca.pem"), "allow": tuple(hostile.values())}
    paths = {name: f"{address}/ok" for name, address in hostile.items()}
    result = load(hostile["tls-well"], paths, **settings)
    expected = {name: end for name, end in table().items() if name in hostile}
    assert found(result) == expected
    assert expected.keys() == hostile.keys()


CERTIFICATE = "The server at {} cannot be trusted (its certificate {}): {}, or send load without "
CERTIFICATE += "verification (verify=False)."
TLS = "With the server at {} TLS cannot be agreed on ({}): {}."
SENTENCES = {
    "tls-expired": (CERTIFICATE, f"expired on {EXPIRED:%Y-%m-%d}", "renew it"),
    "tls-of-another-name": (
        CERTIFICATE,
        "is for shop.example, www.shop.example, not for 127.0.0.1",
        "correct the address in `Use Server`, or have the certificate made out to it",
    ),
    "tls-self-signed": (
        CERTIFICATE,
        "is signed by itself alone",
        "name the file of the CA that vouches for it (verify=ca.pem in `Use Server`)",
    ),
    "tls-of-an-unknown-ca": (
        CERTIFICATE,
        "is signed by nobody who is trusted here",
        "name the file of the CA that vouches for it (verify=ca.pem in `Use Server`)",
    ),
    "tls-too-old": (
        TLS,
        "it speaks only versions that are no longer safe",
        "let it speak TLS 1.2 or 1.3",
    ),
    "no-tls": (TLS, "it does not speak TLS", "write http:// in its address, or correct its port"),
    "tls-cut": None,
    "tls-closed": None,
    "tls-silent": None,
    PLAIN: None,
    "tls-well": None,
}
"""What is said of each before any load; None where the load itself finds out, if it does."""


def test_what_stands_is_told_before_any_load(hostile: dict[str, str], tmp_path: Path) -> None:
    assert SENTENCES.keys() == hostile.keys()
    for name, address in hostile.items():
        origin = Origin.of(address)
        socket.create_connection((origin.host, origin.port)).close()  # the first finds all well
        config = LoadTestConfig().changed(base_url=address, verify=str(tmp_path / "ca.pem"))
        said = None
        try:
            require_reachable(origin, config, through_requests=False)
        except ServerUnreachable as error:
            said = str(error)
        expected = SENTENCES[name]
        assert said == (expected and expected[0].format(address, *expected[1:]))
        # What `requests` trusts is its own business, and who gives up verification has said so.
        require_reachable(origin, config, through_requests=True)
        if expected is not None and expected[0] is CERTIFICATE:
            unverified = config.changed(verify=False)
            require_reachable(origin, unverified, through_requests=False)
