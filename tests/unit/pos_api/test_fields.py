"""Reading of bodies and parameters: whatever comes, it is a value or a sentence."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from pos_api.errors import ApiError
from pos_api.fields import LARGEST_BODY, Fields, read_fields

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def read(*chunks: bytes, known: tuple[str, ...] = ("amount",)) -> Fields:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks)}
        for index, chunk in enumerate(chunks, start=1)
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    return asyncio.run(read_fields(Request({"type": "http"}, receive), known))


def refusal(*chunks: bytes) -> ApiError:
    with pytest.raises(ApiError) as refused:
        read(*chunks)
    return refused.value


def test_a_body_may_come_in_pieces() -> None:
    assert read(b'{"amo', b'unt": ', b"7}").integer("amount", 1, 9) == 7


def test_a_body_of_the_largest_size_is_read_and_one_byte_more_refused() -> None:
    body = b'{"amount": 7' + b" " * (LARGEST_BODY - 13) + b"}"
    assert read(body).integer("amount", 1, 9) == 7
    assert refusal(body, b" ").status == 413


def error_of(attempt: Callable[[], object]) -> ApiError | None:
    """The answer an attempt ends in, if it does; anything else that is raised fails the test."""
    try:
        attempt()
    except ApiError as error:
        return error
    return None


def sentence_of(error: ApiError) -> str:
    return str(json.loads(bytes(error.response().body))["error"]["message"])


@given(st.binary(max_size=50))
@example(b"\xef\xbb\xbf{}")
@example(b"-Infinity")
def test_any_bytes_are_fields_or_an_answer(body: bytes) -> None:
    error = error_of(lambda: read(body))
    assert error is None or (error.status in {400, 422} and sentence_of(error))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda fields: fields.integer("amount", 1, 10),
        lambda fields: fields.text("amount", 10),
        lambda fields: fields.secret("amount", 10),
        lambda fields: fields.choice("amount", ("eur", "usd")),
        lambda fields: fields.objects("amount", 3, ("quantity",)),
    ],
    ids=["integer", "text", "secret", "choice", "objects"],
)
@given(value=ANYTHING)
@example(value="\ud800")
def test_any_value_is_read_or_named_in_an_answer(
    attempt: Callable[[Fields], object], value: object
) -> None:
    error = error_of(lambda: attempt(Fields({"amount": value}, ("amount",))))
    if error is not None:
        assert error.status == 422
        assert (error.field or "").startswith("amount")
        assert len(sentence_of(error)) < 250


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_whole_numbers_are_read_exactly_within_their_range(
    value: int, lowest: int, width: int
) -> None:
    fields = Fields({"amount": value}, ("amount",))
    if lowest <= value <= lowest + width:
        assert fields.integer("amount", lowest, lowest + width) == value
    else:
        with pytest.raises(ApiError, match="amount must be a whole number"):
            fields.integer("amount", lowest, lowest + width)


@pytest.mark.parametrize("value", [None, "missing"])
def test_an_optional_text_may_be_missing_or_null(value: str | None) -> None:
    members = {"note": None} if value is None else {}
    assert Fields(members, ("note",)).optional_text("note", 10) is None


def test_an_unknown_member_is_told_what_is_known() -> None:
    with pytest.raises(ApiError, match="tabel is not a known field; known are table, note"):
        Fields({"tabel": "T7"}, ("table", "note"))


def test_a_complaint_says_field_value_and_what_is_allowed() -> None:
    (item,) = Fields({"items": [{"quantity": "two"}]}, ("items",)).objects(
        "items", 5, ("quantity",)
    )
    with pytest.raises(ApiError) as refused:
        item.integer("quantity", 1, 100)
    sentence = 'items[0].quantity must be a whole number from 1 to 100; got "two".'
    assert refused.value.message == sentence
