"""The fastest server there is: it measures what this machine can send at most.

    python -m ApiLoadLibrary.engine.responder [--certificate FILE] [--status NNN]

It listens on a free port of the loopback address, says `READY http://127.0.0.1:PORT`
(https with a certificate) and gives every request the same answer, until its standard
input ends.

* One thread and one poller, as in the load loop; nothing is looked for in a request but
  where it ends.  Requests that are known by their bytes are not even read.
* Bodies with a Content-Length, requests in pieces and several at once are served rightly;
  chunked bodies are not.
* A client that breaks the rules, or does not read its answers, loses its connection.
  Nobody else notices.
* It ignores Ctrl-C, which reaches the whole process group: the parent decides.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.values import NS_PER_S

from .poller import READ, make_poller
from .room import raise_descriptor_limit

__all__ = ["CERTIFICATE", "Answer", "Reader", "main", "responding"]

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Its own, good for the loopback address alone, with which load to it is sent over TLS."""

READY = "READY "
BODY = b'{"status":"ok"}'
BLANK_LINE = b"\r\n\r\n"
LENGTH = b"\ncontent-length:"
RECEIVE_BYTES = 16 * 1024
"""As much as one record of TLS, so that it holds nothing back while the socket is silent."""

LONGEST_HEAD = 64 * 1024
KNOWN = 1_000
"""Of more different requests, the later ones are read each time."""

MOST_CLIENTS = 1_000_000
WAIT_NS = 3600 * NS_PER_S
NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Answer(NamedTuple):
    """The one answer: to any request, and to HEAD."""

    whole: bytes
    head: bytes

    @classmethod
    def of(cls, status: int) -> Answer:
        """The answer with this status: as RFC 9110 has it, some have no body, some no length."""
        body = b"" if status in {204, 205, 304} else BODY
        lines = [f"HTTP/1.1 {_status_line(status)}"]
        if body:
            lines.append("Content-Type: application/json")
        if status not in {204, 304}:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode() + BLANK_LINE
        return cls(head + body, head)


def _status_line(status: int) -> str:
    with contextlib.suppress(ValueError):
        return f"{status} {HTTPStatus(status).phrase}"
    return f"{status} "


class Reader:
    """Finds the ends of one client's requests.

    Args:
        answer: What each of them gets.
        known: Whole requests that were read before, and what they got; all clients share it.
    """

    __slots__ = ("_answer", "_due", "_known", "_left", "_rest")

    def __init__(self, answer: Answer, known: dict[bytes, bytes]) -> None:
        self._answer = answer
        self._known = known
        self._rest = b""  # of a head
        self._left = 0  # bytes of the body that are still to come …
        self._due = b""  # … and what is answered then

    def feed(self, data: bytes) -> bytes:
        """What to answer, now that this has come; nothing while no request is complete.

        Raises:
            ValueError: This is not HTTP.
        """
        if self._rest or self._due:
            return self._read(data)
        answers = self._known.get(data)
        return self._learn(data) if answers is None else answers

    def _learn(self, data: bytes) -> bytes:
        """Read what begins with a request; if it ends with one too, it will be known."""
        answers = self._read(data)
        if not (self._rest or self._due) and len(self._known) < KNOWN:
            self._known[data] = answers
        return answers

    def _read(self, data: bytes) -> bytes:
        return b"".join(self._answers(data))

    def _answers(self, data: bytes) -> Iterator[bytes]:
        rest = self._rest + data
        while True:
            if not self._due:
                end = rest.find(BLANK_LINE)
                if end < 0:
                    break
                self._begin(rest[:end])
                rest = rest[end + len(BLANK_LINE) :]
            here = min(self._left, len(rest))
            self._left -= here
            rest = rest[here:]
            if self._left:
                break
            yield self._due
            self._due = b""
        if len(rest) > LONGEST_HEAD:
            raise ValueError("a head without an end")
        self._rest = rest

    def _begin(self, head: bytes) -> None:
        answer = self._answer
        self._due = answer.head if head.startswith(b"HEAD ") else answer.whole
        place = head.lower().find(LENGTH)
        self._left = int(head[place + len(LENGTH) :].split(b"\r", 1)[0]) if place >= 0 else 0
        if self._left < 0:
            raise ValueError("a negative length")


class _Client:
    """One connection."""

    __slots__ = ("_feed", "_recv", "_send", "socket")

    def __init__(self, accepted: socket.socket, reader: Reader) -> None:
        self.socket = accepted
        self._feed = reader.feed
        self._recv = accepted.recv
        self._send = accepted.send

    def advance(self) -> None:
        """Answer what has come.

        Raises:
            OSError: The connection is lost, or the client does not read.
            ValueError: It does not talk HTTP.
        """
        try:
            data = self._recv(RECEIVE_BYTES)  # over TLS, this shakes hands first
        except NOT_NOW:
            return
        if not data:
            raise ConnectionResetError
        answers = self._feed(data)
        if answers and self._send(answers) < len(answers):
            raise BlockingIOError


class _Responder:
    """Accepts clients and answers them, for ever."""

    def __init__(
        self, listener: socket.socket, answer: Answer, context: ssl.SSLContext | None
    ) -> None:
        self._listener = listener
        self._answer = answer
        self._context = context
        self._known: dict[bytes, bytes] = {}
        self._clients: dict[int, _Client] = {}
        self._poller = make_poller()

    def serve(self) -> None:
        self._poller.register(self._listener.fileno(), READ)
        clients, wait = self._clients, self._poller.wait
        while True:
            for fd, _ in wait(WAIT_NS):
                client = clients.get(fd)
                if client is None:
                    self._accept()
                    continue
                try:
                    client.advance()
                except (OSError, ValueError):
                    self._drop(fd)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # nobody waits; or no more can be held now
            while True:
                self._welcome(self._listener.accept()[0])

    def _welcome(self, accepted: socket.socket) -> None:
        try:
            accepted.setblocking(False)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                accepted = self._context.wrap_socket(
                    accepted, server_side=True, do_handshake_on_connect=False
                )
            self._poller.register(accepted.fileno(), READ)
        except OSError:  # gone already
            accepted.close()
        else:
            reader = Reader(self._answer, self._known)
            self._clients[accepted.fileno()] = _Client(accepted, reader)

    def _drop(self, fd: int) -> None:
        self._poller.unregister(fd)
        self._clients.pop(fd).socket.close()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m ApiLoadLibrary.engine.responder")
    parser.add_argument("--certificate", help="a PEM file with key and certificate: https")
    parser.add_argument("--status", type=_status, default=200, help="of all answers")
    arguments = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    context = None
    if arguments.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.certificate)
    raise_descriptor_limit(MOST_CLIENTS)
    threading.Thread(target=_end_with_input, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        listener.setblocking(False)
        scheme = "https" if context else "http"
        sys.stdout.write(f"{READY}{scheme}://127.0.0.1:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        _Responder(listener, Answer.of(arguments.status), context).serve()


def _status(text: str) -> int:
    if text.isdecimal() and 200 <= int(text) <= 599:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} must be from 200 to 599")


def _end_with_input() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(0)


@contextmanager
def responding(certificate: str | None = None, status: int = 200) -> Iterator[str]:
    """The address of a responder in a process of its own, which ends with the block.

    Args:
        certificate: A PEM file with key and certificate, for https.
        status: Of all answers, from 200 to 599.

    Raises:
        EngineFailed: It did not start.
    """
    # Much else comes with it that the responder's own process does without.
    from .shard_process import child_environment

    command = [sys.executable, "-m", "ApiLoadLibrary.engine.responder", f"--status={status}"]
    if certificate is not None:
        command.append(f"--certificate={certificate}")
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(),
    ) as process:
        try:
            yield _address(process)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if line.startswith(READY):
        return line.removeprefix(READY).strip()
    words = process.stderr.read().strip().rpartition("\n")[2]
    raise EngineFailed(f"The responder did not start. {words}")


if __name__ == "__main__":
    main()
