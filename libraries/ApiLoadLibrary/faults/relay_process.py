"""The fault proxy's process: it relays, and obeys the lines on its standard input.

In comes the server's host and port as JSON, then a `Line` whenever it changes; out goes the port
where it listens, then a line with the number of connections after each change.  When its input
ends, its parent has died or has no more use for it, and it ends too.  Ctrl-C is the parent's
business.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

from ApiLoadLibrary.engine.room import raise_descriptor_limit

from .line import Line
from .relay import Address, Relay

__all__ = ["main"]

MOST_DESCRIPTORS = 1 << 16


def main() -> None:
    """Relay until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise_descriptor_limit(MOST_DESCRIPTORS)
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    host, port = json.loads(_line_of(commands.fileno()))
    relay = Relay(_address(host, port))
    going = True

    def obey() -> None:
        nonlocal going
        text = _line_of(commands.fileno())
        going = bool(text)
        if text:
            relay.put(Line.read(text))
            _say(relay.connections)

    relay.watch(commands.fileno(), obey)
    _say(relay.port)
    while going:
        relay.run_once()
    relay.close()


def _address(host: str, port: int) -> Address:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        sys.exit(f"{host} is unknown ({error.strerror}).")
    return family, address


def _line_of(fd: int) -> str:
    """One line, byte by byte: what comes after it must stay in the pipe, to be polled for."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(fd, 1)
        if not byte:
            return ""
        line += byte
    return line.decode()


def _say(number: int) -> None:
    os.write(1, b"%d\n" % number)


if __name__ == "__main__":
    main()
