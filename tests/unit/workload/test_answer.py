"""Answers that were kept: unpacked, within limits, and read as text or JSON."""

import gzip
import zlib

import pytest

from ApiLoadLibrary.workload.answer import MOST_UNPACKED, Answer, Unreadable

WORDS = b'{"words": "' + b"coffee " * 100 + b'"}'


def answer(body: bytes, *, whole: bool = True, **headers: str) -> Answer:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Answer(200, named, body, whole=whole)


@pytest.mark.parametrize(
    "coding, body",
    [
        ("gzip", gzip.compress(WORDS)),
        ("X-Gzip", gzip.compress(WORDS)),
        ("gzip", gzip.compress(WORDS[:50]) + gzip.compress(WORDS[50:])),
        ("deflate", zlib.compress(WORDS)),
        ("deflate", zlib.compress(WORDS, wbits=-15)),
        ("deflate, gzip", gzip.compress(zlib.compress(WORDS))),
        ("identity", WORDS),
    ],
    ids=["gzip", "x-gzip", "two members", "deflate", "raw deflate", "both", "identity"],
)
def test_bodies_are_unpacked(coding: str, body: bytes) -> None:
    assert answer(body, content_encoding=coding).body == WORDS


@pytest.mark.parametrize(
    "coding, body, words",
    [
        ("gzip", b"\x1f\x8b and no more of it", "says that it is gzip"),
        ("gzip", gzip.compress(WORDS)[:-20], "says that it is gzip"),
        ("lzw", b"abc", "nothing here reads lzw"),
    ],
    ids=["no gzip", "cut short", "unknown"],  # what is packed tells the time: no name for a test
)
def test_what_cannot_be_unpacked_is_said(coding: str, body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        _ = answer(body, content_encoding=coding).body


@pytest.mark.parametrize("packed_twice", [False, True])
def test_a_bomb_is_not_unpacked_beyond_the_limit(packed_twice: bool) -> None:
    bomb = gzip.compress(b"0" * (MOST_UNPACKED * 4))
    coding, bomb = ("gzip, gzip", gzip.compress(bomb)) if packed_twice else ("gzip", bomb)
    with pytest.raises(Unreadable, match="longer than 32 MB when it is unpacked"):
        _ = answer(bomb, content_encoding=coding).body


def test_what_was_not_kept_whole_is_not_read() -> None:
    with pytest.raises(Unreadable, match="longer than the 8 MB that are kept"):
        _ = answer(b"{}", whole=False).document


@pytest.mark.parametrize(
    "body, type_, text",
    [
        ("Käse".encode(), "application/json", "Käse"),
        ("Käse".encode("latin-1"), 'text/plain; charset="ISO-8859-1"', "Käse"),
        (b"K\xe4se", "text/plain", "K�se"),
        ("Käse".encode(), "text/plain; charset=nonsense", "Käse"),
    ],
)
def test_text_is_read_as_its_type_says(body: bytes, type_: str, text: str) -> None:
    assert answer(body, content_type=type_).text == text


@pytest.mark.parametrize(
    "body, words",
    [(b"<html>", "is not JSON"), (b" ", "is empty"), (b"[" * 100_000, "is not JSON")],
)
def test_what_is_not_json_is_said(body: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        _ = answer(body).document


def test_headers_are_found_whatever_their_case_and_joined() -> None:
    made = Answer(200, [(b"vary", b"Accept"), (b"vary", b"Origin")], b"", whole=True)
    assert made.header("Vary") == "Accept, Origin"
    assert made.header("ETag") is None


@pytest.mark.parametrize("codec", ["undefined", "idna", "punycode", "hex", "no-such"])
def test_a_codec_that_is_no_character_set_is_not_used(codec: str) -> None:
    headers = [(b"content-type", f"text/plain; charset={codec}".encode())]
    assert Answer(200, headers, "\xe9".encode(), whole=True).text == "\xe9"


def test_a_body_of_empty_members_without_number_is_given_up() -> None:
    headers = [(b"content-encoding", b"gzip")]
    with pytest.raises(Unreadable, match="more than 100 pieces"):
        _ = Answer(200, headers, gzip.compress(b"") * 400_000, whole=True).body
