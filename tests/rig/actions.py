"""Actions for load runs: some that work, and one for each way to fail.

The rig server's address is in the environment, as `RIG`.
"""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from http import HTTPStatus
from typing import Any

import requests

NUMBER = 7


def visit(number: int) -> None:
    """One request, with the arrival's number."""
    with urllib.request.urlopen(f"{os.environ['RIG']}/ok?n={number}", timeout=10) as answer:
        answer.read()


def visit_anonymously() -> None:
    """One request."""
    visit(0)


class Visitor:
    """A worker's own session; its thread, and how many it has made, go into each request."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.made = 0

    def __call__(self, number: int) -> int:
        """One request; its status."""
        self.made += 1
        url = f"{os.environ['RIG']}/status/201"
        where = {"thread": threading.get_ident(), "made": self.made, "n": number}
        return self.session.get(url, params=where, timeout=10).status_code


class Broken:
    """A class whose objects cannot be made."""

    def __init__(self) -> None:
        raise RuntimeError("no till is free")

    def __call__(self) -> None:
        """Never called."""


class Mute:
    """Its objects cannot be called."""


def wait_a_second() -> None:
    """Longer than a short time-out."""
    time.sleep(1)


def wait_a_minute() -> None:
    """Longer than any run waits."""
    time.sleep(60)


def visit_and_hang() -> None:
    """One request, and no end."""
    visit(0)
    threading.Event().wait()


def leave_a_thread() -> None:
    """One that a process would wait for."""
    threading.Thread(target=time.sleep, args=(60,)).start()


def fail_a_check() -> None:
    """As a test does."""
    raise AssertionError("the export is empty")


def time_out() -> None:
    """As a driver does."""
    raise TimeoutError("no row in time")


def lose_the_connection() -> None:
    """As a driver does."""
    raise ConnectionResetError("gone")


def mistype() -> None:
    """A slip in its own code, which quotes a password."""
    raise KeyError("hunter-two")


class OddError(Exception):
    """One that cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError


def be_odd() -> None:
    """Raises it."""
    raise OddError


def say_too_much() -> str:
    """More than anybody wants to read."""
    return "much " * 1_000


def leave() -> None:
    """Not what an action should do."""
    raise SystemExit(3)


def return_a_text() -> str:
    """Neither nothing nor a status."""
    return "done"


def be_unavailable() -> HTTPStatus:
    """A status."""
    return HTTPStatus.SERVICE_UNAVAILABLE


def raise_for_status() -> None:
    """As users of `requests` write."""
    answer = requests.get(f"{os.environ['RIG']}/status/404", timeout=10)
    answer.raise_for_status()


def find_nobody() -> None:
    """A refused connection, as `requests` tells of it."""
    requests.get("http://127.0.0.1:1/", timeout=10)


async def not_now() -> None:
    """A coroutine function."""


def need_two(one: Any, two: Any) -> None:
    """More arguments than there are."""


def raise_planted() -> None:
    """Fails with secrets of the environment in its words."""
    raise RuntimeError(f"raised {os.environ['PLANT_RAISED']} of {os.environ['PLANT_ENVIRONMENT']}")
