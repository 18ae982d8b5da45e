"""Criteria in a file: read, or refused with what is wrong where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.criteria_file import Requirement, read_criteria
from strategies import same_every_time

YAML = """
criteria:
  - error rate < 1 %
  - criterion: p95 < 50 ms
    id: 7
    requirement: Browsing feels instant
    owner: Retail
    clause: "4.2"
"""
TOML = """
criteria = [
  "error rate < 1 %",
  {criterion = "p95 < 50 ms", id = 7, clause = "4.2", owner = "Retail", \
requirement = "Browsing feels instant"},
]
"""


@pytest.mark.parametrize("name, text", [("a.yaml", YAML), ("a.YML", YAML), ("a.toml", TOML)])
def test_both_formats_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read_criteria(str(tmp_path / name)) == [
        Requirement("error rate < 1 %"),
        Requirement("p95 < 50 ms", "7", "Browsing feels instant", "Retail", "4.2"),
    ]


@pytest.mark.parametrize(
    "name, text, problem",
    [
        ("a.txt", "", "must end in .toml, .yaml or .yml."),
        ("a.toml", "criteria = [", "cannot be read: "),
        ("a.yaml", "criteria: [", "cannot be read: "),
        ("a.yaml", "", "has no list named criteria: see Verify Criteria From."),
        ("a.yaml", "criteria: []", "has no list named criteria"),
        ("a.yaml", "- error rate < 1 %", "has no list named criteria"),
        ("a.yaml", "criteria: [7]", "entry 1 is no criterion: write it as text, or behind criter"),
        ("a.yaml", "criteria: [{id: A}]", "entry 1 has no criterion: write for example criterion:"),
        (
            "a.yaml",
            "criteria: [{criterium: A}]",
            "has 'criterium'. Did you mean 'criterion'?",
        ),
        ("a.yaml", "criteria: [a, {criterion: [b]}]", "entry 2: criterion must be one text."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=re.escape(problem)):
        read_criteria(str(tmp_path / name))


def test_a_file_that_is_not_there_is_told_with_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="does not exist in "):
        read_criteria(str(tmp_path / "none.yaml"))


@same_every_time
@given(st.binary() | st.text().map(str.encode), st.sampled_from(["yaml", "toml"]))
def test_no_file_is_answered_by_anything_but_bad_input(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    file = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    file.write_bytes(content)
    try:
        found = read_criteria(str(file))
    except BadInput:
        return
    assert all(isinstance(each, Requirement) for each in found)
