"""Answers from lists of chunks: no socket."""

from __future__ import annotations

from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.engine.http1 import HEAD_LIMIT, AnswerReader, HeadReader, NotHttp

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"
)
INFORMED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + PLAIN
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"


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
    made = AnswerReader()
    assert [made.feed(piece) for piece in pieces] == [None] * len(cuts) + [status]
    assert made.keep_alive is reusable


def test_a_connection_serves_many_requests() -> None:
    made = AnswerReader()
    for _ in range(3):
        for answer, status in ((PLAIN, 200), (CHUNKED, 201), (INFORMED, 200), (EMPTY, 204)):
            assert made.feed(answer) == status
            assert made.keep_alive
            assert made.head == b""


@pytest.mark.parametrize(
    "head, status, keep_alive",
    [
        (PLAIN.removesuffix(b"hello"), 200, True),
        (INFORMED.removesuffix(b"hello"), 200, True),
        (LAST.removesuffix(b"ok"), 200, False),
        (OLD.removesuffix(b"ok"), 200, False),
        (EMPTY, 204, True),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 404, True),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200, True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, True),
    ],
)
@settings(deadline=None, derandomize=True, max_examples=30)
@given(data=st.data())
def test_an_answer_to_head_ends_with_its_headers(
    head: bytes, status: int, keep_alive: bool, data: st.DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(1, len(head) - 1), unique=True).map(sorted))
    pieces = [head[a:b] for a, b in zip([0, *cuts], [*cuts, len(head)], strict=True)]
    made = HeadReader()
    assert [made.feed(piece) for piece in pieces] == [None] * len(cuts) + [status]
    assert made.keep_alive is keep_alive


def test_headers_without_an_end_are_no_answer() -> None:
    made = AnswerReader()
    made.feed(b"HTTP/1.1 200 OK\r\n")
    line = b"X-More: and more\r\n"
    for _ in range(HEAD_LIMIT // len(line) - 1):
        made.feed(line)
    with pytest.raises(NotHttp, match="do not end"):
        made.feed(line)


def test_a_server_that_closes_after_an_informational_answer_has_not_answered() -> None:
    made = AnswerReader()
    assert made.feed(b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n") is None
    assert made.eof() is None


def test_a_body_without_a_length_ends_when_the_server_closes() -> None:
    made = AnswerReader()
    assert made.feed(b"HTTP/1.1 200 OK\r\n\r\nhel") is None
    assert made.feed(b"lo") is None
    assert made.eof() == 200


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-", PLAIN[:-1], CHUNKED[:-8]])
def test_a_server_that_closes_too_early_has_not_answered(sent: bytes) -> None:
    made = AnswerReader()
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
        AnswerReader().feed(sent)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    made = AnswerReader()
    try:
        made.feed(data)
    except NotHttp:
        return
    made.eof()


# What fuzzing has found.


def test_empty_lines_before_an_answer_are_not_the_end_of_its_headers() -> None:
    made = AnswerReader()
    assert made.feed(b"\r\n\r\n" + PLAIN[:-2]) is None
    assert made.eof() is None


@pytest.mark.parametrize("sent", [b"HTTP/1.0 100 Continue\r\n\r\n", b"HTTP/1.1 010 No\r\n\r\n"])
def test_what_is_no_final_status_ends_no_request(sent: bytes) -> None:
    made = AnswerReader()
    assert made.feed(sent) is None
    assert made.eof() is None


def test_a_body_in_a_coding_other_than_chunks_ends_when_the_server_closes() -> None:
    made = AnswerReader()
    assert made.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n\x1f\x8b") is None
    assert made.eof() == 200


@pytest.mark.parametrize("header", [b"Connection:close", b"connection: x, Close"])
def test_an_answer_to_head_closes_however_that_is_written(header: bytes) -> None:
    made = HeadReader()
    assert made.feed(b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n") == 200
    assert not made.keep_alive


def test_a_body_in_answer_to_head_is_the_last_on_its_connection() -> None:
    made = HeadReader()
    assert made.feed(PLAIN) == 200
    assert not made.keep_alive


def test_two_answers_to_head_are_one_too_many() -> None:
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(NotHttp):
        HeadReader().feed(empty + empty)


@pytest.mark.parametrize("reader", [AnswerReader, HeadReader])
def test_headers_that_come_byte_by_byte_are_looked_at_once(reader: type[AnswerReader]) -> None:
    def took_s(count: int) -> float:
        made = reader()
        made.feed(b"HTTP/1.1 200 OK\r\nX-Long: ")
        before = thread_time()
        for _ in range(count):
            made.feed(b"x")
        return thread_time() - before

    once = min(took_s(60_000) for _ in range(2))
    assert min(took_s(120_000) for _ in range(2)) < 3.2 * once
