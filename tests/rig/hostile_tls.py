"""Ports that break TLS, each in its way, after the first who comes has found all well.

Run as a process of its own: `python -m rig.hostile_tls FOLDER` writes `ca.pem` there, the
authority whose word would be good, and prints the ports, as JSON, by name.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from rig.hostile import OK, Client, quietly, silent

HOST = "127.0.0.1"
OTHER_NAMES = ("shop.example", "www.shop.example")
EXPIRED = datetime.now(UTC) - timedelta(days=3)

Act = Callable[[Client], None]


def speaks(context: ssl.SSLContext) -> Act:
    """Serves over TLS."""

    def act(client: Client) -> None:
        with context.wrap_socket(client, server_side=True) as secured:
            while secured.recv(65_536):
                secured.sendall(OK)

    return act


def context_of(chain: bytes, folder: Path) -> ssl.SSLContext:
    """What shows this certificate."""
    file = folder / "shown.pem"
    file.write_bytes(chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def old(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same, of ten years ago."""
    with warnings.catch_warnings(action="ignore"):
        context.maximum_version = context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def cut(context: ssl.SSLContext) -> Act:
    """Breaks off in the middle of its half of the handshake."""

    def act(client: Client) -> None:
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(heard, said, server_side=True)
        heard.write(client.recv(65_536))
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            client.sendall(said.read()[:50])
        client.close()

    return act


def plain(client: Client) -> None:
    """Does not know of TLS."""
    while client.recv(65_536):
        client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def acts(authority: trustme.CA, folder: Path) -> dict[str, Act]:
    """What those who come later find, by name."""

    def shows(*names: str, by: trustme.CA = authority, until: datetime | None = None) -> Act:
        issued = by.issue_cert(*names, not_after=until)
        return speaks(context_of(issued.private_key_and_cert_chain_pem.bytes(), folder))

    other = trustme.CA()
    itself = other.private_key_pem.bytes() + other.cert_pem.bytes()
    good = context_of(authority.issue_cert(HOST).private_key_and_cert_chain_pem.bytes(), folder)
    aged = context_of(authority.issue_cert(HOST).private_key_and_cert_chain_pem.bytes(), folder)
    return {
        "tls-expired": shows(HOST, until=EXPIRED),
        "tls-of-another-name": shows(*OTHER_NAMES),
        "tls-self-signed": speaks(context_of(itself, folder)),
        "tls-of-an-unknown-ca": shows(HOST, by=other),
        "tls-too-old": speaks(old(aged)),
        "tls-cut": cut(good),
        "tls-closed": lambda client: client.shutdown(socket.SHUT_RDWR),
        "tls-silent": silent,
        "no-tls": plain,
        "tls-unasked": speaks(good),
        "tls-well": speaks(good),
    }


def listen(first: Act, later: Act) -> int:
    """The port at which the first connection is treated so, and all others so."""
    server = socket.create_server((HOST, 0), backlog=256)

    def accept() -> None:
        act = first
        while True:
            client, _ = server.accept()
            threading.Thread(target=quietly, args=(act, client), daemon=True).start()
            act = later

    threading.Thread(target=accept, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def main() -> None:
    folder = Path(sys.argv[1])
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    found = acts(authority, folder)
    ports = {name: listen(found["tls-well"], act) for name, act in found.items()}
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # its end is the server's


if __name__ == "__main__":
    main()
