"""What is refused because this machine cannot hold it, and what the refusal advises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.engine.room import Room, open_files_for, require_threads
from ApiLoadLibrary.errors import BadInput


def refusal(room: Room, workers: int, shards: int = 1) -> str:
    """What the room says against a plan; nothing if it can be held."""
    try:
        room.require(workers, shards)
    except BadInput as error:
        return str(error)
    return ""


REFUSALS = [
    (
        Room(files=64, ports=None),
        (100, 1),
        (
            "workers=100 needs 116 open files in one process, and the hard limit here is 64: "
            "set workers=48 or less, set shards=3 or more, or raise the limit (ulimit -Hn)."
        ),
    ),
    (
        Room(files=64, ports=28_232),
        (100, 2),
        (
            "workers=100 needs 66 open files in each of 2 processes, "
            "and the hard limit here is 64: "
            "set workers=96 or less, set shards=3 or more, or raise the limit (ulimit -Hn)."
        ),
    ),
    (  # more processes than anybody wants are no advice
        Room(files=64, ports=None),
        (10_000, 2),
        (
            "workers=10000 needs 5,016 open files in each of 2 processes, "
            "and the hard limit here is 64: "
            "set workers=96 or less, or raise the limit (ulimit -Hn)."
        ),
    ),
    (  # nor is a number of workers that fits into none
        Room(files=16, ports=None),
        (1, 1),
        (
            "workers=1 needs 17 open files in one process, and the hard limit here is 16: "
            "raise the limit (ulimit -Hn)."
        ),
    ),
    (  # what the ports do not hold is no advice either, even if the files are what lacks first
        Room(files=1_024, ports=516),
        (2_000, 1),
        (
            "workers=2000 needs 2,016 open files in one process, and the hard limit here is 1,024: "
            "set workers=500 or less, or raise the limit (ulimit -Hn)."
        ),
    ),
    (
        Room(files=None, ports=28_232),
        (30_000, 2),
        (
            "workers=30000 needs 30,016 local ports, "
            "and 28,232 are free here for connections to these servers: set workers=28216 or less, "
            "or widen their range (net.ipv4.ip_local_port_range)."
        ),
    ),
    (
        Room(files=1_048_576, ports=0),
        (1, 1),
        (
            "workers=1 needs 17 local ports, and 0 are free here for connections to these servers: "
            "widen their range (net.ipv4.ip_local_port_range)."
        ),
    ),
]


@pytest.mark.parametrize("room, plan, sentence", REFUSALS)
def test_a_plan_that_cannot_be_held_is_refused_with_what_can(
    room: Room, plan: tuple[int, int], sentence: str
) -> None:
    assert refusal(room, *plan) == sentence


@pytest.mark.parametrize(
    "room, workers, shards",
    [
        (Room(files=64, ports=64), 48, 1),
        (Room(files=64, ports=112), 96, 2),
        (Room(files=64, ports=None), 95, 2),  # one shard has 48, one has 47
        (Room(files=None, ports=28_232), 28_216, 1),
        (Room(files=None, ports=None), 100_000, 1),  # the platform does not tell
    ],
)
def test_what_just_fits_is_let_through(room: Room, workers: int, shards: int) -> None:
    room.require(workers, shards)


limits = st.none() | st.integers(0, 200)


@given(limits, limits, st.integers(1, 300), st.integers(1, 20))
def test_the_advice_of_a_refusal_is_never_refused_and_no_more_would_fit(
    files: int | None, ports: int | None, workers: int, shards: int
) -> None:
    room = Room(files, ports)
    said = refusal(room, workers, shards)
    for fitting in map(int, re.findall(r"set workers=(\d+)", said)):
        assert fitting < workers
        assert not refusal(room, fitting, shards)
        assert refusal(room, fitting + 1, shards)
    for enough in map(int, re.findall(r"set shards=(\d+)", said)):
        assert not refusal(room, workers, enough)
        assert refusal(room, workers, enough - 1)


@given(st.integers(1, 300), st.integers(1, 20), limits)
def test_no_shard_of_a_plan_that_is_let_through_needs_more_files_than_it_may_have(
    workers: int, shards: int, files: int | None
) -> None:
    if files is not None and not refusal(Room(files, None), workers, shards):
        parts = [(workers + shards - 1 - each) // shards for each in range(shards)]
        assert max(map(open_files_for, parts)) <= files


@pytest.mark.parametrize("workers, shards", [(4_000, 1), (8_000, 2), (7_999, 2)])
def test_so_many_threads_make_sense(workers: int, shards: int) -> None:
    require_threads(workers, shards)


@pytest.mark.parametrize(
    "workers, shards, remedies",
    [
        (4_001, 1, "set workers=4000 or less, or set shards=2 or more"),
        (9_000, 2, "set workers=8000 or less, or set shards=3 or more"),
        (90_000, 2, "set workers=8000 or less"),
    ],
)
def test_more_threads_are_refused_with_what_would_do(
    workers: int, shards: int, remedies: str
) -> None:
    with pytest.raises(BadInput, match=rf"are the most that make sense: {remedies}\."):
        require_threads(workers, shards)
