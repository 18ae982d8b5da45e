"""Finds the processes that are meant: by id, by name, or by the port that they listen on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

from ApiLoadLibrary.errors import BadInput

__all__ = ["Wanted", "family", "find"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which process is meant; one of these says it.

    Attributes:
        pid: Its id.
        called: Its name, or a word of its command line, as `pos_api` of `python -m pos_api`.
        port: The TCP port that it listens on.
    """

    pid: int | None = None
    called: str | None = None
    port: int | None = None

    def __post_init__(self) -> None:
        given = [each for each in (self.pid, self.called, self.port) if each is not None]
        if len(given) != 1:
            raise BadInput(
                "One of pid=, called= and port= says which process is meant: "
                "write for example port=8080."
            )

    @property
    def can_return(self) -> bool:
        """Whether it can be found again after it was started anew."""
        return self.pid is None

    def __str__(self) -> str:
        if self.pid is not None:
            return f"with the id {self.pid}"
        if self.port is not None:
            return f"that listens on port {self.port}"
        return f"called {self.called}"


def find(wanted: Wanted) -> list[psutil.Process]:
    """The processes that are meant, without those that they have started; none if none is there.

    Raises:
        PermissionError: The system does not let us see who listens where.
    """
    if wanted.pid is not None:
        pids = {wanted.pid}
    elif wanted.port is not None:
        pids = _listening(wanted.port)
    else:
        pids = set(_called(wanted.called or ""))
    found = [each for each in map(_process, pids) if each is not None]
    return sorted(_topmost(found), key=lambda each: each.pid)


def _process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def _topmost(found: list[psutil.Process]) -> list[psutil.Process]:
    """A server's workers listen as well as it does, and may be called the same."""
    pids = {each.pid for each in found}
    kept = []
    for each in found:
        try:
            if pids.isdisjoint(parent.pid for parent in each.parents()):
                kept.append(each)
        except psutil.NoSuchProcess:
            continue
    return kept


def _listening(port: int) -> set[int]:
    """Who listens on a TCP port.  With 5,000 sockets it takes 78 ms: not for every second."""
    try:
        sockets = psutil.net_connections("tcp")
    except psutil.AccessDenied as error:  # macOS lets only root see it
        raise PermissionError("this system does not tell who listens where") from error
    listening = (each for each in sockets if each.status == psutil.CONN_LISTEN)
    return {each.pid for each in listening if each.pid and getattr(each.laddr, "port", 0) == port}


def _called(name: str) -> Iterable[int]:
    """Processes of this name; if there are none, those with the word in their command lines."""
    own = {os.getpid(), *(each.pid for each in psutil.Process().parents())}
    others = [
        each.info for each in psutil.process_iter(["pid", "name", "cmdline"]) if each.pid not in own
    ]
    by_name = [each["pid"] for each in others if (each["name"] or "") == name]
    return by_name or [
        each["pid"]
        for each in others
        if any(name in (word, Path(word).name) for word in each["cmdline"] or ())
    ]


def family(roots: Iterable[psutil.Process]) -> list[psutil.Process]:
    """These processes and all that they have started."""
    found: dict[int, psutil.Process] = {}
    left = list(roots)
    while left:
        each = left.pop()
        if each.pid not in found:
            found[each.pid] = each
            left += _children(each)
    return list(found.values())


def _children(process: psutil.Process) -> list[psutil.Process]:
    """Linux lists them by thread, which costs 0.02 ms; psutil asks every process of the machine."""
    try:
        tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
        listed = [(each / "children").read_text() for each in tasks]
    except OSError:
        try:
            return process.children()
        except psutil.NoSuchProcess:
            return []
    found = (_process(int(pid)) for pid in " ".join(listed).split())
    return [each for each in found if each is not None]
