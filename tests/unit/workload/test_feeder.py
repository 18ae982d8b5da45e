"""Which arrival gets which row, and how its values stand in requests."""

from __future__ import annotations

import json
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests

from ApiLoadLibrary.errors import BadInput, EngineFailed, UnknownName
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Draw, Draws, Feeder, Order, share_out
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.table import Table

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    file = tmp_path / "users.csv"
    file.write_text('name,age,note\nAda & Co,36,"two\nlines"\nBo,007,é\n', encoding="utf-8")
    return file


@pytest.fixture
def jsonl_file(tmp_path: Path) -> Path:
    file = tmp_path / "goods.jsonl"
    rows = [{"id": 7, "price": 2.5, "of": {"tags": ["a"]}, "name": "tea"}, {"id": 8, "price": None,
            "of": {"tags": []}, "name": '"x"'}]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def feeder(file: Path, order: Order = Order.SEQUENTIAL) -> Feeder:
    return Feeder(file.stem, Table(file), order)


def made(endpoint: Endpoint, *feeders: Feeder) -> RequestTemplate:
    draws = Draws({each.name: each for each in feeders}, 5)
    return prepare(endpoint, "http://shop.example", requests.Session(), RUN, 0, draws=draws)


def sent(template: RequestTemplate, arrival: int) -> tuple[str, Any]:
    head, _, body = pickle.loads(pickle.dumps(template)).renderer()(arrival).partition(b"\r\n\r\n")
    return head.decode("latin-1"), body.decode()


def test_values_stand_in_paths_headers_and_forms_as_it_needs(csv_file: Path) -> None:
    endpoint = Endpoint(
        *("Find", "POST", "/users/{{users.name}}?age={{ users.age }}"),
        headers={"X-Age": "is {{users.age}}"},
        data={"note": "{{Users.note}}"},
    )
    head, body = sent(made(endpoint, feeder(csv_file)), 0)
    assert head.startswith("POST /users/Ada%20%26%20Co?age=36 HTTP/1.1")
    assert "X-Age: is 36\r\n" in head
    assert body == "note=two%0Alines"
    assert sent(made(endpoint, feeder(csv_file)), 3)[1] == "note=%C3%A9"


def test_values_of_csv_are_texts_in_json_unless_a_number_is_asked_for(csv_file: Path) -> None:
    users = feeder(csv_file)
    body = {"name": "{{users.name}}", "age": "{{users.age}}", "all": "{{users.note}} {{users.age}}"}
    template = made(Endpoint("New", "POST", "/", json=body), users)
    assert json.loads(sent(template, 0)[1]) == {
        "name": "Ada & Co",
        "age": "36",
        "all": "two\nlines 36",
    }
    with pytest.raises(BadInput, match=r"'age' of users is no number in row 2 of users.csv"):
        made(Endpoint("New", "POST", "/", json={"age": "{{number users.age}}"}), users)
    csv_file.write_text("age\n36\n-1.5e3\n")
    template = made(
        Endpoint("N", "POST", "/", json={"a": "{{number users.age}}"}), feeder(csv_file)
    )
    assert [sent(template, each)[1] for each in (0, 1)] == ['{"a": 36}', '{"a": -1.5e3}']


def test_values_of_json_lines_keep_their_types(jsonl_file: Path) -> None:
    body = {
        "id": "{{goods.id}}",
        "price": "{{goods.price}}",
        "tags": "{{goods.of.tags}}",
        "name": "{{goods.name}}",
        "text": "no {{goods.id}}",
        "n": "{{number goods.id}}",
    }
    template = made(Endpoint("New", "POST", "/{{goods.id}}", json=body), feeder(jsonl_file))
    assert json.loads(sent(template, 0)[1]) == {
        "id": 7,
        "price": 2.5,
        "tags": ["a"],
        "name": "tea",
        "text": "no 7",
        "n": 7,
    }
    head, second = sent(template, 1)
    assert json.loads(second) == {
        "id": 8,
        "price": None,
        "tags": [],
        "name": '"x"',
        "text": "no 8",
        "n": 8,
    }
    assert head.startswith("POST /8 ")


@pytest.mark.parametrize(
    "written, error, words",
    [
        ("{{usres.name}}", UnknownName, "There is no feeder 'usres'. Did you mean 'users'"),
        (
            "{{users.nmae}}",
            UnknownName,
            "no value in every row of users called 'nmae'. Did you mean 'name'",
        ),
        ("{{users}}", BadInput, "is no value that can be filled in"),
        ("{{number 5}}", BadInput, "is no value that can be filled in"),
    ],
)
def test_what_is_not_there_is_said(
    csv_file: Path, written: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        made(Endpoint("A", "GET", f"/{written}"), feeder(csv_file))


def test_without_a_feeder_none_can_be_named() -> None:
    with pytest.raises(UnknownName, match="none has been defined yet"):
        made(Endpoint("A", "GET", "/{{users.name}}"))


def test_a_value_that_would_end_a_header_is_refused_and_not_shown(csv_file: Path) -> None:
    with pytest.raises(
        BadInput, match="'note' of users cannot stand in a header in row 1"
    ) as error:
        made(Endpoint("A", "GET", "/", headers={"X": "{{users.note}}"}), feeder(csv_file))
    assert "lines" not in str(error.value)


@pytest.mark.parametrize("name", ["counter", "Run", "two words", "", "1st", "a.b"])
def test_some_names_cannot_be_a_feeders(csv_file: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot name a feeder"):
        Feeder(name, Table(csv_file))


# Which row.


@pytest.fixture
def hundred(tmp_path: Path) -> Path:
    file = tmp_path / "rows.csv"
    file.write_text("id\n" + "\n".join(map(str, range(100))))
    return file


def test_sequential_rows_come_over_and_over(hundred: Path) -> None:
    draw = Draw(feeder(hundred), 1)
    assert [draw.number(each) for each in (0, 1, 99, 100, 205)] == [0, 1, 99, 0, 5]


def test_random_rows_are_each_as_likely_and_differ_by_seed(hundred: Path) -> None:
    rows = feeder(hundred, Order.RANDOM)
    drawn = [Draw(rows, 1).number(each) for each in range(10_000)]
    assert drawn != [Draw(rows, 2).number(each) for each in range(10_000)]
    counts = Counter(drawn)
    assert len(counts) == 100
    assert 60 < min(counts.values()) <= max(counts.values()) < 140  # of 100: four sigma are 40


def test_unique_rows_are_shared_out_and_never_given_twice(hundred: Path) -> None:
    rows = feeder(hundred, Order.UNIQUE)
    first, second = Draw(rows, 1), Draw(rows, 2)
    share_out([first, second, first])
    numbers = [draw.number(each) for draw in (first, second) for each in range(10)]
    assert sorted(numbers) == list(range(20))
    assert (first.needs(10), second.needs(10), second.needs(0)) == (19, 20, 0)
    for draw in (first, second):
        draw.use(10)
    assert rows.used == 20
    later = Draw(rows, 3)
    assert later.left == 80
    assert [later.number(each) for each in range(3)] == [20, 21, 22]
    with pytest.raises(EngineFailed, match="rows of rows are used up"):
        later.row(80)


def test_other_orders_use_nothing_up(hundred: Path) -> None:
    rows = feeder(hundred)
    Draw(rows, 1).use(50)
    assert rows.used == 0
