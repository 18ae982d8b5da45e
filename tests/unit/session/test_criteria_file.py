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
        (
            "a.yaml",
            "criteria: [7.5]",
            "entry 1 is no criterion: write it as text, or behind criter",
        ),
        ("a.yaml", "criteria: [{id: A}]", "entry 1 has no criterion: write for example criterion:"),
        (
            "a.yaml",
            "criteria: [{criterium: A}]",
            "has 'criterium'. Did you mean 'criterion'?",
        ),
        ("a.yaml", "criteria: [a, {criterion: [b]}]", "entry 2: criterion must be one text."),
        ("a.yaml", "criteria: [{clause: 2024-99-99}]", "cannot be read: month must be in 1..12"),
        ("a.yaml", "criteria: [{id: !!bool maybe}]", "cannot be read: "),
        ("a.yaml", "criteria: [{id: !!timestamp then}]", "cannot be read: "),
        ("a.yaml", "[" * 5000, "cannot be read: it is nested too deeply."),
        ("a.toml", "criteria = " + "[" * 5000, "cannot be read: it is nested too deeply."),
        ("a.yaml", "criteria: [{clause: 4.20}]", "clause is read as 4.2: put it in quotes."),
        ("a.toml", "criteria = [{clause = 4.20}]", "clause is read as 4.2: put it in quotes."),
        ("a.yaml", "criteria: [{id: yes}]", "id is read as True: put it in quotes."),
        ("a.toml", "criteria = [{id = true}]", "id is read as True: put it in quotes."),
        ("a.yaml", "criteria: [{id: 2024-01-02}]", "id is read as 2024-01-02: put it in quotes."),
        ("a.toml", "criteria = [{id = 10:20:00}]", "id is read as 10:20:00: put it in quotes."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=re.escape(problem)):
        read_criteria(str(tmp_path / name))


@pytest.mark.parametrize("name, text", [("a.yaml", YAML), ("a.toml", TOML)])
def test_a_mark_of_windows_at_the_start_is_no_part_of_it(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text.strip(), encoding="utf-8-sig")
    assert len(read_criteria(str(tmp_path / name))) == 2


@pytest.mark.parametrize("written", ["7", "007", "4:20", "1_000", "0x1F"])
def test_whole_numbers_are_shown_as_they_are_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "a.yaml").write_text(f"criteria: [{{criterion: a, clause: {written}}}]")
    assert read_criteria(str(tmp_path / "a.yaml")) == [Requirement("a", clause=written)]


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
