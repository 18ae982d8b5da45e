"""What only a report, an import or a rate limit needs is loaded when it is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rig.process import ROOT

LATE = (
    "jinja2",
    "hdrh",
    "websockets",
    "http_sf",
    "multiprocessing.pool",
    "RequestsLibrary",
    "ApiLoadLibrary.report.build",
    "ApiLoadLibrary.report.html",
    "ApiLoadLibrary.report.view",
    "ApiLoadLibrary.report.advice",
    "ApiLoadLibrary.report.exports",
    "ApiLoadLibrary.report.merge",
    "ApiLoadLibrary.session.command_line",
    "ApiLoadLibrary.session.imports",
    "ApiLoadLibrary.workload.imports.openapi",
    "ApiLoadLibrary.workload.imports.har",
    "ApiLoadLibrary.workload.imports.postman",
    "ApiLoadLibrary.scenarios.rate_limit",
    "ApiLoadLibrary.engine.websocket",
)
"""Modules that a suite may never need, or another process, or the end of the run."""


def loaded_by(statement: str) -> list[str]:
    """The modules there are after a statement in a process of its own."""
    script = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "libraries",  # which -c puts on the path
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_the_package_alone_is_a_door_and_loads_nothing() -> None:
    added = {*loaded_by("import ApiLoadLibrary")} - {*loaded_by("pass")}
    of_others = {each.partition(".")[0] for each in added} - sys.stdlib_module_names
    assert (of_others, "ApiLoadLibrary.library" in added) == ({"ApiLoadLibrary"}, False)


@pytest.mark.parametrize("name", ["ApiLoadLibrary", "Timing"])
def test_what_robot_imports_leaves_for_later_what_it_can(name: str) -> None:
    loaded = set(loaded_by(f"from ApiLoadLibrary import {name}; {name}()"))
    assert {"robot", "ApiLoadLibrary.session.acceptance"} <= loaded
    assert loaded & set(LATE) == set()
