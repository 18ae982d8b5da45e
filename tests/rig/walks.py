"""Python functions that take journeys: one that works, and one for each way to fail.

The rig server's address is in the environment, as `RIG`.
"""

from __future__ import annotations

import os
import time
from typing import Any

import requests


def buy_a_coffee(walk: Any) -> None:
    """Sign in, think, and pay; every fifth user cannot pay."""
    with walk.step("Sign In"):
        _get(f"/ok?user={walk.number}")
    walk.think(0.1)
    with walk.step("Pay"):
        _get("/status/402" if walk.number % 5 == 0 else "/ok")


def look_for_tea(walk: Any) -> None:
    """A step that the journey has not."""
    with walk.step("Drink Tea"):
        pass


def fall_asleep(walk: Any) -> None:
    """Longer than a short time-out, in its second step."""
    with walk.step("Sign In"):
        pass
    with walk.step("Pay"):
        time.sleep(30)


def shrug_off(walk: Any) -> None:
    """A step that failed is no reason to give up."""
    try:
        with walk.step("Sign In"):
            raise AssertionError("no coffee here")
    except AssertionError:
        pass
    with walk.step("Pay"):
        pass


def order_again_and_again(walk: Any) -> None:
    """One step, more often than anybody may, whatever becomes of it."""
    for _ in range(1_000):
        try:
            with walk.step("Pay"):
                _get("/ok")
        except Exception:  # noqa: BLE001 - this one minds nothing
            continue


def no_walk() -> None:
    """Takes nothing."""


def _get(path: str) -> None:
    session = requests.Session()
    session.trust_env = False
    session.get(f"{os.environ['RIG']}{path}", timeout=10).raise_for_status()
