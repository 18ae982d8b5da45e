"""Ids by which a request is found again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.workload.tracing import RequestIds

RUN = "0123456789abcdef0123456789abcdef"
HEADERS = re.compile(
    rb"X-Request-Id: ([0-9a-f]{32})\r\ntraceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-01\r\n"
)


@given(st.integers(0, 10_000), st.integers(0, 2**47))
def test_both_headers_carry_the_id_that_can_be_computed_afterwards(
    place: int, arrival: int
) -> None:
    ids = RequestIds(RUN, place)
    found = HEADERS.fullmatch(ids.between(b"", b"")(arrival))
    assert found
    request_id, trace_id, span_id = (each.decode() for each in found.groups())
    assert ids.of(arrival) == request_id == trace_id
    assert request_id == RUN[:16] + span_id
    assert int(span_id, 16)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10**9)), unique=True))
def test_no_two_requests_of_a_run_share_an_id(requests: list[tuple[int, int]]) -> None:
    found = {RequestIds(RUN, place).of(arrival) for place, arrival in requests}
    assert len(found) == len(requests)


@pytest.mark.parametrize(
    "own, left",
    [
        ((), b"<X-Request-Id: RUNID\r\ntraceparent: 00-RUNID-ID-01\r\n>"),
        (("x-request-id",), b"<traceparent: 00-RUNID-ID-01\r\n>"),
        (("traceparent",), b"<X-Request-Id: RUNID\r\n>"),
        (("traceparent", "x-request-id"), b"<>"),
    ],
)
def test_headers_that_the_endpoint_sets_itself_are_its_own(
    own: tuple[str, ...], left: bytes
) -> None:
    ids = RequestIds(RUN, 0, own)
    number = b"%016x" % (1 << 48 | 5)
    expected = left.replace(b"RUN", RUN[:16].encode()).replace(b"ID", number, 9)
    expected = expected.replace(b"X-Request-" + number, b"X-Request-Id")
    assert ids.between(b"<", b">")(5) == expected
    assert (ids.of(5) is None) == ("x-request-id" in own)
