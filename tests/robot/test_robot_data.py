"""Feeders and checks as a suite writes them, in a robot process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.process import counts, rig_server
from rig.robot_run import run_robot

from .test_robot_suites import SUITES, wrong_outcomes


@pytest.mark.slow
@pytest.mark.quiet
def test_files_feed_requests_and_answers_are_held_to_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ("--variable", f"FILES:{SUITES / 'files'}")
    monkeypatch.setenv("PLANTED", "stock-is-secret")
    with rig_server() as rig:
        suite = str(SUITES / "data.robot")
        run = run_robot(tmp_path, *files, "--variable", f"RIG:{rig}", "--loglevel", "TRACE", suite)
        assert wrong_outcomes(run, rig) == []
        sent = {each.partition("\n")[0]: each[-9:] for each in counts(rig)["bodies"]}
    assert {f"/ok?{name}" for name in ("Ada", "Bo", "Cy")} <= sent.keys()
    assert sent["/ok?Cy"] == '{"id": 3}'
    found = {each["name"]: each for each in run.report["runs"]}
    ((failure,), (masked,)) = (
        run_of["endpoints"][0]["failures"]
        for name, run_of in found.items()
        if "Stock" in name or "Masked" in name
    )
    assert (failure["kind"], failure["blame"], failure["count"]) == ("check", "server", 4)
    assert failure["what"].endswith('\', as where "items" is a required property (at $)')
    assert masked["what"].startswith("failed the check '$.items does not contain <secret>', as ")
    assert "as where" in run.html
    written = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    assert not any(b"stock-is-secret" in each for each in written)
