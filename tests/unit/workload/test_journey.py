"""Journeys as suites write them, and the values that their users take from answers."""

from __future__ import annotations

import json
import pickle

import pytest
import requests

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.answer import Answer
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.journey import Journey, Step, Think
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.taken import Missing, Take

S = 1_000_000_000


def think(low_s: int, high_s: int | None = None) -> Think:
    return Think(Duration(low_s * S), Duration((high_s or low_s) * S))


def test_steps_and_thinking_are_read_in_their_order() -> None:
    written = ["Sign In", "Products", "Think 2 s", "Order", "think 1 s..3 s", "Pay"]
    journey = Journey.parse("Coffee", written, think(5))
    assert journey.steps == (
        Step("Sign In"),
        Step("Products", think(5)),
        Step("Order", think(2)),
        Step("Pay", think(1, 3)),
    )
    assert str(journey.thinking) == "8 s..10 s"
    assert journey.path == "Sign In → Products → Order → Pay"


@pytest.mark.parametrize(
    "written, problem",
    [
        ([], "has no steps"),
        (["Think 1 s", "Pay"], "where no step stands before it"),
        (["Pay", "Think 1 s", "Think 2 s", "Pay"], "where no step stands before it"),
        (["Pay", "Think 1 s"], "ends with 'Think 1 s'"),
        (["Pay", "Think 5", "Pay"], "'5' has no unit"),
        (["Pay", "Think", "Pay"], "a time is missing"),
        (["Pay", "Think 3 s..1 s", "Pay"], "begins with the longer time: write 1 s..3 s"),
        (["Pay", "Coffee"], "has a step of the same name"),
    ],
)
def test_what_is_no_journey_is_told(written: list[str], problem: str) -> None:
    with pytest.raises(BadInput, match="Journey 'Coffee'") as error:
        Journey.parse("Coffee", written)
    assert problem in str(error.value)


def test_thinking_lies_between_its_two_times_and_reaches_both() -> None:
    some = Think(Duration(10), Duration(13))
    assert {some.ns(noise) for noise in range(100)} == {10, 11, 12, 13}


def answer(body: object, **headers: str) -> Answer:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Answer(200, pairs, json.dumps(body).encode(), whole=True)


def test_values_are_taken_from_bodies_and_headers() -> None:
    given = answer({"items": [{"id": 7}, {"id": "x"}]}, location="/orders/1")
    assert Take.parse("Product", "$.items[1].id").value(given) == "x"
    assert Take.parse("first", "$.items[*].id").value(given) == 7
    assert Take.parse("order", "header Location").value(given) == "/orders/1"
    assert pickle.loads(pickle.dumps(Take.parse("a", "$.b"))) == Take.parse("A", "$.b")


@pytest.mark.parametrize("place", ["$.items[9].id", "$.nothing", "$.null", "header X-None"])
def test_a_value_that_is_not_there_is_missing(place: str) -> None:
    with pytest.raises(Missing):
        Take.parse("value", place).value(answer({"items": [], "null": None}))


def test_an_answer_that_is_no_json_lacks_every_value() -> None:
    with pytest.raises(Missing):
        Take.parse("value", "$.a").value(Answer(200, [], b"<html>", whole=True))


@pytest.mark.parametrize(
    "name, place", [("two words", "$.a"), ("a", "a"), ("a", ""), ("a", "$["), ("a", "header ")]
)
def test_what_is_no_place_in_an_answer_is_told(name: str, place: str) -> None:
    with pytest.raises(BadInput):
        Take.parse(name, place)


def rendered(endpoint: Endpoint, **values: object) -> bytes:
    template = prepare(
        endpoint, "http://shop.example", requests.Session(), "r" * 32, 0, taken=values.keys()
    )
    assert template.takes <= values.keys()
    return template.user_renderer()(0, values)


def test_each_value_is_encoded_for_the_place_where_it_stands() -> None:
    json_body = {"whole": "{{n}}", "part": "no {{n}} {{text}}", "deep": ["{{data}}"]}
    endpoint = Endpoint(
        *("Pay", "POST", "/pay/{{text}}?q={{ text }}"),
        headers={"X-Text": "a {{Text}}"},
        json=json_body,
    )
    request = rendered(endpoint, n=7, text='ü "/&', data={"a": [True]})
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /pay/%C3%BC%20%22%2F%26?q=%C3%BC%20%22%2F%26 HTTP/1.1")
    assert 'X-Text: a ü "/&'.encode("latin-1") in head
    assert json.loads(body) == {"whole": 7, "part": 'no 7 ü "/&', "deep": [{"a": [True]}]}
    assert f"Content-Length: {len(body)}".encode() in head
    form = rendered(Endpoint("F", "POST", "/", data={"a": "{{text}}"}), text="a&b=c")
    assert form.endswith(b"a=a%26b%3Dc")


@pytest.mark.parametrize("hostile", ["a\r\nX-Evil: 1", "\u2028", "a\nb", "\x00"])
def test_a_value_that_would_break_out_of_a_header_is_not_sent(hostile: str) -> None:
    endpoint = Endpoint("Pay", "GET", "/", headers={"X-Text": "{{text}}"})
    with pytest.raises(ValueError, match="cannot stand in a header"):
        rendered(endpoint, text=hostile)


def test_a_value_that_nobody_takes_is_told() -> None:
    with pytest.raises(BadInput, match=r"'\{\{product\}\}' is no value .*`Take From Answer`"):
        rendered(Endpoint("Pay", "GET", "/{{product}}"))
