"""The search for the highest rate, against servers that are known to the last request."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.scenarios.capacity.search import (
    MOST_HALVINGS,
    MOST_HOLDS,
    End,
    Kind,
    Standing,
    Step,
    Terms,
    Tried,
    confirmation,
    found,
    next_step,
)

HELD, BROKE = Standing.HELD, Standing.BROKE
UNDECIDED, GENERATOR = Standing.UNDECIDED, Standing.GENERATOR
Server = Callable[[Step], Tried]

TERMS = Terms(start=10, precision=0.05)


def searched(server: Server, terms: Terms = TERMS, most: int = 100) -> tuple[list[Tried], End]:
    """All that is tried on a server, and why no more."""
    tried: list[Tried] = []
    for _ in range(most):
        step = next_step(terms, tried)
        if isinstance(step, End):
            return tried, step
        tried.append(server(step))
    raise AssertionError(f"no end after {most} steps: {tried}")


def ceiling(rate: float, told: bool = True) -> Server:
    """A queue that carries so much and no more, and shows by its growth how much."""

    def server(step: Step) -> Tried:
        if step.rate <= rate:
            return Tried(step, HELD)
        return Tried(step, BROKE, rate if told else None)

    return server


def saying(*standings: Standing, then: Server) -> Server:
    """A server that shows this first, whatever the rate."""
    left: Iterator[Standing] = iter(standings)

    def server(step: Step) -> Tried:
        standing = next(left, None)
        return then(step) if standing is None else Tried(step, standing)

    return server


@pytest.mark.parametrize("told", [True, False], ids=["falls behind", "only breaks"])
@pytest.mark.parametrize("rate", [1.1, 9.9, 10, 11, 193, 999, 4_096, 87_654])
def test_a_known_ceiling_is_found_to_within_the_precision(rate: float, told: bool) -> None:
    tried, end = searched(ceiling(rate, told))
    known = found(tried)
    assert end is End.FOUND
    assert known.confirmed
    assert known.held is not None
    assert known.broke is not None
    assert known.held <= rate < known.broke <= known.held * 1.0501


def test_a_server_that_shows_how_much_it_carried_is_found_in_fewer_steps() -> None:
    told, untold = (len(searched(ceiling(193, each))[0]) for each in (True, False))
    assert told < untold
    rates = [each.step.rate for each in searched(ceiling(193), Terms(80, 0.1))[0]]
    assert rates == [80, 160, 320, 184, 202, 202, 184]


def test_a_server_that_carries_far_less_when_it_is_overloaded_misleads_nobody() -> None:
    """It thrashes: what it carried above its ceiling is a tenth of that."""

    def thrashing(step: Step) -> Tried:
        return Tried(step, HELD) if step.rate <= 193 else Tried(step, BROKE, 19.3)

    tried, _ = searched(thrashing)
    held = found(tried).held
    assert held is not None
    assert 183 < held <= 193
    assert len(tried) < 15


@settings(deadline=None)
@given(rate=st.floats(0.2, 1e6), start=st.floats(0.5, 1e4), precision=st.floats(0.01, 0.5))
def test_every_search_ends_and_promises_nothing_that_broke(
    rate: float, start: float, precision: float
) -> None:
    known = found(searched(ceiling(rate), Terms(start, precision))[0])
    assert known.held is None or known.held <= rate
    assert known.broke is None or known.broke > rate


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), noise=st.floats(0, 0.4))
def test_noise_never_keeps_it_going_and_both_ends_were_seen(seed: int, noise: float) -> None:
    """A step is now and then what chance makes of it."""
    dice = random.Random(seed)

    def noisy(step: Step) -> Tried:
        true = ceiling(100)(step)
        return Tried(step, dice.choice(list(Standing))) if dice.random() < noise else true

    tried, _ = searched(noisy)
    known = found(tried)
    if known.held is not None:
        assert Standing.HELD in {each.standing for each in tried if each.step.rate == known.held}
    if known.held is not None and known.unproven is not None:
        assert known.held < known.unproven
    assert sum(each.step.is_hold for each in tried) <= MOST_HOLDS + 1


def test_light_noise_hardly_moves_what_is_found() -> None:
    """One step in twenty shows anything: of a hundred searches nine in ten are right to 10 %."""
    right = 0
    for seed in range(100):
        dice = random.Random(seed)

        def noisy(step: Step, dice: random.Random = dice) -> Tried:
            true = ceiling(193)(step)
            return Tried(step, dice.choice(list(Standing))) if dice.random() < 0.05 else true

        held = found(searched(noisy)[0]).held
        right += held is not None and abs(held - 193) < 19.3
    assert right >= 90


def test_what_decides_nothing_is_tried_again_for_twice_as_long_and_then_is_not_held() -> None:
    tried, _ = searched(saying(HELD, UNDECIDED, UNDECIDED, then=ceiling(1_000)))
    assert tried[2].step == Step(20, Kind.AGAIN, longer=2)
    known = found(tried)
    assert (known.unproven, known.broke) == (20, None)
    assert known.held is not None
    assert 19 <= known.held < 20


def test_a_hiccup_that_broke_a_step_is_undone_when_it_is_tried_again() -> None:
    tried, end = searched(saying(HELD, BROKE, then=ceiling(193)))
    known = found(tried)
    assert end is End.FOUND
    assert known.held is not None
    assert 183 < known.held <= 193


def test_a_rate_that_holds_again_above_one_that_does_not_is_not_promised() -> None:
    def gap(step: Step) -> Tried:
        return Tried(step, BROKE if 35 < step.rate < 70 else HELD)

    # 40 breaks while doubling; that 80 would hold nobody asks any more.
    known = found(searched(gap)[0])
    assert known.held is not None
    assert known.held <= 35


def test_the_search_ends_where_the_load_generator_gives_out_twice() -> None:
    def server(step: Step) -> Tried:
        return Tried(step, HELD if step.rate < 100 else GENERATOR)

    tried, end = searched(server)
    known = found(tried)
    assert end is End.GENERATOR
    assert (known.held, known.unproven, known.broke, known.confirmed) == (80, 160, None, True)
    assert [each.step.rate for each in tried] == [10, 20, 40, 80, 160, 160, 80]


@pytest.mark.parametrize(
    "sent, held, rates",
    [
        (4, 2.5, [10, 10, 5, 5, 2.5, 2.5]),
        (6, 5, [10, 10, 5, 5]),
        (1, None, [10, 10, 5, 5, 2.5, 2.5]),
    ],
)
def test_a_load_generator_that_cannot_even_begin_is_asked_for_less(
    sent: float, held: float | None, rates: list[float]
) -> None:
    tried, end = searched(lambda step: Tried(step, HELD if step.rate <= sent else GENERATOR))
    known = found(tried)
    assert end is End.GENERATOR
    assert (known.held, known.broke, known.confirmed) == (held, None, held is not None)
    assert [each.step.rate for each in tried] == rates


def test_a_load_generator_that_gives_out_in_holds_is_no_unsteady_system() -> None:
    def server(step: Step) -> Tried:
        most = 30 if step.is_hold else 150
        return Tried(step, HELD if step.rate <= most else GENERATOR)

    tried, end = searched(server)
    assert end is End.GENERATOR
    assert (found(tried).held, found(tried).confirmed) == (20, True)


def test_one_bad_moment_of_the_load_generator_ends_nothing() -> None:
    tried, end = searched(saying(HELD, GENERATOR, then=ceiling(193)))
    assert end is End.FOUND
    assert tried[2].step == Step(20, Kind.AGAIN)


def test_what_broke_is_not_taken_back_by_a_step_that_decides_nothing() -> None:
    tried = [Tried(Step(10, Kind.RISE), each) for each in (BROKE, GENERATOR)]
    assert found(tried).broke == 10
    assert found([Tried(Step(10, Kind.RISE), each) for each in (BROKE, HELD)]).broke is None


def test_a_cap_is_tried_itself_and_nothing_above_it() -> None:
    tried, end = searched(ceiling(10_000), Terms(10, 0.05, most=50))
    assert end is End.CAPPED
    assert [each.step.rate for each in tried] == [10, 20, 40, 50, 50]
    assert found(tried).confirmed


def test_a_start_that_breaks_is_halved_until_it_makes_no_sense() -> None:
    tried, end = searched(ceiling(3))
    assert end is End.FOUND
    assert (tried[1].step.rate, tried[2].step.rate) == (5, 2.5)
    nothing, end = searched(ceiling(0.001))
    assert end is End.NOTHING_HELD
    assert len(nothing) == MOST_HALVINGS + 1
    assert found(nothing).held is None


def test_a_rate_that_does_not_hold_for_longer_is_given_up_for_a_lower_one() -> None:
    def tires(step: Step) -> Tried:
        return ceiling(150 if step.is_hold else 193)(step)

    tried, end = searched(tires, Terms(10, 0.3))
    known = found(tried)
    assert end in (End.FOUND, End.UNSTEADY)
    assert known.held is not None
    assert known.held <= 193


def test_what_never_holds_for_longer_is_not_confirmed() -> None:
    tried, end = searched(
        lambda step: Tried(step, BROKE if step.is_hold else HELD), Terms(10, 0.05, 80)
    )
    assert end is End.UNSTEADY
    assert not found(tried).confirmed
    assert confirmation(tried) is None
    assert sum(each.step.is_hold for each in tried) == MOST_HOLDS
