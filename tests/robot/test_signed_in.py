"""When a suite signs in again, and when it does not."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

from rig.process import ROOT, reference_api
from rig.robot_run import RobotRun, run_robot

SUITE = str(ROOT / "tests" / "robot" / "signed_in.robot")


def run_test(folder: Path, name: str) -> tuple[RobotRun, dict[str, Any]]:
    """Run one test of the suite; also what the server counted, by route."""
    with reference_api("--token-lifetime", "10") as address:
        run = run_robot(folder, "--variable", f"ADDRESS:{address}", "--test", name, SUITE)
        with urllib.request.urlopen(f"{address}/api/metrics", timeout=10) as answer:
            rows = json.load(answer)["requests"]
    assert run.code == 0, run.console
    return run, {row["route"]: row["count"] for row in rows}


def test_showing_a_plan_does_not_even_sign_in(tmp_path: Path) -> None:
    run, counted = run_test(tmp_path, "A Plan Alone")
    assert counted == {"/api/auth/login": 1}  # that of the suite's setup
    assert "600 requests in 1 min" in run.console


def test_a_load_whose_token_nobody_can_get_again_warns(tmp_path: Path) -> None:
    run, counted = run_test(tmp_path, "A Token That Was Given")
    assert counted == {"/api/auth/login": 2, "/api/products": 5}
    assert "[ WARN ] Too long: the token may run out before the last answer" in run.console


def test_a_load_that_signs_in_by_itself_just_sends(tmp_path: Path) -> None:
    run, counted = run_test(tmp_path, "A Token That Is Got Again")
    assert counted == {"/api/auth/login": 1, "/api/products": 5}
    assert "the token may run out" not in run.console
