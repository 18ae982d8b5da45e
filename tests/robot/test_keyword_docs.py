"""Every keyword explains itself, and no sentence is understood in two ways."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest
from robot.libdoc import LibraryDocumentation

from ApiLoadLibrary import ApiLoadLibrary
from ApiLoadLibrary.criteria.metrics import METRIC_NAMES, SHARES, Clock, find_metric
from rig.process import ROOT
from rig.robot_run import run_robot

CRITERIA_PAGE = ROOT / "libraries" / "ApiLoadLibrary" / "docs" / "criteria.md"
LIBDOC = LibraryDocumentation("ApiLoadLibrary.ApiLoadLibrary")
DOCS = {doc.name: doc for doc in LIBDOC.keywords}
AS_JSON = {each["name"]: each for each in json.loads(LIBDOC.to_json())["keywords"]}
SETTINGS = "*** Settings ***\nLibrary    ApiLoadLibrary\nSuite Setup    Evaluate    None\n"
"""The setup might define anything: sentences and examples name what others define."""

ANYTHING = ("json", "data", "assertion_expected")
"""Arguments that may hold whatever data there is."""

WORDS = ("Given ", "When ", "Then ", "And ", "But ", "")
"""What may stand before a sentence, in suites that tell of behaviour."""

# What may stand in the place of each embedded argument; enough to meet every other pattern.
FILLERS = {
    "rate": ["1000"],
    "unit": ["Minute"],
    "endpoints": ["Products", "Create Order, Products", "Each Endpoint"],
    "metric": ["P95", "P99.99", "Average", "Median Response Time", "Maximum"],
    "endpoint": ["Products", "Create Order"],
    "limit": ["200 ms", "1.5 s"],
    "percent": ["1 %", "0.5 %"],
    "ending": ["429", "5xx Of Products", "Timeouts"],
    "throughput": ["900/min", "50/s"],
    "low": ["0.5"],
    "high": ["1,000"],
    "steps": ["5"],
    "journeys": ["Buy A Coffee", "Look Around, Buy A Coffee"],
    "journey": ["Buy A Coffee"],
    "factor": ["3", "2.5"],
    "mix": ["6 Products, 3 Create Order", "70 % Products, 30 % Orders"],
    "time": ["5 s"],
    "workers": ["100"],
    "count": ["50"],
    "path": ["/api/ws", "wss://shop.example/api/ws"],
    "least": ["4,950", "99 %"],
    "watched": ["Point Of Sale", "pos-1"],
    "size": ["500 MB", "80 %"],
    "bandwidth": ["100 kB/s"],
    "data": ["500 B"],
    "gauge": ["pool", "free connections"],
    "number": ["18", "0"],
}
# What a sentence cannot do without, besides what stands in it.
ARGUMENTS = {"Ramp": "    over=1 min", "Step": "    every=30 s", "Find": "    p95 < 200 ms"}


def sentences(name: str) -> list[str]:
    """The pattern with everything that may stand in its places."""
    found = [name]
    for argument in re.findall(r"\$\{(\w+)\}", name):
        place = "${" + argument + "}"
        found = [each.replace(place, word) for each in found for word in FILLERS[argument]]
    return [each + ARGUMENTS.get(name.split(maxsplit=1)[0], "") for each in found]


@pytest.mark.parametrize("name", DOCS)
def test_every_keyword_has_a_sentence_its_arguments_a_tag_and_an_example(name: str) -> None:
    doc = DOCS[name]
    methods = ApiLoadLibrary().keywords
    method = methods.get(name) or methods[name.lower().replace(" ", "_")]
    written = inspect.getdoc(method)
    assert doc.short_doc.endswith("."), doc.short_doc
    assert doc.tags
    assert "```robotframework" in written
    for argument in inspect.signature(method).parameters:
        assert re.search(rf"^ +{argument}: \S", written, re.MULTILINE), argument


@pytest.mark.parametrize("name", AS_JSON)
def test_libdoc_knows_the_type_of_every_argument(name: str) -> None:
    """Editors complete and check by it."""
    for argument in AS_JSON[name]["args"]:
        if argument["kind"] == "NAMED_ONLY_MARKER":
            continue
        assert argument["type"], argument["repr"]
        takes_anything = argument["type"]["name"] in ("Any", "object", "None")
        assert argument["name"] in ANYTHING or not takes_anything, argument["repr"]


def test_every_sentence_is_understood_in_one_way_only(tmp_path: Path) -> None:
    """Robot itself resolves each; `Multiple keywords` or a wrong type would fail the dry run.

    So it is behind Given, When, Then, And and But, and in the background.
    """
    lines = [each for name in DOCS if "${" in name for each in sentences(name)]
    assert len(lines) >= 60
    steps = "\n".join(f"    {word}{line}" for line, word in zip(lines, cycle(WORDS), strict=False))
    suite = tmp_path / "sentences.robot"
    suite.write_text(f"{SETTINGS}*** Test Cases ***\nAll\n{steps}\n")
    run = run_robot(tmp_path, "--dryrun", str(suite))
    assert run.tests["All"].message == ""
    assert run.code == 0
    assert "[ ERROR ]" not in run.console


def test_every_example_of_a_keyword_passes_a_dry_run(tmp_path: Path) -> None:
    examples = [
        textblock
        for doc in DOCS.values()
        for textblock in re.findall(r"```robotframework\n(.*?)```", doc.doc, re.DOTALL)
    ]
    assert len(examples) >= len(DOCS)
    tests = "\n".join(
        f"Example {number}\n    {text.strip().replace(chr(10), chr(10) + '    ')}"
        for number, text in enumerate(examples)
    )
    suite = tmp_path / "examples.robot"
    suite.write_text(f"{SETTINGS}*** Test Cases ***\n{tests}\n")
    (tmp_path / "order.json").write_text("{}")
    run = run_robot(tmp_path, "--dryrun", str(suite))
    failed = {name: test.message for name, test in run.tests.items() if not test.passed}
    assert failed == {}


def test_the_page_on_the_language_names_every_metric_and_no_other() -> None:
    page = CRITERIA_PAGE.read_text("utf-8")
    first_cells = re.findall(r"^\| (.*?) \|", page, re.MULTILINE)
    words = {word for cell in first_cells for word in re.findall(r"`([^`]+)`", cell)}
    for metric in METRIC_NAMES:
        assert metric in words
    for clock in Clock:
        assert clock.value in words or clock is Clock.RESPONSE
    for ending in SHARES:
        assert {ending, f"share of {ending}"} & words
    for word in words:
        if word.startswith(("p5", "p9", "share of")):
            assert find_metric(word), word


def test_libdoc_renders_the_library_without_a_warning(tmp_path: Path) -> None:
    libdoc = [sys.executable, "-m", "robot.libdoc", "-P", str(ROOT / "libraries")]
    target = tmp_path / "ApiLoadLibrary.html"
    process = subprocess.run(
        [*libdoc, "ApiLoadLibrary", str(target)], capture_output=True, text=True, check=True
    )
    assert process.stderr == ""
    assert "Sustain ${rate} Requests Per ${unit} On ${endpoints}" in target.read_text()
