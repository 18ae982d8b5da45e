"""WebSocket connections in suites, against a server whose truth is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.process import counts, socket_server
from rig.robot_run import run_robot

from .test_robot_suites import SUITES, wrong_outcomes


@pytest.mark.quiet
@pytest.mark.slow
def test_connections_are_opened_well_and_badly(tmp_path: Path) -> None:
    with socket_server() as server:
        suite = str(SUITES / "sockets.robot")
        run = run_robot(tmp_path, "--variable", f"RIG:{server}", suite)
        assert wrong_outcomes(run, server) == []
        truth = counts(server)
    runs = {each["name"]: each for each in run.report["runs"]}
    healthy = runs["Healthy"]
    assert healthy["scenario"] == "websocket_flood"
    assert [each["requests"] for each in healthy["endpoints"]] == [100, 400]
    assert healthy["details"]["reconnect"]["opened"] == 100
    opened = sum(_opened(each) for each in runs.values() if each["details"])
    assert truth["opened"] == opened
    assert {token for token in truth["tokens"] if token} == {"Bearer open-sesame", "open-sesame"}
    assert "open-sesame" not in run.html
    assert "/shown" not in run.html
    assert "transport websocket; nothing is sent." in run.console
    page = run.html.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "100 of 100 connections could be opened, and 100 were held all the time.",
        "When all 100 were dropped at once and asked for again, they were back after",
        "100 connections over 1 s, held for 2 s, with 200/s messages.",
        "How connections ended",
        "No message is lost",
        "Fewer than",
    ):
        assert words in page, words


def _opened(run: dict) -> int:
    details = run["details"]
    again = details["reconnect"]["opened"] if details["reconnect"] else 0
    return details["connections"]["opened"] + again
