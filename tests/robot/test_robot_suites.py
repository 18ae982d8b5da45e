"""Suites with passing, failing and wrong tests, each compared with what its documentation says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from rig.metrics import metrics_server
from rig.process import (
    ROOT,
    counts,
    limited_server,
    queueing_server,
    recovering_server,
    rig_server,
    truth,
)
from rig.robot_run import RobotRun, run_robot

SUITES = ROOT / "tests" / "robot"
OF_ITSELF = re.compile(r"All \d+ requirements met\.|The one requirement is met\.")
"""What every test says that passes."""


def wrong_outcomes(run: RobotRun, rig: str) -> list[str]:
    """Tests that did not end as their documentation says: PASS, or FAIL and a message with *."""
    wrong = []
    for name, test in run.tests.items():
        status, _, message = test.doc.replace("${RIG}", rig).partition(" ")
        pattern = ".*".join(map(re.escape, " ".join(message.split()).split("*")))
        said = " ".join(test.message.split())
        if test.passed and OF_ITSELF.fullmatch(said):
            said = ""
        if test.status != status or not re.fullmatch(pattern, said):
            wrong.append(f"{name}: expected {status} {message!r}, got {test.status} {said!r}")
    return wrong


@pytest.mark.slow
@pytest.mark.quiet
def test_every_verify_sentence_passes_fails_and_is_inconclusive(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "verdicts.robot"))
        assert wrong_outcomes(run, rig) == []
    assert run.report["verdict"] == "fail"
    verdicts = {each["verdict"] for each in run.report["criteria"]}
    assert verdicts == {"pass", "fail", "inconclusive"}
    failed = [test for test in run.tests.values() if not test.passed]
    assert run.code == len(failed)


@pytest.mark.slow
@pytest.mark.quiet
def test_the_language_of_criteria_is_used_well_and_badly(tmp_path: Path) -> None:
    files = ("--variable", f"FILES:{SUITES / 'files'}")
    with rig_server() as rig:
        suite = str(SUITES / "language.robot")
        run = run_robot(tmp_path, *files, "--variable", f"RIG:{rig}", suite)
        assert wrong_outcomes(run, rig) == []
    criteria = {each["id"]: each for each in run.report["criteria"]}
    from_file = criteria["PERF-1"]
    assert (from_file["owner"], from_file["clause"]) == ("Retail Operations", "Contract 4.2")
    assert (criteria["PERF-2"]["verdict"], criteria["PERF-2"]["owner"]) == ("fail", "Somebody Else")
    assert criteria["PERF-3"]["verdict"] == "pass"  # all of a file is judged
    of_test = [criteria[each] for each in ("PERF-9", "PERF-9.2")]
    assert [each["requirement"] for each in of_test] == ["Browsing feels instant"] * 2
    windows = {each["when"]: each["window"] for each in run.report["criteria"]}
    assert (windows["in every 2 s"], windows["after the first 1 s"]) == (2, None)
    hopeless = next(each for each in run.report["runs"] if each["name"] == "Hopeless")
    assert "cannot be met" in hopeless["stopped"]
    assert hopeless["requests"] < 500  # of 1,000


@pytest.mark.slow
@pytest.mark.quiet
def test_runs_are_compared_with_earlier_ones(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "baselines.robot"))
        assert wrong_outcomes(run, rig) == []
    verdicts = [each["verdict"] for each in run.report["criteria"]]
    assert verdicts == ["pass", "fail", "inconclusive"]
    slower = run.report["criteria"][1]
    assert (slower["metric"], slower["owner"]) == ("slow-down", "Retail Operations")
    assert slower["measured"] > 100  # 60 ms where it was 20 and a little for the way
    assert "slower than in earlier runs (everyday.json)" in run.html


def test_a_slip_in_a_literal_criterion_is_found_before_any_load(tmp_path: Path) -> None:
    suites = [str(SUITES / name) for name in ("slips.robot", "slips_renamed.robot")]
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", *suites)
        assert wrong_outcomes(run, rig) == []
        assert counts(rig)["received"] == {}
    assert "[ ERROR ]" not in run.console
    assert run.report["verdict"] == "inconclusive"


def test_wrong_input_is_answered_with_what_to_write_and_sends_no_load(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "bad_input.robot"))
        assert wrong_outcomes(run, rig) == []
        received = counts(rig)["received"]
    # The one criterion that is read when it runs comes after two requests; all else sends none.
    assert received == {"POST /status/401": 1, "POST /login": 1, "GET /ok": 2}
    assert "Traceback" not in run.console
    assert run.report["verdict"] == "inconclusive"


@pytest.mark.slow
@pytest.mark.quiet
def test_every_load_sentence_is_sent_shown_and_judged(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "loads.robot"))
        assert wrong_outcomes(run, rig) == []
        received = counts(rig)["received"]
    runs = {each["name"]: each for each in run.report["runs"]}
    scenarios = [each["scenario"] for each in runs.values()]
    assert scenarios[:5] == ["sustained", "ramp", "steps", "sustained", "closed"]
    assert (runs["Opening"]["requests"], runs["Steps"]["requests"]) == (200, 120)
    assert [runs[name]["stopped"] is None for name in ("Stopped", "Not Stopped")] == [False, True]
    mix = {each["name"]: each["requests"] for each in runs["Mixed"]["endpoints"]}
    assert mix == {"Quick": 50, "Slow": 10}
    warm_ups = sum(received.values()) - sum(each["requests"] for each in runs.values())
    assert warm_ups > 40  # of the steps, and what the closed model sent before it was judged
    assert runs["Below The Ceiling"]["generator"]["ceiling_per_s"] > 100
    assert [each["name"] for each in runs["Steps"]["phases"]] == ["warm-up", "load"]
    for words in (
        "from 10/s to 0 over 10 s",
        "from 1/h to 9/h in 3 steps of 1 h at random",
        "in 61 s (warm-up 1 min, load 1 s), 20/s over all",
        "as many requests as it takes in 1 s, 50 workers, transport http1; nothing is sent.",
    ):
        assert words in run.console


@pytest.mark.quiet
def test_actions_and_transports_are_used_well_and_badly(tmp_path: Path) -> None:
    """The actions are found by Robot's own search path alone."""
    suite = str(SUITES / "actions.robot")
    path = ("--pythonpath", str(ROOT / "tests"))
    with rig_server() as rig:
        run = run_robot(tmp_path, *path, "--variable", f"RIG:{rig}", suite, env={"RIG": rig})
        assert wrong_outcomes(run, rig) == []
    runs = {each["name"]: each for each in run.report["runs"]}
    transports = {name: each["generator"]["transport"] for name, each in runs.items()}
    assert transports["Visits"] == "python"
    assert transports["Through Requests"] == "requests"
    assert transports["Mixed"] == "python and requests"
    assert "CALL rig.actions:visit, 1/h" in run.console
    assert "transport python; nothing is sent." in run.console


def test_a_dry_run_imports_no_action(tmp_path: Path) -> None:
    suite = str(SUITES / "actions.robot")
    run = run_robot(tmp_path, "--dryrun", suite)
    assert [name for name, test in run.tests.items() if not test.passed] == [
        "An Action That Was Not Defined"
    ]


@pytest.mark.slow
@pytest.mark.quiet
def test_recovery_is_measured_and_judged_well_and_badly(tmp_path: Path) -> None:
    with recovering_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "recovery.robot"))
        assert wrong_outcomes(run, rig) == []
    runs = {each["name"]: each for each in run.report["runs"]}
    assert runs["Breaker"]["scenario"] == "recovery"
    assert runs["Breaker"]["details"]["defence"] == "circuit breaker"
    overload = runs["Overload of Shed (Shedding)"]
    assert (overload["scenario"], overload["requests"]) == ("overload", 700)
    assert "How Pay came through the fault" in run.html
    assert "a circuit breaker opened: from then on requests were turned away within" in run.html
    assert "that is load shedding, and no circuit breaker" in run.html
    assert "100 workers sending 50 requests each" in run.console
    assert "probes at 50/s" in run.console


@pytest.mark.slow
@pytest.mark.quiet
def test_what_is_watched_is_judged_and_alerts_are_told(tmp_path: Path) -> None:
    """A process ends in the middle of a load in the background: it is said at once, and once."""
    with (
        rig_server() as rig,
        metrics_server('pool_used{of="orders"} 7\npool_used{of="x"} 1\n') as url,
    ):
        variables = ("--variable", f"RIG:{rig}", "--variable", f"METRICS:{url}")
        python = ("--variable", f"PYTHON:{sys.executable}")
        run = run_robot(tmp_path, *variables, *python, str(SUITES / "monitoring.robot"))
        assert wrong_outcomes(run, rig) == []
    assert run.console.count("The Victim is gone (since 0:0") == 1
    assert "The Victim is gone" in (tmp_path / "output.xml").read_text()
    gone = [each for each in run.report["alerts"] if each["what"] == "gone"]
    assert [(each["where"], each["end_s"]) for each in gone] == [("The Victim", None)]
    assert 2.5 <= gone[0]["start_s"] <= 5.5
    assert gone[0]["message"] in run.html
    watched = {each["name"]: each for each in run.report["monitored"]}
    assert {"127.0.0.1", "The Victim", "shop", "Load Generator"} <= set(watched)
    pool = next(each for each in watched["shop"]["figures"] if each["name"] == "pool")
    assert (pool["gauge"], pool["average"], set(pool["values"])) == (True, 7, {7})
    assert "The Victim, with all that it started, during “Watched”" in run.html


@pytest.mark.quiet
@pytest.mark.slow
def test_rate_limits_are_probed_and_judged_well_and_badly(tmp_path: Path) -> None:
    log, grudge = ("sliding_log", 20, 0.5), ("--status", "503", "--told-late", "3")
    with (
        limited_server(*log) as keeps,
        limited_server(*log, *grudge) as grudging,
        limited_server("none", 1, 1) as open_to_all,
    ):
        servers = {"KEEPS": keeps, "GRUDGING": grudging, "OPEN": open_to_all}
        variables = [word for each in servers.items() for word in ("-v", ":".join(each))]
        run = run_robot(tmp_path, *variables, str(SUITES / "rate_limits.robot"))
        assert wrong_outcomes(run, keeps) == []
    runs = {each["name"]: each for each in run.report["runs"]}
    kept = runs["Kept"]
    assert (kept["scenario"], kept["errors"]) == ("rate_limit", 0)
    assert kept["refused"] == kept["details"]["above"]["refused"] > 20
    assert [each["name"] for each in kept["details"]["bystanders"]] == [
        "Free",
        "Limited (other token)",
    ]
    assert [each["name"] for each in kept["phases"]] == ["below", "above", "after"]
    assert "Refusals tell when to come back (Retry-After), and that is true." in run.html
    assert "Not one of 102 requests was refused: nothing limits them." in run.html
    assert "What was let through in any stretch of time" in run.html
    assert "somebody else" not in (tmp_path / "acceptance-report.json").read_text()
    assert "nothing is sent." in run.console


@pytest.mark.slow
@pytest.mark.quiet
def test_bad_lines_are_used_well_and_badly(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "faults.robot"))
        assert wrong_outcomes(run, rig) == []
    transports = {each["name"]: each["generator"]["transport"] for each in run.report["runs"]}
    assert set(transports.values()) == {"http1 through a fault proxy"}


@pytest.mark.slow
@pytest.mark.quiet
def test_the_highest_rate_is_found_within_a_tenth_and_judged(tmp_path: Path) -> None:
    """The server's own record tells how many a second it can serve."""
    servers = 4
    with queueing_server(servers, 20) as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "capacity.robot"))
        assert wrong_outcomes(run, rig) == []
        ceiling = 1000 * servers / truth(rig)["mean_ms"]
    runs = {each["name"]: each for each in run.report["runs"]}
    found = runs["Found"]["details"]
    assert (runs["Found"]["scenario"], found["end"], found["confirmed"]) == (
        "capacity",
        "found",
        True,
    )
    assert found["held_per_s"] == pytest.approx(ceiling, rel=0.1)
    assert found["held_per_s"] < found["unproven_per_s"] <= 1.101 * found["held_per_s"]
    assert re.search(r"^  150/s held: p95 [\d.]+ ms\.$", run.console, re.MULTILINE)
    assert re.search(r"^  \d+/s did not hold: .+", run.console, re.MULTILINE)
    in_vain = runs["All in vain"]
    assert (in_vain["details"]["end"], len(in_vain["details"]["steps"])) == ("nothing held", 1)
    assert "go wrong" not in run.console
    broken_off = runs["Broken off"]
    assert broken_off["stopped"] == "Test timeout 3 seconds exceeded."
    assert broken_off["details"]["steps"][0]["rate_per_s"] == 30
    assert broken_off["requests"] > 0
    assert f"It carried {found['held_per_s']:g} requests a second with p95" in run.html
    assert "Response times as the rate grows" in run.html
    assert "doubled and then narrowed to 5 %" in run.console
    bounds = [each["what"] for headroom in run.report["headroom"] for each in headroom["holds"]]
    assert bounds[0] == "p95 < 200 ms and error rate < 5 %"


def test_a_dry_run_reads_the_criteria_of_a_search(tmp_path: Path) -> None:
    run = run_robot(tmp_path, "--dryrun", "--variable", "RIG:x", str(SUITES / "capacity.robot"))
    failed = [name for name, test in run.tests.items() if not test.passed]
    assert failed == ["Something Has To Hold", "A Slip Is Found Before Any Load"]


def test_what_a_suite_defines_ends_with_it(tmp_path: Path) -> None:
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(SUITES / "scopes"))
        assert wrong_outcomes(run, rig) == []
        received = counts(rig)["received"]
    assert received == {"GET /delay/1": 10, "GET /status/204": 10, "GET /ok": 10}
    dry = run_robot(tmp_path / "dry", "--dryrun", str(SUITES / "scopes"))
    assert [name for name, test in dry.tests.items() if not test.passed] == (
        ["Another Suite's Is Unknown"]
    )
