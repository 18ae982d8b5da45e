"""Checks of answers: the language, and what each says of right and wrong answers."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.errors import BadCheck, BadInput
from ApiLoadLibrary.values import Percent
from ApiLoadLibrary.workload.answer import Answer
from ApiLoadLibrary.workload.check_grammar import parse_check

DOCUMENT = {
    "items": [{"id": 1, "price": 2.5}, {"id": 2, "price": -1}],
    "total": 2,
    "amount": "12.50",
    "state": "open",
    "nothing": [],
    "none": None,
    "sold": True,
    "two words": "a, b",
}
SCHEMA = {"type": "object", "required": ["items"], "properties": {"total": {"minimum": 1}}}


def answer(content: Any = DOCUMENT, status: int = 200) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = [(b"content-type", b"application/json"), (b"x-left", b"7")]
    return Answer(status, headers, body, whole=True, service_ns=40_000_000)


RIGHT = [
    *("$.items is not empty", "$.nothing is empty", "$.none is empty", "$.sold exists"),
    *("$.total = 2", "$.total=2", "$.total is 2.0", "$.total != 3", "$.total is not 3"),
    *("$.total < 3", "$.total below 3", "$.total <= 2", "$.total at most 2", "$.total > 1"),
    *("$.total above 1", "$.total >= 2", "$.total at least 2", "$.sold is true"),
    *("$.none is null", "$.state is open", '$.state = "open"', "$.state is not shut"),
    *("$.state is one of shut, open", '$["two words"] is one of "a, b", c'),
    *("$.state contains pe", "$.state does not contain x", "$.state starts with op"),
    *("$.state ends with en", "$.state matches ^o.e", "$.items[*].id > 0"),
    *("$.total is a number", "$.state is a text", "$.items is a list", "$ is an object"),
    *("$.sold is a boolean", "count of $.items = 2", "count of $.items[*] at least 2"),
    *("count of $.items[?@.price < 0] = 1", "count of $.missing = 0", "$.missing does not exist"),
    *("status = 200", "status is one of 200, 201", "status < 300"),
    *("header Content-Type starts with application/json", "header X-Left = 7"),
    *("header ETag does not exist", "header content-type contains json"),
    *("body contains open", "body does not contain error", "body is not empty"),
    *("size < 1 kB", "size > 1 B", "time < 50 ms", "time at least 40 ms", "BODY CONTAINS open"),
]  # fmt: skip

WRONG = {
    "$.nothing is not empty": "$.nothing was []",
    "$.missing is not empty": "there was no $.missing",
    "$.missing = 1": "there was no $.missing",
    "$.items[*].price > 0": "$.items[*].price was -1",
    "$.nothing[*].price > 0": "there was no $.nothing[*].price",
    "$.total = 3": "$.total was 2",
    '$.total = "2"': "$.total was 2",
    "$.sold = 1": "$.sold was true",
    "$.sold is a number": "$.sold was true",
    "$.amount > 0": '$.amount was "12.50"',
    "$.none > 0": "$.none was null",
    "$.state is shut": '$.state was "open"',
    "$.state is one of a, b": '$.state was "open"',
    "$.state matches ^p": '$.state was "open"',
    "$.items contains 5": "$.items was [{",
    "$.total contains 2": "$.total was 2",
    "$.state does not exist": '$.state was "open"',
    "count of $.items = 3": "count of $.items was 2",
    "status is 201": "status was 200",
    "header ETag exists": "there was no header ETag",
    "header X-Left = 8": 'header X-Left was "7"',
    "body contains error": 'body was "{',
    "size > 1 kB": "size was",
    "time < 40 ms": "time was 40 ms",
}


@pytest.mark.parametrize("check", RIGHT)
def test_an_answer_that_is_right_has_no_problem(check: str) -> None:
    assert parse_check(check).problem(answer()) is None


@pytest.mark.parametrize("check", WRONG)
def test_what_is_wrong_is_said_with_what_was_found(check: str) -> None:
    problem = parse_check(check).problem(answer())
    assert problem is not None
    assert problem.startswith(WRONG[check])
    assert len(problem) < 120


@pytest.mark.parametrize("check", [*RIGHT, *WRONG])
def test_a_check_travels_to_other_processes(check: str) -> None:
    read = parse_check(check, Percent(10))
    moved = pickle.loads(pickle.dumps(read))
    assert moved == read
    assert moved.problem(answer()) == read.problem(answer())


@pytest.mark.parametrize(
    "check", ["$.a exists", "$.a does not exist", "count of $.a = 0", "body fits schema {}"]
)
@pytest.mark.parametrize(
    "body, words", [(b"<html>", "the body is not JSON"), (b"", "the body is empty")]
)
def test_of_what_is_no_json_nothing_holds(
    check: str, body: bytes, words: str, schema: Path
) -> None:
    read = parse_check(check.replace("{}", str(schema)))
    assert read.problem(answer(body)) == words


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    file = tmp_path / "my schema.json"
    file.write_text("\ufeff" + json.dumps(SCHEMA), encoding="utf-8")
    return file


def test_a_schema_says_where_it_is_broken(schema: Path) -> None:
    check = pickle.loads(pickle.dumps(parse_check(f"body fits schema {schema}")))
    assert check.problem(answer()) is None
    assert check.problem(answer({"items": [], "total": 0})) == (
        "0 is less than the minimum of 1 (at $['total'])"
    )
    assert check.problem(answer([])) == '[] is not of type "object" (at $)'
    of_items = parse_check(f"$.items[0] fits schema {schema}")
    assert of_items.problem(answer()) == '"items" is a required property (at $)'


@pytest.mark.parametrize(
    "written, words",
    [
        (None, "No such file"),
        ("{", "Expecting property name"),
        ('{"type": "nonsense"}', "nonsense"),
        ('{"$ref": "http://127.0.0.1:1/other.json"}', "put all of it into one file"),
    ],
)
def test_a_file_without_a_schema_is_refused(
    tmp_path: Path, written: str | None, words: str
) -> None:
    file = tmp_path / "schema.json"
    if written is not None:
        file.write_text(written)
    with pytest.raises(BadCheck, match=words):
        parse_check(f"body fits schema {file}")


BAD = {
    "": "nothing in an answer; write for example",
    "items is not empty": "'items' is nothing in an answer",
    "statsu = 3": "Did you mean 'status'",
    "header": "Did you mean 'header ETag'",
    "$.a b = 3": "'b = 3' says nothing of it",
    "$.": "no place in a JSON document",
    "$[ = 1": "no place in a JSON document",
    "$.a": "nothing is said of $.a",
    "$.a <": "nothing stands behind '<'",
    "$.a < x": "'x' is no number",
    "$.a < true": "'true' is no number",
    "$.a is one of ,,": "nothing stands behind 'is one of'",
    "$.a is empty x": "'x' stands behind 'is empty'",
    "$.a is emtpy": "write empty, or \"emtpy\"",
    "$.a is nott empty": "write not empty, or",
    "$.a is True": "write true, or",
    "$.a matches (": "no regular expression",
    "status contains 2": "status is a number",
    "status = 2xx": "more than one status",
    "status = 700": "write statuses like",
    "size = 3": "no size",
    "time < 5": "has no unit",
    "time is one of 1 s, 2 s": "time is a number",
    "count of $.a = 1.5": "no whole number",
    "header X is a number": "header X is always text",
    "body exists": "a body is always there",
    "header X fits schema y": "a schema describes JSON",
}  # fmt: skip


@pytest.mark.parametrize("check", BAD)
def test_what_cannot_be_read_is_said_in_a_sentence(check: str) -> None:
    with pytest.raises(BadCheck, match="cannot be read: ") as caught:
        parse_check(check)
    assert BAD[check] in caught.value.problem
    assert "\n" not in str(caught.value)


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="sample='0 %' looks at no answer"):
        parse_check("status = 200", Percent(0))


@pytest.mark.parametrize(
    "check",
    ["body matches " + "(" * 3_000, "$" + "[" * 3_000 + " exists", f"$[{'9' * 5_000}] exists"],
)
def test_what_is_nested_or_long_beyond_measure_is_refused(check: str) -> None:
    with pytest.raises(BadInput):
        parse_check(check)


def test_an_answer_that_is_nested_too_deeply_fails_its_check() -> None:
    answer = Answer(200, [], b"[" * 900 + b"]" * 900, whole=True)
    assert parse_check("$..id exists").problem(answer) == (
        "the body is nested too deeply to look into"
    )
