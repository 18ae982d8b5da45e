"""What a probe finds, of limiters whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pytest

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.scenarios.rate_limit.contract import Contract
from ApiLoadLibrary.scenarios.rate_limit.outcome import Outcome, Terms, outcome_of
from ApiLoadLibrary.scenarios.rate_limit.probe import probe_of
from ApiLoadLibrary.scenarios.rate_limit.readings import readings_of
from ApiLoadLibrary.values import Rate
from limited import Headers, no_headers, run_of, trace_of
from rig import limiters
from rig.limiters import Limiter

OK = frozenset({200})
LIMIT, WINDOW = 50, 5.0


def everything(_now: float) -> float | None:
    return 0.0


def probed(
    limiter: Limiter,
    *,
    burst: int | None = None,
    rate: str = "50/5 s",
    refused: int = 429,
    refused_with: int = 429,
    headers: Headers = no_headers,
    others: Iterable[Exchange] = (),
    names: tuple[str, ...] = (),
) -> Outcome:
    probe = probe_of(Contract(Rate.parse(rate), burst))
    trace = trace_of(probe.offsets, limiter, refused=refused, headers=headers)
    terms = Terms(OK, refused_with, tuple((name, OK) for name in names))
    return outcome_of(run_of([*trace, *others]), probe, terms)


def reading(found: Outcome, name: str) -> Reading:
    return next(each for each in readings_of(found) if each.metric == name)


WINDOWS: list[tuple[str, Callable[[], Limiter]]] = [
    ("from the first hit", lambda: limiters.fixed_window_from_first_hit(LIMIT, WINDOW)),
    *(
        (f"by the clock from {phase}", lambda p=phase: limiters.fixed_window_by_clock(50, 5, p))
        for phase in (0.0, 1.3, 2.6, 4.9)
    ),
    ("log", lambda: limiters.sliding_log(LIMIT, WINDOW)),
    ("counter", lambda: limiters.sliding_counter(LIMIT, WINDOW)),
    ("penal log", lambda: limiters.sliding_log_that_punishes(LIMIT, WINDOW)),
    ("penal counter", lambda: limiters.sliding_counter_that_punishes(LIMIT, WINDOW)),
]


@pytest.mark.parametrize("name, make", WINDOWS, ids=[name for name, _ in WINDOWS])
def test_a_limiter_that_keeps_its_contract_is_effective_and_its_limit_is_found(
    name: str, make: Callable[[], Limiter]
) -> None:
    found = probed(make())
    assert found.effectiveness_percent == 100
    assert found.limit_found == pytest.approx(LIMIT, rel=0.04)
    assert reading(found, "false refusals").value == 0
    assert reading(found, "wrong refusals").value == 0
    assert not found.shaping
    assert found.admission.starved == name.startswith("penal")


@pytest.mark.parametrize("rate, burst", [("10/s", 20), ("10/s", 1), ("10/s", 50), ("5/2 s", 3)])
def test_of_a_bucket_rate_and_burst_are_found(rate: str, burst: int) -> None:
    per_s = float(Rate.parse(rate).per_second)
    found = probed(limiters.token_bucket(per_s, burst), rate=rate, burst=burst)
    assert found.effectiveness_percent == 100
    limit = float(Rate.parse(rate).count)
    assert found.limit_found == pytest.approx(limit, rel=0.1)
    assert found.burst_found == pytest.approx(burst, abs=max(1.0, 0.1 * burst))
    assert found.over_admission_percent == 0
    assert reading(found, "false refusals").value == 0


def test_without_a_limiter_not_one_request_is_refused_and_that_is_said() -> None:
    found = probed(everything)
    effect = reading(found, "rate limiting effectiveness")
    assert effect.value == 0
    assert effect.reason == (
        "not one of 78 requests beyond the limit was refused; there seems to be no limit here"
    )
    for name in ("wrong refusals", "honest retry-after", "refusal time"):
        assert reading(found, name).value is None
        assert reading(found, name).reason == "nothing was refused"
    assert reading(found, "over-admission").value == pytest.approx(100, abs=10)
    assert found.limit_found is None


def test_a_limiter_that_allows_too_much_is_not_effective_and_admits_too_much() -> None:
    found = probed(limiters.sliding_log(90, WINDOW))
    assert 0 < (found.effectiveness_percent or 0) < 60
    assert found.over_admission_percent == pytest.approx(80, abs=3)
    assert "requests, of which" in reading(found, "rate limiting effectiveness").basis


def test_two_windows_that_meet_admit_too_much() -> None:
    """A fixed window of the clock allows a whole limit before its edge, and another behind it."""
    start_s = probe_of(Contract(Rate.parse("50/5 s"))).above_ns[0] / 1e9
    edge = math.fmod(start_s + 2.5, WINDOW)
    found = probed(limiters.fixed_window_by_clock(LIMIT, WINDOW, edge))
    assert found.effectiveness_percent == 100
    assert 80 <= found.over_admission_percent <= 100


def test_refusals_below_the_limit_are_false() -> None:
    found = probed(limiters.sliding_log(20, WINDOW))
    false = reading(found, "false refusals")
    assert false.value == pytest.approx(50)
    assert false.reason == "20 of 40 requests below the limit were turned away"


def test_another_status_is_a_wrong_refusal_unless_it_was_stated() -> None:
    found = probed(limiters.sliding_log(LIMIT, WINDOW), refused=503)
    assert found.effectiveness_percent == 0
    assert reading(found, "wrong refusals").value == 100
    said = reading(found, "rate limiting effectiveness").reason
    assert said.startswith("not one of 78 requests beyond the limit was refused with 429; ")
    assert said.endswith("answers had status 503; if that refuses, write refused_with=503")
    stated = probed(limiters.sliding_log(LIMIT, WINDOW), refused=503, refused_with=503)
    assert stated.effectiveness_percent == 100
    assert reading(stated, "wrong refusals").value == 0


def test_a_limiter_that_only_delays_is_called_shaping() -> None:
    found = probed(limiters.delaying_bucket(10, 100_000))
    assert found.shaping
    assert found.line is not None
    assert found.line.rate_per_s == pytest.approx(10, rel=0.01)
    assert "not refused but delayed: they leave at 10 a second" in (
        reading(found, "rate limiting effectiveness").reason
    )
    assert (reading(found, "slow-down while limited").value or 0) > 100


def test_a_limiter_that_delays_and_refuses_the_rest_does_not_only_delay() -> None:
    found = probed(limiters.delaying_bucket(10, 20), rate="10/s", burst=20)
    assert not found.shaping
    assert found.line is not None
    assert found.effectiveness_percent == 100


def waiting(limiter_window: float, wrong_by: float = 0.0) -> tuple[Limiter, Headers]:
    """A log that says when its oldest request will be forgotten, rounded up, and so wrong."""
    times: list[float] = []

    def admit(now: float) -> float | None:
        while times and times[0] <= now - limiter_window:
            times.pop(0)
        if len(times) >= LIMIT:
            return None
        times.append(now)
        return 0.0

    def headers(now: float, accepted: bool) -> dict[str, str]:
        if accepted:
            return {}
        left = times[0] + limiter_window - now + wrong_by
        return {"retry-after": str(max(0, math.ceil(left)))}

    return admit, headers


def test_a_retry_after_that_keeps_its_word_is_honest() -> None:
    limiter, headers = waiting(WINDOW)
    found = probed(limiter, headers=headers)
    trials = found.retry_after.trials
    assert found.retry_after.honest_percent == 100
    assert any(each.early for each in trials)
    assert any(not each.early and each.accepted for each in trials)


@pytest.mark.parametrize(
    "wrong_by, said",
    [(-3.0, "was refused again"), (60.0, "was accepted, so it could have come earlier")],
)
def test_a_retry_after_that_does_not_keep_its_word_is_not(wrong_by: float, said: str) -> None:
    limiter, headers = waiting(WINDOW, wrong_by)
    honest = reading(probed(limiter, headers=headers), "honest retry-after")
    assert honest.value is not None
    assert honest.value < 100
    assert said in honest.reason


def test_refusals_without_a_retry_after_are_not_honest() -> None:
    honest = reading(probed(limiters.sliding_log(LIMIT, WINDOW)), "honest retry-after")
    assert honest.value == 0
    assert "refusals had a Retry-After" in honest.reason
    unreadable = probed(
        limiters.sliding_log(LIMIT, WINDOW), headers=lambda _now, _accepted: {"retry-after": "soon"}
    )
    assert reading(unreadable, "honest retry-after").value == 0
    assert unreadable.retry_after.present > 0
    assert unreadable.told.malformed > 0


def test_bystanders_are_undisturbed_unless_they_are_refused_or_slow() -> None:
    probe = probe_of(Contract(Rate.parse("50/5 s")))
    quiet = trace_of(probe.bystanders, everything, place=1)
    limiter = limiters.sliding_log(LIMIT, WINDOW)
    assert reading(probed(limiter), "disturbed bystanders").value is None
    found = probed(limiter, others=quiet, names=("Orders",))
    assert reading(found, "disturbed bystanders").value == 0
    start = probe.above_ns[0]
    slowed = [
        replace_done(each, 500) if each.scheduled_ns > start + 5 * 10**9 else each for each in quiet
    ]
    found = probed(limiter, others=slowed, names=("Orders",))
    disturbed = reading(found, "disturbed bystanders")
    assert 30 < (disturbed.value or 0) < 90
    assert "to Orders 0 were refused, 0 failed and" in disturbed.reason


def replace_done(each: Exchange, service_ms: int) -> Exchange:
    return each._replace(done_ns=each.sent_ns + service_ms * 10**6)


def test_a_probe_that_was_cut_short_has_nothing_to_say_but_says_it() -> None:
    probe = probe_of(Contract(Rate.parse("50/5 s")))
    found = outcome_of(run_of([]), probe, Terms(OK, 429, (("Orders", OK),)))
    assert all(each.value is None for each in readings_of(found))
    assert all(each.reason for each in readings_of(found))
    assert found.details()["effectiveness_percent"] is None


def test_details_can_be_written_as_json_and_name_their_units() -> None:
    limiter, headers = waiting(WINDOW)
    details = probed(limiter, headers=headers, burst=None).details()
    assert details["contract"]["window_s"] == 5
    assert details["retry_after"]["honest_percent"] == 100
    assert len(details["curve"]["most_accepted"]) == len(details["curve"]["allowed"]) == 61
