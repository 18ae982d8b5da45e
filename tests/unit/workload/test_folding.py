"""Paths of a suite's own requests: what differs from request to request is folded away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.workload.endpoint import check_name
from ApiLoadLibrary.workload.folding import folded


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/orders/123", "/orders/{id}"),
        ("/orders/123/lines/4", "/orders/{id}/lines/{id}"),
        ("/orders?limit=5", "/orders"),
        ("/orders/5a81c2f0-9d1e-4c3a-8b7f-0123456789ab", "/orders/{id}"),
        ("/blobs/DEADBEEF01", "/blobs/{id}"),
        ("/orders/order-123", "/orders/{id}"),
        ("/orders/ORD_2024_17", "/orders/{id}"),
        ("/users/jane@shop.example", "/users/{id}"),
        ("/reset/eyJhbGciOiJIUzI1NiJ9.e30.abc", "/reset/{id}"),
        ("/reports/17.pdf", "/reports/{id}.pdf"),
        ("/api/v2/products", "/api/v2/products"),
        ("/oauth2/token", "/oauth2/token"),
        ("/deadbeefcafe", "/deadbeefcafe"),  # letters alone may be a word
        ("/products-by-category-v2", "/products-by-category-v2"),
        ("/files/logo.png", "/files/logo.png"),
        ("/matrix;v=1/x", "/matrix"),
        ("/a,b", "/a%2Cb"),  # a comma would part two names
        ("/", "/"),
        ("", "/"),
        ("//", "//"),
    ],
)
def test_ids_are_folded_and_words_are_kept(path: str, expected: str) -> None:
    assert folded(path) == expected


@given(st.text(st.characters(codec="ascii", exclude_characters=" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")))
def test_whatever_the_path_it_can_stand_in_a_name_and_folds_once(path: str) -> None:
    once = folded(f"/{path}")
    check_name(f"shop GET {once}")
    assert folded(once) == once
