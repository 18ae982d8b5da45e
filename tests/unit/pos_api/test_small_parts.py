"""Settings, counters, the payload of a QR code, and what the log hides."""

import logging
from decimal import Decimal

import pytest
import segno.helpers
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_api.counters import RequestCounters
from pos_api.errors import ApiError, StartError
from pos_api.open_banking import epc_payload
from pos_api.quota import read_quota
from pos_api.server import MaskingFormatter
from pos_api.settings import Settings, read_settings
from pos_api.times import read_time


@pytest.mark.parametrize(
    "text, seconds",
    [("500ms", 0.5), ("0.5s", 0.5), ("0.5 s", 0.5), ("1.5 ms", 0.0015), ("0", 0.0), ("60s", 60.0)],
)
def test_delays_are_read_with_their_unit(text: str, seconds: float) -> None:
    assert read_time(text) == seconds


@pytest.mark.parametrize("text", ["500", "1", "", "ms", "-1s", "61s", "nan s", "1e3ms", "1m", "٣s"])
def test_delays_without_a_unit_or_out_of_range_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 500ms or 0\.5s"):
        read_time(text)


@pytest.mark.parametrize(
    "text, quota",
    [("50/5s", (50, 5)), ("600/min", (600, 60)), ("10 / s", (10, 1)), ("7/2h", (7, 7200))],
)
def test_limits_are_read_as_requests_and_seconds(text: str, quota: tuple[int, int]) -> None:
    assert read_quota(text) == quota


@pytest.mark.parametrize("text", ["", "50", "0/5s", "5/0s", "5/25h", "-5/s", "5/5ms", "5/5s5"])
def test_limits_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="50/5s or 600/min"):
        read_quota(text)


def test_settings_have_safe_defaults() -> None:
    assert read_settings([], {}) == Settings()
    assert Settings().host == "127.0.0.1"
    assert Settings().delay_s == 0


def test_the_password_is_not_in_the_settings_when_they_are_printed() -> None:
    with_password = read_settings([], {"POS_API_PASSWORD": "only-here"})
    assert with_password.password == "only-here"
    assert "only-here" not in repr(with_password)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--port", "x"], ["--port", "'x'", "0 to 65535"]),
        (["--port", "-1"], ["--port", "0 to 65535"]),
        (["--operators", "10.1.2.3/24"], ["--operators", "10.1.2.3/24", "10.1.2.0/24"]),
        (["--delay", "500"], ["--delay", "'500'", "500ms"]),
        (["--token-lifetime", "0"], ["--token-lifetime", "'0'", "1 to 86400"]),
        (["--log-level", "trace"], ["--log-level", "'trace'", "debug"]),
        (["--limit", "50"], ["--limit", "'50'", "50/5s"]),
        (["--limiter", "leaky"], ["--limiter", "'leaky'", "moving"]),
        (["--limit-burst", "9"], ["--limit-burst", "--limiter bucket"]),
        (["--fault", "lose-money"], ["--fault", "'lose-money'", "double-charge"]),
        (["--fault", "lose-orders=2"], ["--fault", "'2'", "from 0 to 1"]),
        (["--wrong"], ["--wrong", "--help"]),
        (["--database"], ["--database", "--help"]),
    ],
)
def test_an_argument_that_will_not_do_is_named_with_what_would(
    arguments: list[str], words: list[str]
) -> None:
    with pytest.raises(StartError) as refused:
        read_settings(arguments, {})
    assert all(word in str(refused.value) for word in words), refused.value


@pytest.mark.parametrize("name", ["POS_API_USERNAME", "POS_API_PASSWORD"])
def test_an_empty_credential_is_refused_by_name(name: str) -> None:
    with pytest.raises(StartError, match=name):
        read_settings([], {name: ""})


def test_counts_are_shown_by_method_route_and_status() -> None:
    counters = RequestCounters()
    for status in (201, 422, 201):
        counters.add("POST", "/api/orders", status)
    assert counters.snapshot() == {
        "total": 3,
        "requests": [
            {"method": "POST", "route": "/api/orders", "status": 201, "count": 2},
            {"method": "POST", "route": "/api/orders", "status": 422, "count": 1},
        ],
    }


# Segno leaves a trailing zero of the amount out, the standard allows both: so amounts end in 7.
@settings(max_examples=25)  # each draws two codes
@given(st.integers(0, 9_999_999), st.text("aZ0é☕ ./-", min_size=1, max_size=70).map(str.strip))
def test_the_payload_makes_the_same_code_as_segnos_own_credit_transfer(
    tens_of_cents: int, reference: str
) -> None:
    amount_cents, reference = tens_of_cents * 10 + 7, reference or "x"
    expected = segno.helpers.make_epc_qr(
        name="Corner Coffee GmbH",
        iban="DE89370400440532013000",
        amount=Decimal(amount_cents) / 100,
        text=reference,
        encoding="utf-8",
    )
    payload = epc_payload(amount_cents, reference)
    code = segno.make(payload, error="m", boost_error=False, micro=False, encoding="utf-8")
    assert code.matrix == expected.matrix


def test_a_reference_that_does_not_fit_into_an_epc_code_is_refused() -> None:
    assert len(epc_payload(1, "x" * 140).encode()) <= 331
    with pytest.raises(ApiError, match="reference must be shorter"):
        epc_payload(1, "☕" * 100)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl",
        '"WebSocket /api/ws?access_token=eyJhbGciOi.eyJzdWIi.c2lnbmF0dXJl" [accepted]',
        "GET /api/ws?x=1&access_token=c2lnbmF0dXJl&y=2 HTTP/1.1",
    ],
)
def test_the_log_hides_tokens_and_nothing_else(line: str) -> None:
    record = logging.LogRecord("uvicorn.error", logging.INFO, "", 0, "%s", (line,), None)
    shown = MaskingFormatter("%(message)s").format(record)
    assert "c2lnbmF0dXJl" not in shown
    assert "***" in shown
    assert shown.split(maxsplit=1)[0] == line.split(maxsplit=1)[0]
