"""Answers from lists of chunks: no socket."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.engine.http1 import AnswerReader, NotHttp, ReaderState

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
)
INFORMED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + PLAIN
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"


def reader(*, head_only: bool = False) -> AnswerReader:
    made = AnswerReader()
    made.expect(head_only=head_only)
    return made


@pytest.mark.parametrize(
    "answer, status, reusable",
    [
        (PLAIN, 200, True),
        (CHUNKED, 201, True),
        (INFORMED, 200, True),
        (EMPTY, 204, True),
        (LAST, 200, False),
        (OLD, 200, False),
    ],
)
@settings(deadline=None, derandomize=True, max_examples=30)
@given(data=st.data())
def test_the_same_bytes_cut_anywhere_give_the_same_answer(
    answer: bytes, status: int, reusable: bool, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(1, len(answer) - 1), unique=True).map(sorted))
    pieces = [answer[a:b] for a, b in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    made = reader()
    assert [made.feed(piece) for piece in pieces] == [None] * len(cuts) + [status]
    assert made.reusable is reusable


def test_a_connection_serves_many_requests_those_of_head_too() -> None:
    made = AnswerReader()
    for head_only in (False, True, True, False):
        made.expect(head_only=head_only)
        answer = PLAIN.removesuffix(b"hello") if head_only else PLAIN
        assert made.feed(answer) == 200
        assert made.reusable


def test_a_body_without_a_length_ends_when_the_server_closes() -> None:
    made = reader()
    assert made.feed(b"HTTP/1.1 200 OK\r\n\r\nhel") is None
    assert made.feed(b"lo") is None
    assert made.eof() == 200


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-", PLAIN[:-1], CHUNKED[:-8]])
def test_a_server_that_closes_too_early_has_not_answered(sent: bytes) -> None:
    made = reader()
    if sent:
        assert made.feed(sent) is None
    assert made.eof() is None


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01garbage\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        PLAIN + PLAIN,
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    ],
)
def test_what_is_not_an_answer_is_refused(sent: bytes) -> None:
    with pytest.raises(NotHttp):
        reader().feed(sent)


def test_a_reader_that_has_read_nothing_is_empty() -> None:
    made = reader()
    assert made.state is ReaderState.EMPTY
    made.feed(b"H")
    assert made.state is ReaderState.STARTED


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    made = reader()
    try:
        made.feed(data)
    except NotHttp:
        return
    made.eof()
