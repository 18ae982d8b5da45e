"""`--dryrun` as a lint of the whole contract: it finds slips of each kind, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.process import ROOT
from rig.robot_run import RobotRun, run_robot

SLIPS = {
    "Endpoint": (
        "Sustain 10 Requests Per Second On Quik",
        "There is no endpoint 'Quik'. Did you mean 'Quick'? There is: Quick, Paid, Shop.",
    ),
    "One Endpoint Of Several": (
        "Sustain 10 Requests Per Second On Quick, Payed",
        "There is no endpoint 'Payed'. Did you mean 'Paid'?",
    ),
    "Endpoint Of A Mix": (
        "Sustain 10 Requests Per Second Mixed From 3 Quick, 1 Slow",
        "There is no endpoint 'Slow'. There is: Quick, Paid, Shop.",
    ),
    "Probed Endpoint": (
        "Overload Quick With 2 Workers Sending 3 Requests Each    probe=Slow",
        "There is no endpoint 'Slow'.",
    ),
    "Group": (
        "Send As Fast As Possible On Shops",
        "There is no endpoint 'Shops'. Did you mean 'Shop'?",
    ),
    "Endpoint Of A Criterion": (
        "Load Is Sent\nVerify P95 Of Quik Below 50 ms",
        "there is no endpoint 'Quik'. Did you mean 'Quick'?",
    ),
    "Unit Of A Rate": ("Sustain 10 Requests Per Fortnight On Quick", "'Fortnight' is no unit"),
    "Unit Of A Time": ("Load Is Sent\nVerify P95 Below 500", "'500' has no unit"),
    "Unit Of A Duration": (
        "Sustain 10 Requests Per Second On Quick    duration=5 parsecs",
        "'5 parsecs' is not a time",
    ),
    "Metric": (
        "Load Is Sent\nVerify Criterion    eror rate < 1 %",
        "there is no metric 'eror rate'. Did you mean 'error rate'?",
    ),
    "Named Argument": (
        "Sustain 10 Requests Per Second On Quick    duratoin=5 s",
        "has no argument 'duratoin=': did you mean 'duration='?",
    ),
    "Run": (
        "Load Is Sent\nVerify P95 Below 1 s    run=Openning",
        "There is no load run 'Openning'. Did you mean 'Opening'?",
    ),
    "Order": (
        "Verify P95 Below 1 s\nVerify P50 Below 1 s\nLoad Is Sent",
        "Verify P95 Below 1 s: there is no load before it in its test, nor in its suite's setup.",
    ),
    "A Plan Is No Load": (
        "Show Load Plan    Sustain 10 Requests Per Second On Quick\nVerify P95 Below 1 s",
        "Verify P95 Below 1 s: there is no load before it",
    ),
    "Load In The Background": (
        "Start Load    Sustain 10 Requests Per Second On Quik",
        "There is no endpoint 'Quik'.",
    ),
    "Within What Runs Keywords": (
        "Run Keyword If    ${TRUE}    Sustain 10 Requests Per Second On Quik",
        "There is no endpoint 'Quik'.",
    ),
    "Behind Given": ("Given Sustain 10 Requests Per Second On Quik", "no endpoint 'Quik'"),
    "In A Keyword Of The Suite": ("It Is Fast", "there is no endpoint 'Snail'"),
    "In A Keyword Within A Keyword": ("All Is Well", "there is no endpoint 'Snail'"),
    "In A Keyword Of A Resource": ("Resourceful", "there is no metric 'p999x'"),
    "In A Teardown": (
        "Load Is Sent\n[Teardown]    Verify P95 Of Quik Below 1 s",
        "there is no endpoint 'Quik'",
    ),
}
SOUND = {
    "Values In Variables": "Load Is Sent\nVerify P95 Of ${ANY} Below ${ANY}",
    "Earlier Run": "Verify P95 Below 1 s    run=Opening",
    "Run Without A Name": "Verify P95 Below 1 s    run=10/s on Quick",
    "Own Endpoint": "Define Endpoint    Own    GET    /own\n"
    "Sustain 10 Requests Per Second On own, QUICK\nVerify P95 Of Own Below 1 s",
    "Own Keyword Calls Itself": "Again And Again",
    "Everything": "Verify Criterion    error rate of everything < 1 %",
    "Awaited Failure": "Run Keyword And Expect Error    *    Verify P95 Of Quik Below 1 s",
    "Each Endpoint": "Sustain 10 Requests Per Second On Each Endpoint\nThen Verify P95 Below 1 s",
    "Background": "Start Load    Sustain 10 Requests Per Second On Quick\n"
    "Wait Until Load Ends\nVerify P95 Below 1 s",
    "The Whole Run": "Load Is Sent\nGet Metric    p95    the run",
}
OPEN = {
    "Another Library May Do Anything": "Stranger\nVerify P95 Of Whatever Below 1 s",
    "And Has Done So": "Sustain 10 Requests Per Second On Whatever",
}
KEYWORDS = """
*** Keywords ***
Know Endpoints
    Define Endpoint    Quick    GET    /ok
    Define Endpoint    Paid    GET    /ok    group=Shop

Load Is Sent
    Sustain 10 Requests Per Second On Quick    name=Opening

It Is Fast
    Load Is Sent
    Verify P95 Of Snail Below 1 s

Fast From The Start
    Know Endpoints
    It Is Fast

Sent From The Start
    Know Endpoints
    Load Is Sent

All Is Well
    IF    ${TRUE}    It Is Fast

Again And Again
    Load Is Sent
    IF    ${FALSE}    Again And Again
"""
RESOURCE = """
*** Keywords ***
Resourceful
    Sustain 10 Requests Per Second On Quick
    Verify Criterion    p999x < 1 s
"""


def suite(tests: dict[str, str], setup: str) -> str:
    """A suite of these tests."""
    bodies = "\n".join(
        "\n    ".join([name, *body.splitlines(), "[Documentation]    Of the table."])
        for name, body in tests.items()
    )
    settings = f"Library    ApiLoadLibrary\nResource    ours.resource\nSuite Setup    {setup}\n"
    return (
        f"*** Settings ***\n{settings}*** Variables ***\n${{ANY}}    none\n"
        f"*** Test Cases ***\n{bodies}\n{KEYWORDS}"
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RobotRun:
    """One dry run of all of them, in this order."""
    folder = tmp_path_factory.mktemp("dry")
    suites = folder / "suites"
    suites.mkdir()
    (suites / "ours.resource").write_text(RESOURCE)
    (suites / "stranger.py").write_text("def stranger(): ...\n")
    slips = {name: body for name, (body, _) in SLIPS.items()}
    (suites / "1_slips.robot").write_text(suite(slips, "Know Endpoints"))
    (suites / "2_sound.robot").write_text(suite(SOUND, "Know Endpoints"))
    by_setup = {"First": "Verify P95 Below 1 s", "Second": "Verify P50 Below 1 s"}
    (suites / "3_setup.robot").write_text(suite(by_setup, "Fast From The Start"))
    around = suites / "3_setup_of_a_folder"
    (around / "without_a_file_of_its_own").mkdir(parents=True)
    init = (
        suite({}, "Sent From The Start")
        .replace("*** Test Cases ***", "")
        .replace("ours.", "../ours.")
    )
    (around / "__init__.robot").write_text(init)
    (around / "without_a_file_of_its_own" / "inner.robot").write_text(
        "*** Settings ***\nLibrary    ApiLoadLibrary\n*** Test Cases ***\n"
        "Far Inside\n    Verify P95 Below 1 s\n"
    )
    stranger = suite(OPEN, "Know Endpoints").replace("Resource", "Library    stranger.py\nResource")
    (suites / "4_open.robot").write_text(stranger)
    return run_robot(folder, "--dryrun", str(suites))


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_found(run: RobotRun, name: str) -> None:
    test = run.tests[name]
    assert SLIPS[name][1] in test.message
    assert test.status == "FAIL"


@pytest.mark.parametrize("name", [*SOUND, *OPEN])
def test_what_may_be_right_passes(run: RobotRun, name: str) -> None:
    assert (run.tests[name].message, run.tests[name].status) == ("", "PASS")


def test_a_slip_in_a_setup_is_told_once_by_the_first_test(run: RobotRun) -> None:
    """And the load that the setup sends is there for the tests."""
    message = run.tests["First"].message
    assert message.startswith("In the setup of 3 Setup: Criterion 'P95 of Snail < 1 s'")
    assert "there is no load" not in message
    assert run.tests["Second"].passed
    assert run.tests["Far Inside"].message == ""


def test_what_robot_finds_by_itself_is_said_once(run: RobotRun) -> None:
    assert run.tests["Unit Of A Time"].message.count("'500' has no unit") == 1
    assert run.tests["Order"].message.count("there is no load") == 1


def test_a_dry_run_leaves_nothing_behind(run: RobotRun) -> None:
    assert not list(run.folder.glob("acceptance*"))
    assert "[ ERROR ]" not in run.console


def test_of_suites_that_are_sent_only_tests_that_say_so_fail(tmp_path: Path) -> None:
    names = ("loads", "verdicts", "language", "baselines", "monitoring")
    suites = [str(ROOT / "tests" / "robot" / f"{name}.robot") for name in names]
    run = run_robot(tmp_path, "--dryrun", "-v", "RIG:x", *suites)
    failed = [test for test in run.tests.values() if not test.passed]
    assert [test.name for test in failed if not test.doc.startswith("FAIL")] == []
