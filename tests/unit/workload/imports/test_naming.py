"""Names for imported endpoints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.workload.endpoint import check_name
from ApiLoadLibrary.workload.imports.naming import Names, words_of
from strategies import same_every_time


@pytest.mark.parametrize(
    "written, name",
    [
        ("listOrders_byUser", "List Orders By User"),
        ("GET /api/v1/orders/{id}", "GET Api V1 Orders Id"),
        ("HTTPServerStatus", "HTTP Server Status"),
        ("All Articles with auth", "All Articles Auth"),
        ("Price of Order, below 5 <= 6", "Price Order 5 6"),
        ("at least one", "Least One"),
        ("Straße über Öl", "Straße Über Öl"),
        ("${secret} @{list} %{HOME}", "Secret List HOME"),
        ("---", ""),
        ("word " * 30, " ".join(["Word"] * 12)),
        ("x" * 200, "X" + "x" * 59),
    ],
)
def test_what_others_call_a_request_becomes_words(written: str, name: str) -> None:
    assert words_of(written) == name


def test_the_first_free_name_is_taken_and_numbers_come_last() -> None:
    names = Names()
    assert names.take("login") == "Login"
    assert names.take("Login", "Auth Login") == "Auth Login"
    assert names.take("LOGIN", "auth login") == "Auth Login 2"
    assert names.take("", "+") == "Request"
    assert names.take("") == "Request 2"
    assert names.take("each endpoint") == "Request 3"


@same_every_time
@given(st.lists(st.text(max_size=20), max_size=12))
def test_whatever_they_are_called_names_may_be_used_and_differ(written: list[str]) -> None:
    names = Names()
    taken = [names.take(each, f"other {each}") for each in written]
    for name in taken:
        check_name(name)
    assert len({name.casefold() for name in taken}) == len(taken)
