"""Foreign input, made up and damaged: a taste of what `tests/fuzz` does at length."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import TARGETS
from strategies import same_every_time

CASES = {"metrics": 25, "imports": 30, "reports": 12}
"""Of those that take long."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_damaged_is_read_or_refused(name: str) -> None:
    @given(st.randoms(use_true_random=False))
    @settings(same_every_time, max_examples=CASES.get(name, 120))
    def judge(random: Random) -> None:
        TARGETS[name](random)

    judge()
