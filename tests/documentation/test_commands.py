"""Every command line of the documentation is one that there is; those of ours are carried out."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from distributed.cli.dask_scheduler import main as scheduler
from distributed.cli.dask_worker import main as worker

import run as run_py
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.serial import to_json
from ApiLoadLibrary.session.command_line import main as command_line
from ApiLoadLibrary.session.starter.files import Starter
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.imported import Imported
from documentation.pages import MANUAL, examples
from rig.process import ROOT, rig_server
from unit.report import samples

SUITE = "*** Test Cases ***\nSomething\n    No Operation\n"
REPORTS = (
    *("results/acceptance-report.json", "before.json", "after.json"),
    *(f"results/pabot_results/{number}/acceptance-report.json" for number in (0, 1)),
)
VERDICTS = {0, 1, 2}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the commands speak of, as the place that they are typed in."""
    document = report()
    for number, name in enumerate(REPORTS):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.replace('"run-', f'"run-{number}-'), "utf-8")  # no two the same
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "some.robot").write_text(SUITE, "utf-8")
    known = Imported("Shop", "http://shop.example", (Endpoint("Products", "GET", "/products"),))
    for name, text in Starter(known, "http://shop.example").texts().items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@cache
def report() -> str:
    """As JSON, made once."""
    return to_json(build_document(samples.session()))


def command_lines() -> Iterator[str]:
    """The lines of all examples for a shell, but those that make certificates: the tests of
    clusters carry them out as a whole."""
    for example in (each for each in examples("sh") if "openssl" not in each.text):
        yield from (line for line in example.text.splitlines() if shlex.split(line, comments=True))


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_every_command_is_one_that_there_is(line: str, desk: Path) -> None:
    match shlex.split(line, comments=True):
        case ["python3", "run.py", command, *_]:
            assert f"\n  {command} " in run_py.USAGE
        case ["pip", "install", *packages]:
            assert set(packages) <= {"robotframework-apiload", "robotframework-apiload[cluster]"}
        case ["dask", part, *options]:
            # Reads the options, and starts nothing.
            {"scheduler": scheduler, "worker": worker}[part].make_context(part, options)
        case ["robot", *options] | ["pabot", "--processes", _, *options]:
            dry = [sys.executable, "-m", "robot", "--dryrun", *options]
            env = {**os.environ, "PYTHONPATH": str(ROOT / "libraries")}
            subprocess.run(dry, cwd=desk, env=env, capture_output=True, check=True)
        case ["cd", folder]:
            assert f"ApiLoadLibrary init {folder} " in "".join(command_lines())
        case ["python", "-m", "ApiLoadLibrary", "init", folder, "--from", _]:
            with rig_server() as rig:
                assert command_line(["init", folder, "--from", f"{rig}/ok"]) == 0
        case ["python", "-m", "ApiLoadLibrary", *arguments]:
            assert command_line(arguments) in VERDICTS
        case [".venv/bin/python", "-m", module, *_]:
            shown = [sys.executable, "-m", module, "--help"]
            subprocess.run(shown, capture_output=True, check=True)
        case [".venv/bin/python", path, *_] | [path, *_]:
            assert os.access(ROOT / path, os.R_OK), f"{path} is no command that this test knows"


def commands_in_tables() -> list[str]:
    text = (MANUAL / "report.md").read_text("utf-8")
    part = text.partition("## Afterwards")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)`", part, re.MULTILINE)


@pytest.mark.parametrize("command", commands_in_tables())
def test_every_command_for_reports_does_something(
    command: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(commands_in_tables()) == 7
    arguments = [name for word in shlex.split(command) for name in as_a_shell_has_it(word)]
    assert command_line(arguments) in VERDICTS
    assert capsys.readouterr().out


def as_a_shell_has_it(word: str) -> list[str]:
    return sorted(str(each) for each in Path().glob(word)) if "*" in word else [word]
