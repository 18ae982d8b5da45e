"""Figures as people read them."""

import pytest

from ApiLoadLibrary.report import formats


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (0, "0 ms"),
        (0.0031, "0.003 ms"),
        (0.42, "0.42 ms"),
        (0.996, "1.0 ms"),
        (9.83, "9.8 ms"),
        (99.96, "100 ms"),
        (611.6, "612 ms"),
        (999.6, "1.00 s"),
        (1_240, "1.24 s"),
        (12_400, "12.4 s"),
        (125_000, "2 min 5 s"),
    ],
)
def test_a_time_has_three_figures_at_most(value, text):
    assert formats.milliseconds(value) == text


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (0, "0 %"),
        (0.04, "0.04 %"),
        (0.004, "0.004 %"),
        (0.00000001, "under 0.0001 %"),
        (61.34, "61.3 %"),
        (61, "61 %"),
        (99.98, "99.98 %"),
        (99.998, "99.998 %"),
        (99.999999, "over 99.9999 %"),
        (100, "100 %"),
    ],
)
def test_a_share_never_looks_like_none_or_all_when_it_is_not(value, text):
    assert formats.percent(value) == text


@pytest.mark.parametrize(
    "value, unit, limit, text",
    [
        (20.0, "ms", 20.0, "20.0 ms"),
        (20.04, "ms", 20.0, "20.04 ms"),
        (19.996, "ms", 20.0, "19.996 ms"),
        (97.99, "%", 98.0, "97.99 %"),
        (1_499.9, "ms", 1_500.0, "1.4999 s"),
        (16.7, "/s", 20.0, "16.7/s"),
        (3.2, "×", 3.0, "3.2 ×"),
        (None, "ms", 20.0, "–"),
    ],
)
def test_a_value_beside_a_limit_looks_equal_to_it_only_if_it_is(value, unit, limit, text):
    assert formats.amount(value, unit, limit) == text


@pytest.mark.parametrize(
    "value, unit, text",
    [
        (20.0, "ms", "20 ms"),
        (0.5, "ms", "0.5 ms"),
        (1_500.0, "ms", "1.5 s"),
        (98.0, "%", "98 %"),
        (16.667, "/s", "16.667/s"),
    ],
)
def test_a_limit_reads_as_it_was_set(value, unit, text):
    assert formats.limit(value, unit) == text


@pytest.mark.parametrize(
    "seconds, text",
    [(0.5, "0.5 s"), (30, "30 s"), (90, "1 min 30 s"), (300, "5 min"), (7_500, "2 h 5 min")],
)
def test_a_span_of_time_is_told_in_the_units_of_a_clock(seconds, text):
    assert formats.duration(seconds) == text


@pytest.mark.parametrize("seconds, text", [(0, "0:00"), (65.9, "1:05"), (3_723, "1:02:03")])
def test_a_moment_in_a_run_reads_like_a_stopwatch(seconds, text):
    assert formats.clock(seconds) == text


@pytest.mark.parametrize(
    "iso, text",
    [
        ("2026-11-23T14:02:03+01:00", "Monday 23 November 2026, 14:02 (UTC+01:00)"),
        ("2026-11-23T14:02:03", "Monday 23 November 2026, 14:02 (no time zone)"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_moment_is_told_with_its_zone(iso, text):
    assert formats.when(iso) == text


def test_bytes_and_traffic_have_their_own_units():
    assert [formats.size(each) for each in (412, 1_234, 7_800_000_000)] == [
        "412 B",
        "1.2 kB",
        "7.8 GB",
    ]
    assert [formats.byte_rate(each) for each in (0, 1_000, 5_250_000)] == [
        "0 bit/s",
        "8 kbit/s",
        "42 Mbit/s",
    ]


def test_characters_that_hide_or_turn_text_are_named():
    assert formats.visible("a\u202eb\u2066\x00\x85\ud800") == (
        "a⟨U+202E⟩b⟨U+2066⟩⟨U+0000⟩⟨U+0085⟩⟨U+D800⟩"
    )
    assert formats.visible("Zürich\n北京\tשלום") == "Zürich\n北京\tשלום"
