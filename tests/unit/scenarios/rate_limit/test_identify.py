"""Which kind of limiter it is, told from what it decided; the truth is each limiter's own code."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from ApiLoadLibrary.scenarios.rate_limit.decisions import Decisions, decisions
from ApiLoadLibrary.scenarios.rate_limit.fitting import Hint
from ApiLoadLibrary.scenarios.rate_limit.identify import Identity, identify
from ApiLoadLibrary.scenarios.rate_limit.identify_plan import identifying_offsets
from ApiLoadLibrary.scenarios.rate_limit.models import MODELS, Model
from limited import trace_of
from rig import limiters
from rig.limiters import Limiter

LIMIT, WINDOW = 20, 2.0
KINDS: dict[str, Callable[[], Limiter]] = {
    "fixed_window_by_clock": lambda: limiters.fixed_window_by_clock(LIMIT, WINDOW, 0.7),
    "fixed_window_from_first_hit": lambda: limiters.fixed_window_from_first_hit(LIMIT, WINDOW),
    "sliding_log": lambda: limiters.sliding_log(LIMIT, WINDOW),
    "sliding_counter": lambda: limiters.sliding_counter(LIMIT, WINDOW, 0.7),
    "penal_sliding_log": lambda: limiters.sliding_log_that_punishes(LIMIT, WINDOW),
    "penal_sliding_counter_from_first_hit": lambda: limiters.sliding_counter_that_punishes(
        LIMIT, WINDOW
    ),
    "token_bucket": lambda: limiters.token_bucket(LIMIT / WINDOW, LIMIT),
    "delaying_bucket": lambda: limiters.delaying_bucket(LIMIT / WINDOW, LIMIT),
}


def identity_of(limiter: Limiter, limit: float = LIMIT, window: float = WINDOW) -> Identity:
    offsets = identifying_offsets(limit, window, seed=3)
    seen = decisions(trace_of(offsets, limiter), {200}, 429)
    return identify(seen, Hint(limit, window))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_from_all_others(kind: str) -> None:
    found = identity_of(KINDS[kind]())
    assert found.kind == kind, found.reason
    assert found.mismatch_percent is not None
    assert found.mismatch_percent < 1
    settings = found.settings
    if "limit" in settings:
        assert settings["limit"] == LIMIT
        tolerance = 0.05 if kind.startswith("penal") else 0.01
        assert settings["window_s"] == pytest.approx(WINDOW, rel=tolerance)
    else:
        assert settings["rate_per_s"] == pytest.approx(LIMIT / WINDOW, rel=0.01)
        assert settings["burst"] == LIMIT
    assert found.runner_up is not None
    assert found.runner_up.model.words != found.words


@pytest.mark.parametrize("kind", ["sliding_log", "fixed_window_by_clock", "token_bucket"])
def test_the_hint_may_be_off(kind: str) -> None:
    found = identity_of(KINDS[kind](), limit=1.3 * LIMIT, window=0.75 * WINDOW)
    assert found.kind == kind, found.reason


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.name)
def test_a_setting_misses_as_much_whatever_is_tried_beside_it(model: Model) -> None:
    """Settings that share a window and a phase, and those that do not, in no order."""
    offsets = identifying_offsets(LIMIT, WINDOW, seed=3)[:200]
    seen = decisions(trace_of(offsets, KINDS["sliding_counter"]()), {200}, 429)
    dice = np.random.default_rng(2)
    tried = {name: dice.choice([0.3, 1.9, 2.0, 18.5, 20.0], 40) for name in model.settings}
    together = model.misses(tried, seen)
    alone = [
        model.misses({name: values[[place]] for name, values in tried.items()}, seen)[0]
        for place in range(40)
    ]
    assert list(together) == alone
    assert len(set(alone)) > 5


def test_one_at_a_time_is_a_bucket() -> None:
    found = identity_of(limiters.token_bucket(10, 1), limit=10, window=1)
    assert found.kind == "token_bucket", found.reason
    assert found.settings["burst"] == 1
    assert found.settings["rate_per_s"] == pytest.approx(10, rel=0.02)


def test_a_line_without_an_end_is_found_by_how_long_requests_wait() -> None:
    found = identity_of(limiters.delaying_bucket(10, 100_000))
    assert found.kind == "delaying_bucket"
    assert found.settings == {"rate_per_s": pytest.approx(10, rel=0.01)}


def test_where_nothing_is_refused_there_is_nothing_to_classify() -> None:
    found = identity_of(lambda now: 0.0)
    assert found.kind == "unclassified"
    assert "was refused or delayed" in found.reason
    assert found.runner_up is None
    assert found.details()["mismatch_percent"] is None


def test_who_refuses_at_random_is_not_classified() -> None:
    dice = np.random.default_rng(1)
    found = identity_of(lambda now: 0.0 if dice.random() < 0.5 else None)
    assert found.kind == "unclassified"
    assert found.mismatch_percent is not None
    assert found.mismatch_percent > 5
    assert "would have decided" in found.reason


def test_a_limiter_of_no_kind_that_is_known_is_not_classified() -> None:
    """It allows much in one second, and little in the next."""

    def moody(now: float) -> float | None:
        used[math.floor(now)] = used.get(math.floor(now), 0) + 1
        return 0.0 if used[math.floor(now)] <= (3, 17, 8)[math.floor(now) % 3] else None

    used: dict[int, int] = {}
    assert identity_of(moody).kind == "unclassified"


def test_no_decision_at_all_is_nothing_to_classify() -> None:
    nothing = np.empty(0)
    seen = Decisions(nothing, np.empty(0, np.bool_), nothing)
    assert identify(seen, Hint(LIMIT, WINDOW)).kind == "unclassified"


def test_the_plan_takes_about_eighteen_windows_and_goes_forward() -> None:
    offsets = identifying_offsets(LIMIT, WINDOW)
    assert list(offsets) == sorted(offsets)
    assert 10 * WINDOW < offsets[-1] / 1e9 < 20 * WINDOW
    assert len(offsets) < 40 * LIMIT
