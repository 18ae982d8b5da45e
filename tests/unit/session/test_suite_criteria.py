"""What the arguments of a listener say, wherever robot has cut them."""

from __future__ import annotations

from pathlib import Path

import pytest
from robot.utils import split_args_from_name_or_path

from ApiLoadLibrary.session.criteria_file import Requirement
from ApiLoadLibrary.session.suite_criteria import Unreadable, read_arguments


def read(written: str) -> list[str]:
    """The criteria of a listener as the command line names it; a slip has an exclamation mark."""
    _, arguments = split_args_from_name_or_path(f"ApiLoadLibrary.Timing{written}")
    return [
        each.criterion if isinstance(each, Requirement) else f"{each.text} !"
        for each in read_arguments(arguments)
    ]


@pytest.mark.parametrize(
    "written, expected",
    [
        ("", []),
        (":p95 < 300 ms", ["p95 < 300 ms"]),
        (":p95 < 300 ms;error rate < 1 %", ["p95 < 300 ms", "error rate < 1 %"]),
        (":p95 < 300 ms:error rate < 1 %", ["p95 < 300 ms", "error rate < 1 %"]),
        (";p95 < 300 ms;error rate < 1 %;", ["p95 < 300 ms", "error rate < 1 %"]),
        (":p95 of 127.0.0.1:8080 GET /a < 1 s", ["p95 of 127.0.0.1:8080 GET /a < 1 s"]),
        (
            ":p95 of a:1 GET / < 1 s:p50 of b:2 GET / < 1 s",
            ["p95 of a:1 GET / < 1 s", "p50 of b:2 GET / < 1 s"],
        ),
        (":p95 <;error rate < 1 %", ["p95 < !", "error rate < 1 %"]),
        (";p95 < 300;error rate < 1 %", ["p95 < 300 !", "error rate < 1 %"]),
        (":nowhere.toml;p95 < 1 s", ["nowhere.toml !", "p95 < 1 s"]),
    ],
)
def test_criteria_are_read_wherever_they_were_cut(written: str, expected: list[str]) -> None:
    assert read(written) == expected


@pytest.mark.parametrize("separator", [":", ";"])
def test_a_file_gives_its_requirements_with_its_slips_in_their_place(
    tmp_path: Path, separator: str
) -> None:
    file = tmp_path / "with:colon.yaml"
    file.write_text(
        "criteria:\n- criterion: p95 < 1 s\n  owner: Retail\n- p95 < 1 kg\n- p50 < 1 s\n"
    )
    _, arguments = split_args_from_name_or_path(f"ApiLoadLibrary.Timing{separator}{file}")
    # Robot's colon is the file's as well: there a slip in the file cannot be told from none.
    if separator == ":":
        file.write_text("criteria:\n- criterion: p95 < 1 s\n  owner: Retail\n- p50 < 1 s\n")
        assert [type(each) for each in read_arguments(arguments)] == [Requirement] * 2
        return
    first, slip, last = read_arguments(arguments)
    assert first == Requirement("p95 < 1 s", owner="Retail")
    assert isinstance(slip, Unreadable)
    assert "'1 kg' is not a time" in slip.problem
    assert last == Requirement("p50 < 1 s")
