"""The suites that ship with the project, against a reference API with something wrong.

Of each defence that is switched off the right requirement must not be met, and say why.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rig.process import ROOT
from rig.robot_run import RobotRun, run_robot

pytestmark = pytest.mark.quiet

SUITES = str(ROOT / "suites")


def with_fault(folder: Path, suite: str, fault: str, *brief: str) -> RobotRun:
    """One suite, shortened, against a server that has this fault from the start."""
    variables = [f"REFERENCE_OPTIONS:--fault {fault}", *brief]
    options = [word for each in variables for word in ("--variable", each)]
    return run_robot(folder, *options, "--suite", suite, SUITES)


def broken(run: RobotRun) -> dict[str, str]:
    """The criteria that were not met, with their sentences."""
    return {
        each["criterion"]: each["sentence"]
        for each in run.report["criteria"]
        if each["verdict"] == "fail"
    }


@pytest.mark.slow
def test_payments_that_are_taken_twice_are_found(tmp_path: Path) -> None:
    brief = ("PAYING: dict:{'quick': '3 s'}", "WRITING_TIME: dict:{'quick': '1 s'}")
    run = with_fault(tmp_path, "payment_stress", "double-charge", *brief)
    found = broken(run)
    assert list(found) == ["unaccounted writes of Stripe Intent <= 0"]
    sentence = found["unaccounted writes of Stripe Intent <= 0"]
    assert "was 150; at most 0 is allowed (150 accepted, 300 stored)" in sentence
    assert "150 were stored once too often" in sentence
    assert "All that was accepted of Stripe Intent was stored, once each" in run.html


@pytest.mark.slow
def test_a_provider_that_nobody_gives_up_on_is_found(tmp_path: Path) -> None:
    """Without the breaker every customer waits for the provider, for as long as it is slow."""
    brief = ("HEALTHY: dict:{'quick': '2 s'}", "AFTERMATH: dict:{'quick': '4 s'}")
    options = [word for each in brief for word in ("--variable", each)]
    only = ("--test", "A Failing Payment Provider Keeps Nobody Waiting")
    options += ["--variable", "REFERENCE_OPTIONS:--fault breaker-off", *only]
    run = run_robot(tmp_path, *options, SUITES)
    found = broken(run)
    assert set(found) == {
        *("detection <= 2 s", "failures before opening < 60", "fast failure time <= 100 ms")
    }
    said = found["fast failure time <= 100 ms"]
    assert "never reached; at most 100 ms is allowed" in said
    assert "no circuit breaker opened: all " in said
    assert re.search(r"were tried to the end, and 95 of 100 took (5|6|7)\d\d ms", said)
    met = {each["criterion"] for each in run.report["criteria"] if each["verdict"] == "pass"}
    assert met == {"recovery <= 5 s", "residual errors < 1 %"}
    assert "How Stripe Intent came through the fault" in run.html


@pytest.mark.slow
def test_who_gets_in_with_an_expired_token_is_found(tmp_path: Path) -> None:
    brief = ("FULL_HOUSE: dict:{'quick': '4 s'}", "STRANGERS: dict:{'quick': '2 s'}")
    run = with_fault(tmp_path, "authentication", "admit-expired", *brief)
    found = broken(run)
    assert "admitted strangers <= 0 %" in found
    sentence = found["admitted strangers <= 0 %"]
    assert "144 strangers while Full house went on" in sentence
    assert "Products let in 4 with an expired token" in sentence
    assert "Nobody gets in without a right" in run.html
    assert "Strangers at the door" in run.html


@pytest.mark.slow
def test_connections_that_are_dropped_are_found(tmp_path: Path) -> None:
    brief = ("TILLS: dict:{'quick': 100}", "OPENING: dict:{'quick': '500 ms'}")
    run = with_fault(tmp_path, "websocket_flood", "drop-websockets", *brief)
    found = broken(run)
    sentence = found["dropped connections < 0.1 %"]
    assert "of 100 connections" in sentence
    assert "closed by the server (code 1011)" in sentence
    assert "held connections >= 100" in found
    assert "dropped connections < 0.1 %" in found
    assert "refused connections < 0.1 %" not in found
    assert "The WebSocket connections" in run.html
    assert "something went wrong" in run.html  # what 1011 means


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["", "--fault limiter-off"], ids=["limited", "limiter off"])
def test_a_limiter_that_limits_nobody_is_found(tmp_path: Path, fault: str) -> None:
    variables = (f"REFERENCE_OPTIONS:--limit 30/1s {fault}", "PARTNER_LIMIT:30/s")
    options = [word for each in variables for word in ("--variable", each)]
    run = run_robot(tmp_path, *options, "--suite", "rate_limiting", SUITES)
    found = broken(run)
    if not fault:
        assert (found, run.code) == ({}, 0), run.console
        assert "Refusals tell when to come back (Retry-After), and that is true." in run.html
        return
    assert set(found) == {"rate limiting effectiveness > 95 %", "over-admission < 10 %"}
    sentence = found["rate limiting effectiveness > 95 %"]
    assert sentence.startswith("Rate limiting effectiveness was 0 %; more than 95 % is required")
    assert re.search(r"not one of \d+ requests beyond the limit was refused", sentence)
    assert "Not one of 153 requests was refused: nothing limits them." in run.html
