"""The examples for CI servers are valid, as far as can be known here, and their scripts work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.serial import to_json
from documentation.pages import MANUAL, examples
from rig.process import ROOT
from unit.report import samples

SESSIONS = {"pass": samples.session, "fail": samples.failing, "inconclusive": samples.inconclusive}
ENDS_WITH = {"pass": 0, "fail": 1, "inconclusive": 2}
PACKAGE = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["name"]


def of(kind: str) -> str:
    """The example for GitHub, GitLab, or Jenkins."""
    page = [each for each in (*examples("yaml"), *examples("groovy")) if each.page.name == "ci.md"]
    sign = {"github": "runs-on:", "gitlab": "resource_group:", "jenkins": "pipeline {"}[kind]
    (found,) = (each.text for each in page if sign in each.text)
    return found


def scripts(kind: str) -> list[str]:
    """What a CI server hands to a shell, a step each."""
    if kind == "jenkins":
        steps = re.findall(r"sh '''(.*?)'''|script: '([^']*)'", of(kind), re.DOTALL)
        return ["".join(step) for step in steps]
    document = yaml.safe_load(of(kind))
    if kind == "gitlab":
        return list(document["load"]["script"])
    return [step["run"] for step in document["jobs"]["load"]["steps"] if "run" in step]


@pytest.mark.parametrize("kind, schema", [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_the_servers_own_schema_accepts_the_example(kind: str, schema: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yml"
    path.write_text(of(kind), "utf-8")
    check = ["-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run([sys.executable, *check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_script_of_github_is_not_pieced_together_by_github() -> None:
    """What a variable holds would become a part of the script."""
    assert not any("${{" in script for script in scripts("github"))


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A checked-out project, and the commands of an image; pip notes what it was asked for."""
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "shop.robot").write_text(
        "*** Test Cases ***\nThe Address Has Come Through\n"
        "    Should Be Equal    ${BASE_URL}    https://shop.example\n"
    )
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    commands = {
        "pip": f'echo "$@" >> "{tmp_path}/installed"',
        "robot": f'exec {sys.executable} -m robot "$@"',
        "python": f'exec {sys.executable} "$@"',
        "python3": 'mkdir -p .venv && ln -sfn "$(dirname "$0")" .venv/bin',  # -m venv .venv
    }
    for name, does in commands.items():
        (bin_ / name).write_text(f"#!/bin/sh\n{does}\n")
        (bin_ / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("kind", ["github", "gitlab", "jenkins"])
def test_its_last_script_ends_as_the_verdict_says(kind: str, job: Path) -> None:
    *before, last = scripts(kind)
    assert [run(script, job).returncode for script in before] == [0] * len(before)
    assert 'status="FAIL"' not in (job / "results" / "output.xml").read_text("utf-8")
    assert (job / "installed").read_text().split() == ["install", PACKAGE]
    for verdict, session in SESSIONS.items():
        document = to_json(build_document(session()))
        (job / "results" / "acceptance-report.json").write_text(document, "utf-8")
        done = run(last, job)
        assert done.returncode == ENDS_WITH[verdict], done.stderr
        if kind == "github":
            said = {"pass": None, "fail": "::error", "inconclusive": "::warning"}[verdict]
            assert said is None or said in done.stdout
            assert ("::" in done.stdout) == bool(said)


@pytest.mark.parametrize("kind", ["github", "gitlab", "jenkins"])
def test_a_robot_that_cannot_run_fails_the_job(kind: str, job: Path) -> None:
    """Before the verdict: an earlier job may have left a report that passes."""
    (job / "suites" / "shop.robot").unlink()
    assert any(run(script, job).returncode for script in scripts(kind)[:-1])


def test_what_is_inconclusive_is_not_let_through() -> None:
    assert yaml.safe_load(of("gitlab"))["load"]["retry"]["exit_codes"] == ENDS_WITH["inconclusive"]
    assert "skipStagesAfterUnstable()" in of("jenkins")
    assert f"code == {ENDS_WITH['inconclusive']}" in of("jenkins")


@pytest.mark.parametrize("name", ["acceptance-report.html", "criteria-junit.xml", "history"])
def test_what_is_published_is_what_a_session_writes(name: str) -> None:
    pages = (MANUAL / "report.md").read_text("utf-8")
    assert f"| `{name}" in pages
    assert name in (MANUAL / "ci.md").read_text("utf-8")


def run(script: str, job: Path) -> subprocess.CompletedProcess[str]:
    """As CI servers do: line by line, until one fails."""
    env = {
        **os.environ,
        "PATH": f"{job / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "libraries"),
        "BASE_URL": "https://shop.example",
    }
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=job, env=env, capture_output=True, text=True, check=False
    )
