"""All generations of headers that tell of a rate limit, and what is malformed among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.scenarios.rate_limit.headers import TRACED, Told, read_headers
from ApiLoadLibrary.values import NS_PER_S
from strategies import same_every_time

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
EPOCH = round(NOW.timestamp())
S = NS_PER_S

FORMS = [
    (
        "the current draft",
        {"ratelimit": '"a";r=5;t=3', "ratelimit-policy": '"a";q=50;w=5;burst=20'},
        [Told("RateLimit", "a", 50, 5 * S, 5, 3 * S, "seconds")],
    ),
    (
        "the current draft with two policies",
        {"ratelimit": '"day";r=7;t=9', "ratelimit-policy": '"burst";q=9;w=60,"day";q=99;w=86400'},
        [
            Told("RateLimit", "day", 99, 86_400 * S, 7, 9 * S, "seconds"),
            Told("RateLimit", "burst", 9, 60 * S),
        ],
    ),
    (
        "draft 07",
        {"ratelimit": "limit=100, remaining=50, reset=5", "ratelimit-policy": "100;w=60"},
        [Told("RateLimit of draft 07", None, 100, 60 * S, 50, 5 * S, "seconds")],
    ),
    (
        "three fields",
        {"ratelimit-limit": "100", "ratelimit-remaining": "0", "ratelimit-reset": "7"},
        [Told("RateLimit-*", None, 100, None, 0, 7 * S, "seconds")],
    ),
    (
        "three fields with the window",
        {"ratelimit-limit": "100, 10;w=1, 100;w=60", "ratelimit-remaining": "0"},
        [Told("RateLimit-*", None, 100, 60 * S, 0)],
    ),
    (
        "X- with seconds left",
        {"x-ratelimit-limit": "100", "x-ratelimit-reset": "4"},
        [Told("X-RateLimit-*", None, 100, None, None, 4 * S, "seconds")],
    ),
    (
        "X- with milliseconds left",
        {"x-ratelimit-limit": "100", "x-ratelimit-reset": "4500"},
        [Told("X-RateLimit-*", None, 100, None, None, 4_500_000_000, "ms")],
    ),
    (
        "X- with an epoch",
        {"x-rate-limit-limit": "15", "x-rate-limit-reset": str(EPOCH + 3)},
        [Told("X-Rate-Limit-*", None, 15, None, None, 3 * S, "epoch")],
    ),
    (
        "X- with an epoch in milliseconds",
        {"x-ratelimit-limit": "15", "x-ratelimit-reset": str(EPOCH * 1000 + 2500)},
        [Told("X-RateLimit-*", None, 15, None, None, 2_500_000_000, "epoch in ms")],
    ),
    (
        "X- with a date",
        {"x-ratelimit-limit": "15", "x-ratelimit-reset": "Thu, 01 Jan 2026 12:00:08 GMT"},
        [Told("X-RateLimit-*", None, 15, None, None, 8 * S, "date")],
    ),
    (
        "X- with a date of ISO 8601",
        {"x-ratelimit-limit": "15", "x-ratelimit-reset": "2026-01-01T12:00:08Z"},
        [Told("X-RateLimit-*", None, 15, None, None, 8 * S, "date")],
    ),
    (
        "X- with fractions of a second left",
        {"x-ratelimit-limit": "15", "x-ratelimit-reset-after": "1.25"},
        [Told("X-RateLimit-*", None, 15, None, None, 1_250_000_000, "seconds")],
    ),
    (
        "one for each window",
        {"x-ratelimit-limit-minute": "90", "x-ratelimit-remaining-minute": "4"},
        [Told("X-RateLimit-*-Minute", "minute", 90, 60 * S, 4)],
    ),
]


@pytest.mark.parametrize("form, headers, told", FORMS, ids=[form for form, *_ in FORMS])
def test_every_form_is_understood(form: str, headers: dict[str, str], told: list[Told]) -> None:
    answer = read_headers(headers, NOW, 5 * S)
    assert list(answer.told) == told
    assert answer.malformed == ()
    assert set(headers) <= TRACED, "a probe would not keep them"


@pytest.mark.parametrize(
    "text, wait_ns",
    [
        ("3", 3 * S),
        ("0", 0),
        ("Thu, 01 Jan 2026 12:00:09 GMT", 9 * S),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, wait_ns: int | None) -> None:
    answer = read_headers({"retry-after": text}, NOW)
    assert answer.retry_after_ns == wait_ns
    assert answer.has_retry_after
    assert answer.malformed == (() if wait_ns is not None else (f"Retry-After: {text}",))


def test_dates_are_held_against_the_servers_own_clock() -> None:
    ahead = {
        "date": "Thu, 01 Jan 2026 13:00:00 GMT",
        "retry-after": "Thu, 01 Jan 2026 13:00:04 GMT",
    }
    assert read_headers(ahead, NOW).retry_after_ns == 4 * S


def test_what_is_malformed_is_ignored_and_said() -> None:
    headers = {
        "ratelimit": '"a;r=5',
        "ratelimit-policy": ";;",
        "x-ratelimit-limit": "many",
        "x-ratelimit-remaining": "-1",
        "x-ratelimit-reset": "later",
    }
    answer = read_headers(headers, NOW)
    assert answer.told == ()
    assert len(answer.malformed) >= 4
    assert "X-RateLimit-Remaining: -1" in answer.malformed


def test_no_header_tells_nothing() -> None:
    answer = read_headers({}, NOW)
    assert (answer.told, answer.malformed, answer.retry_after_ns) == ((), (), None)
    assert not answer.has_retry_after


@same_every_time
@given(st.dictionaries(st.sampled_from(sorted(TRACED)), st.text(max_size=30)))
def test_no_header_whatever_raises_anything(headers: dict[str, str]) -> None:
    answer = read_headers(headers, NOW, 5 * S)
    assert all(each.reset_ns is None or each.reset_ns >= 0 for each in answer.told)


@same_every_time
@given(st.integers(0, 10**13), st.sampled_from(["x-ratelimit-reset", "retry-after"]))
def test_any_number_is_a_time_of_0_or_more(number: int, name: str) -> None:
    answer = read_headers({name: str(number)}, NOW)
    waits = [answer.retry_after_ns, *(each.reset_ns for each in answer.told)]
    assert all(each is None or each >= 0 for each in waits)


@same_every_time
@given(st.timedeltas(timedelta(0), timedelta(days=1)).map(lambda each: round(each.total_seconds())))
def test_an_epoch_and_the_seconds_left_mean_the_same(left: int) -> None:
    as_epoch = read_headers({"x-ratelimit-reset": str(EPOCH + left)}, NOW)
    as_seconds = read_headers({"x-ratelimit-reset": str(left)}, NOW)
    assert as_epoch.told[0].reset_ns == as_seconds.told[0].reset_ns == left * S


@pytest.mark.parametrize(
    "text", ["Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "\u0663", "1e9", "9" * 5_000]
)
def test_a_number_beyond_measure_is_malformed(text: str) -> None:
    told = read_headers({"retry-after": text}, NOW)
    assert (told.retry_after_ns, told.malformed) == (None, (f"Retry-After: {text}",))


def test_odd_spaces_around_a_number_are_none_of_it() -> None:
    headers = {"retry-after": "1\x1e", "x-ratelimit-remaining": "\x1c5"}
    told = read_headers(headers, NOW)
    assert told.retry_after_ns == 10**9
    assert told.told[0].remaining == 5
