"""run.py: what it decides, and what a user sees of it."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import run

SCRIPT = Path(run.__file__)


@pytest.fixture
def commands(monkeypatch):
    """The commands that would have been run; every one of them succeeds."""
    seen = []
    monkeypatch.setattr(run, "run", lambda *command: seen.append(list(command)) or 0)
    return seen


@pytest.fixture
def empty_house(monkeypatch, tmp_path):
    """A .venv of one's own, not made yet."""
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "STAMP", tmp_path / ".venv" / ".complete")
    monkeypatch.setattr(run, "PYTHON", tmp_path / ".venv" / "python")
    return tmp_path


def make_venv(*_):
    run.VENV.mkdir()
    run.PYTHON.touch()
    return 0


def start(*arguments):
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_source_can_be_read_by_python_3_6():
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def test_source_stays_short():
    assert len(SCRIPT.read_text("utf-8").splitlines()) < 170


def test_an_old_python_is_told_so_in_one_sentence(monkeypatch, capsys, commands):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert run.main(["tests"]) == 2
    assert capsys.readouterr().err == (
        f"This needs Python 3.11 or newer; {sys.executable} is Python 3.10.\n"
    )
    assert commands == []


@pytest.mark.parametrize("arguments", [[], ["accept"], ["--fast", "tests"]])
def test_an_unknown_command_lists_the_commands(arguments):
    done = start(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "  acceptance  " in done.stderr
    assert "  tests  " in done.stderr


def test_help_is_no_mistake():
    done = start("--help")
    assert (done.returncode, done.stdout, done.stderr) == (0, run.USAGE, "")


def test_robot_gets_its_options_before_the_suites(commands):
    assert run.acceptance(["--variable", "PROFILE:full"]) == 0
    assert commands[0][1:] == [
        *("-m", "robot", "--pythonpath", "libraries", "--outputdir", "results"),
        *("--variable", "PROFILE:full", "suites"),
    ]


def report_with(verdict, folder):
    path = folder / "acceptance-report.json"
    path.write_text(json.dumps({"verdict": verdict}), "utf-8")
    return [folder / "acceptance-report.html", path]


@pytest.mark.parametrize(
    "robot, verdict, expected",
    [
        (0, "pass", 0),
        (3, "fail", 1),
        (3, "inconclusive", 2),
        (0, "inconclusive", 2),  # nothing was judged: tests that all pass prove nothing
        (2, "pass", 1),  # tests that do not use the library
    ],
)
def test_the_exit_code_tells_fail_from_inconclusive(tmp_path, robot, verdict, expected):
    assert run.verdict_code(robot, report_with(verdict, tmp_path)) == expected


@pytest.mark.parametrize(
    "robot, expected",
    [(0, 0), (2, 1), (250, 1), (252, 252), (253, 253), (255, 255)],
    ids=["a dry run", "2 failed tests", "250 or more", "wrong arguments", "Ctrl-C", "robot broke"],
)
def test_without_a_report_no_code_is_taken_for_a_verdict(robot, expected):
    assert run.verdict_code(robot, []) == expected


def test_acceptance_ends_with_the_verdict_of_its_own_report(monkeypatch, tmp_path):
    (tmp_path / "results").mkdir()
    monkeypatch.setattr(run, "ROOT", tmp_path)

    def robot(*_):
        report_with("inconclusive", tmp_path / "results")
        return 4

    monkeypatch.setattr(run, "run", robot)
    assert run.acceptance([]) == 2
    monkeypatch.setattr(run, "run", lambda *_: 4)
    monkeypatch.setattr(run, "written_since", lambda *_: [])
    assert run.acceptance([]) == 1


def test_acceptance_ends_with_the_verdict_of_a_report_that_results_could_not_take(
    monkeypatch, tmp_path, capsys
):
    (tmp_path / "results" / "acceptance-report.json").mkdir(parents=True)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    spare = []

    def robot(*_):
        spare.append(Path(os.environ["ACCEPTANCE_SPARE_FOLDER"]))
        report_with("inconclusive", spare[0])
        return 0

    monkeypatch.setattr(run, "run", robot)
    assert run.acceptance([]) == 2
    assert str(spare[0] / "acceptance-report.json") in capsys.readouterr().out
    shutil.rmtree(spare[0])


def test_a_spare_folder_that_nothing_was_put_into_is_gone(monkeypatch, tmp_path):
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "run", lambda *_: 0)
    assert run.acceptance([]) == 0
    assert not Path(os.environ["ACCEPTANCE_SPARE_FOLDER"]).exists()


def test_pytest_gets_the_arguments_after_lint_and_types(commands):
    assert run.tests(["-k", "histogram"]) == 0
    assert [command[2] for command in commands] == ["ruff", "ruff", "robocop", "mypy", "pytest"]
    assert commands[-1][3:] == ["-n", "auto", "-k", "histogram"]


@pytest.mark.parametrize(
    "mypy, pytest_code, expected",
    [(0, 0, 0), (1, 0, 1), (0, 5, 5), (1, 5, 5)],
    ids=["all well", "types fail", "tests fail", "both fail: the code of pytest"],
)
def test_exit_code_of_tests(monkeypatch, mypy, pytest_code, expected):
    codes = {"mypy": mypy, "pytest": pytest_code}
    monkeypatch.setattr(run, "run", lambda *command: codes.get(command[2], 0))
    assert run.tests([]) == expected


def test_docs_are_made_of_the_library_as_it_is(commands):
    assert run.docs(["--theme", "dark"]) == 0
    libdoc = [run.PYTHON, "-m", "robot.libdoc", "--pythonpath", "libraries", "--theme", "dark"]
    assert commands == [[*libdoc, "ApiLoadLibrary", "results/ApiLoadLibrary.html"]]


def test_a_failed_check_is_named_at_the_end(monkeypatch, capsys):
    monkeypatch.setattr(run, "run", lambda *command: int("--check" in command))
    run.tests([])
    assert capsys.readouterr().out == "Failed before the tests: ruff format --check\n"


def test_only_reports_of_this_run_are_announced(tmp_path):
    for name in ("acceptance-report.html", "log.html"):
        (tmp_path / name).touch()
    started = time.time() - 1
    os.utime(tmp_path / "acceptance-report.html", (started - 60, started - 60))
    assert run.written_since(started, tmp_path) == [tmp_path / "log.html"]


def test_fingerprint_follows_requirements_and_python():
    same = run.fingerprint(b"robotframework==7.5", (3, 11))
    assert same == run.fingerprint(b"robotframework==7.5", (3, 11))
    assert same != run.fingerprint(b"robotframework==7.6", (3, 11))
    assert same != run.fingerprint(b"robotframework==7.5", (3, 12))


def test_a_second_start_installs_nothing(monkeypatch, empty_house, commands):
    monkeypatch.setattr(run, "install_steps", lambda *_: [["install"]])
    make_venv()
    run.STAMP.write_text(run.fingerprint(run.REQUIREMENTS.read_bytes(), sys.version_info[:2]))
    run.prepare()
    assert commands == []


@pytest.mark.parametrize("stamp", [None, "of other requirements"])
def test_a_half_made_or_outdated_venv_is_made_anew(monkeypatch, empty_house, stamp):
    monkeypatch.setattr(run, "install_steps", lambda *_: [["install"]])
    monkeypatch.setattr(run, "run", make_venv)
    make_venv()
    leftover = run.VENV / "leftover"
    leftover.touch()
    if stamp:
        run.STAMP.write_text(stamp)
    run.prepare()
    assert not leftover.exists()
    assert run.is_ready(run.STAMP.read_text(), run.STAMP, run.PYTHON)


def test_a_failed_install_leaves_no_stamp_behind(monkeypatch, empty_house):
    monkeypatch.setattr(run, "install_steps", lambda *_: [["make"], ["install"]])
    monkeypatch.setattr(run, "run", lambda step: make_venv() if step == "make" else 1)
    with pytest.raises(SystemExit, match="Installing failed"):
        run.prepare()
    assert not run.STAMP.exists()


def test_pip_of_the_machine_serves_where_ensurepip_is_missing():
    venv, pip = run.install_steps(has_ensurepip=False, has_pip=True)
    assert "--without-pip" in venv
    assert pip[1:5] == ["-m", "pip", "--python", run.PYTHON]


def test_without_ensurepip_and_pip_it_says_what_to_install():
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        run.install_steps(has_ensurepip=False, has_pip=False)


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal's Ctrl-C is sent otherwise there")
def test_ctrl_c_is_answered_by_the_child_and_awaited(tmp_path):
    """As a terminal does it: the signal goes to the whole process group."""
    child = tmp_path / "child.py"
    child.write_text(
        textwrap.dedent("""
            import sys, time
            try:
                print("ready", flush=True)
                time.sleep(30)
            except KeyboardInterrupt:
                time.sleep(0.3)
                print("reports written", flush=True)
                sys.exit(7)
        """)
    )
    parent = f"import run, sys; run.run(sys.executable, {str(child)!r}); print('went on')"
    process = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=SCRIPT.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (7, "reports written\n", "")
