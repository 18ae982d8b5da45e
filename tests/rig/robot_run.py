"""Runs robot in a process of its own, and reads what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from robot.api import ExecutionResult

from rig.process import ROOT

LIMIT_S = 240


@dataclass(frozen=True)
class RobotRun:
    """What one robot process left behind."""

    folder: Path
    code: int
    console: str

    @cached_property
    def tests(self) -> dict[str, Any]:
        """The results of its tests, by name."""
        found: dict[str, Any] = {}

        def collect(suite: Any) -> None:
            found.update({test.name: test for test in suite.tests})
            for child in suite.suites:
                collect(child)

        collect(ExecutionResult(self.folder / "output.xml").suite)
        return found

    @cached_property
    def report(self) -> Any:
        """The acceptance report's document; the schema accepts whatever a suite makes."""
        document = json.loads((self.folder / "acceptance-report.json").read_text("utf-8"))
        _validator().validate(document)
        return document

    @cached_property
    def html(self) -> str:
        """The page that is made of it."""
        return (self.folder / "acceptance-report.html").read_text()


@cache
def _validator() -> Draft202012Validator:
    schema = ROOT / "libraries/ApiLoadLibrary/report/acceptance-report.schema.json"
    return Draft202012Validator(json.loads(schema.read_text("utf-8")))


def command(folder: Path, *arguments: str) -> list[str]:
    """The command line of a robot process that writes into a folder."""
    options = ["--pythonpath", str(ROOT / "libraries"), "--outputdir", str(folder)]
    return [sys.executable, "-m", "robot", *options, *arguments]


def run_robot(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> RobotRun:
    """Run robot to its end."""
    process = subprocess.run(
        command(folder, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        # The job that these tests run in gets no summaries of theirs.
        env={**os.environ, "GITHUB_STEP_SUMMARY": "", **(env or {})},
        check=False,
    )
    return RobotRun(folder, process.returncode, process.stdout)
