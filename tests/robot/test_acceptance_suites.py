"""The suites that ship with the project, against the reference API in several moods."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rig.process import ROOT, reference_api
from rig.robot_run import RobotRun, run_robot

SUITES = str(ROOT / "suites")
LONG = ("rate_limiting", "capacity")
ONLY_EVERYDAY = ("--suite", "normal_load")
PASSWORD = "planted-Passw0rd-in-the-environment"
ROOM_TO_SPARE = "The Server Has Room To Spare Under Everyday Load"
ALL_BUT_THE_SEARCH = ("--exclude", "search")
BRIEF_LIMIT = ("-v", "REFERENCE_OPTIONS:--limit 30/1s", "-v", "PARTNER_LIMIT:30/s")
BRIEF = ("--variablefile", str(Path(__file__).parent / "files" / "brief.yaml"))


def test_a_dry_run_of_the_suites_passes_without_traffic(tmp_path: Path) -> None:
    run = run_robot(tmp_path, "--dryrun", SUITES)
    assert run.code == 0
    assert not (tmp_path / "pos_api.log").exists()


@pytest.mark.slow
def test_no_secret_is_in_any_file_even_at_level_trace(tmp_path: Path) -> None:
    """The password is planted by the environment; tokens are known by how every JWT begins."""
    run = run_robot(
        tmp_path,
        *("--loglevel", "TRACE", "--debugfile", "debug.txt", "--xunit", "xunit.xml"),
        *BRIEF,
        *BRIEF_LIMIT,
        *ALL_BUT_THE_SEARCH,
        SUITES,
        env={"POS_API_PASSWORD": PASSWORD},
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"output.xml", "log.html", "debug.txt", "acceptance-report.json", "pos_api.log"} <= names
    assert run.tests["Each Endpoint Keeps Its Contract"].passed
    for path in files:
        text = path.read_bytes().decode(errors="replace")
        assert PASSWORD not in text, path.name
        assert not re.search(r"eyJ[\w-]{10,}\.[\w-]{10,}", text), path.name
    assert PASSWORD not in run.console


def run_elsewhere(folder: Path, *options: str) -> RobotRun:
    """Run suites against a server that they did not start."""
    with reference_api() as address:
        elsewhere = address.replace("127.0.0.1", "localhost")
        run = run_robot(folder, "--variable", f"BASE_URL:{elsewhere}", *options, *BRIEF, SUITES)
    assert not (folder / "pos_api.log").exists()
    assert run.tests["Each Endpoint Keeps Its Contract"].passed
    (everyday,) = (each for each in run.report["runs"] if each["name"] == "Everyday load")
    assert everyday["errors"] == everyday["dropped"] < everyday["requests"] / 2
    assert run.report["system_under_test"]["base_url"] == elsewhere
    return run


@pytest.mark.slow
def test_the_suites_can_be_pointed_at_another_server(tmp_path: Path) -> None:
    """Nothing is started then; this machine is watched by whatever name it goes."""
    names = {each.stem for each in Path(SUITES).glob("*.robot")} - {"__init__", *LONG}
    run = run_elsewhere(tmp_path, *(word for name in names for word in ("--suite", name)))
    assert len(run.report["runs"]) >= len(names) > 1
    judged = [each["requirement"] for each in run.report["criteria"]]
    assert judged.count("PERF-2") == 2


@pytest.mark.slow
def test_what_cannot_be_judged_of_a_host_that_is_not_watched_is_listed(tmp_path: Path) -> None:
    run = run_elsewhere(tmp_path, "--variable", "WATCH_HOST:False", *ONLY_EVERYDAY)
    assert run.tests[ROOM_TO_SPARE].skipped
    reasons = {each["what"]: each["reason"] for each in run.report["not_judged"]}
    assert "are not watched" in reasons[ROOM_TO_SPARE]
    assert "PERF-2" not in {each["requirement"] for each in run.report["criteria"]}


def test_a_suite_stops_before_any_load_when_the_server_cannot_be_reached(tmp_path: Path) -> None:
    run = run_robot(tmp_path, "--variable", "BASE_URL:http://127.0.0.1:1", SUITES)
    assert run.code == len(run.tests) > 3
    assert all("cannot be reached" in test.message for test in run.tests.values())
    assert run.report["runs"] == []
    assert run.report["verdict"] != "pass"


@pytest.mark.slow
@pytest.mark.quiet
def test_a_server_that_takes_half_a_second_fails_the_same_suites(tmp_path: Path) -> None:
    variables = ("REFERENCE_OPTIONS:--delay=500ms", "EVERYDAY: dict:{'quick': '3 s'}")
    options = (word for each in variables for word in ("--variable", each))
    run = run_robot(tmp_path, *options, *ONLY_EVERYDAY, SUITES)
    assert run.code > 0
    assert run.report["verdict"] == "fail"
    message = run.tests["Everyday Load Is Carried With Room To Spare"].message
    said = re.search(
        r"P95 of .* was ([\d,.]+) (m?s); the limit is (\d+) ms \(([\d,]+) requests", message
    )
    assert said, message
    measured_ms = float(said[1].replace(",", "")) * (1 if said[2] == "ms" else 1000)
    assert 500 <= measured_ms < 60_000
    assert said[3] in {"50", "100"}
    assert int(said[4].replace(",", "")) == 50
