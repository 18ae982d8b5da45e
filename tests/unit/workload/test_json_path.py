"""Places in JSON documents."""

import pickle
from typing import Any

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.json_path import JsonPath

DOCUMENT = {"a": {"b": ["x", {"c": 1}]}, "id-token": "t", "none": None}


@pytest.mark.parametrize(
    "path, values",
    [
        ("$.a.b[1].c", [1]),
        ("$.a.b[7]", []),
        ("$.z.y", []),
        ("$.none", [None]),
        ("$['id-token']", ["t"]),
        ("$.a.b[*]", ["x", {"c": 1}]),
        ("$..c", [1]),
        ("$.a.b[?@.c == 1].c", [1]),
        ("$", [DOCUMENT]),
    ],
)
def test_all_that_stands_there_is_found(path: str, values: list[Any]) -> None:
    assert JsonPath(path).values(DOCUMENT) == values
    assert JsonPath(path).value(DOCUMENT, "nothing") == (values[0] if values else "nothing")


@pytest.mark.parametrize("path", ["", "a", "$.", "$.a b", "$.id-token", "$.a[x]", "$[?", "$.#"])
def test_what_is_no_path_is_refused_with_an_example(path: str) -> None:
    with pytest.raises(BadInput, match=r"^token='.*' is no place .*\$\.data\.tokens\[0\]"):
        JsonPath(path, "token")


@pytest.mark.parametrize(
    "path, one", [("$.a[0]", True), ("$['x y']", True), ("$.a[*]", False), ("$..a", False)]
)
def test_it_is_known_whether_it_can_name_one_place_only(path: str, one: bool) -> None:
    assert JsonPath(path).leads_to_one is one


def test_a_path_travels_to_other_processes() -> None:
    path = JsonPath("$.a.b[1].c")
    assert pickle.loads(pickle.dumps(path)) == path
    assert pickle.loads(pickle.dumps(path)).values(DOCUMENT) == [1]
