"""Baselines: what is kept of a run, and a file that is exact, whole, and suspicious."""

import copy
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.criteria.baseline import (
    Baseline,
    added,
    as_earlier,
    read_baseline,
    write_baseline,
)
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.outcomes import Failure
from strategies import same_every_time
from unit.criteria.builders import Request, a_run, an_endpoint, around, every

EMPTY = Baseline("baseline.json", ())
RUN = a_run(
    an_endpoint(around(10, 1_000)), an_endpoint(every(20, Request(outcome=500)), "Create Order")
)
SMALL = added(EMPTY, a_run(an_endpoint(around(10, 3))))


def written(path: Path, baseline: Baseline = SMALL) -> Any:
    write_baseline(baseline, path)
    return json.loads(path.read_text("utf-8"))


def test_a_file_gives_back_exactly_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "baseline.json"
    baseline = added(added(EMPTY, RUN), replace(RUN, id="run-2", name="Größe"))
    write_baseline(baseline, path)
    assert read_baseline(path) == baseline
    assert [each.id for each in baseline.runs] == ["run-1", "run-2"]


def test_a_run_is_kept_as_its_requests_were_offered_and_ended() -> None:
    products, orders = as_earlier(RUN).endpoints
    assert (products.name, products.offered, products.requests) == ("Products", "1,000/min", 1_000)
    assert products.offered_rate_per_s == pytest.approx(1_000 / 60)
    assert (orders.errors, orders.samples) == (50, 950)
    assert as_earlier(RUN).workers == 50


@pytest.mark.parametrize("requests, blocks", [(10, 1), (100, 6), (1_000, 15), (2_000, 15)])
def test_response_times_are_kept_in_up_to_fifteen_even_stretches(
    requests: int, blocks: int
) -> None:
    endpoint = an_endpoint(around(10, requests))
    kept = as_earlier(a_run(endpoint)).endpoints[0].blocks
    assert len(kept) == blocks
    together = Histogram.from_cells(each.cells() for each in kept)
    assert together.cells() == endpoint.tally.response.judged().cells()
    sizes = [each.count for each in kept]
    assert max(sizes) <= 2 * min(sizes)


def test_stretches_without_samples_are_left_out() -> None:
    refused = [Request(outcome=500)] * 500 + around(10, 500)
    kept = as_earlier(a_run(an_endpoint(refused))).endpoints[0].blocks
    assert 7 <= len(kept) <= 8
    assert all(each.count for each in kept)


def test_the_latest_runs_are_kept() -> None:
    baseline = EMPTY
    for number in range(12):
        baseline = added(baseline, replace(RUN, id=str(number)))
    assert [each.id for each in baseline.runs] == [str(number) for number in range(2, 12)]
    assert [each.id for each in added(baseline, RUN, keep=1).runs] == ["run-1"]


def test_a_run_that_is_added_again_is_there_once() -> None:
    baseline = added(added(EMPTY, RUN), replace(RUN, id="run-2"))
    again = added(baseline, replace(RUN, name="Renamed"))
    assert [(each.id, each.name) for each in again.runs] == [
        ("run-2", "A run"),
        ("run-1", "Renamed"),
    ]


@pytest.mark.parametrize(
    "run, problem",
    [
        (a_run(an_endpoint(around(10, 9)), stopped="Ctrl-C"), "it was cut short: Ctrl-C"),
        (a_run(an_endpoint([])), "it has no successful requests"),
        (a_run(an_endpoint([Request(outcome=500)])), "it has no successful requests"),
        (a_run(an_endpoint(around(10, 9)), generator_at_fault="it starved"), "it starved"),
        (
            a_run(an_endpoint([Request(outcome=Failure.DROPPED_GENERATOR)] * 5 + around(10, 9))),
            (
                "the load generator sent 5 of 14 requests late or never, by its own fault; "
                "give it more cores, or a machine of its own"
            ),
        ),
        (
            a_run(an_endpoint([Request(delay_ms=500, busy=True)] * 30 + around(10, 970))),
            ("30 of 1,000 requests had to wait because all 50 workers were busy; set workers=100"),
        ),
    ],
)
def test_what_cannot_be_trusted_is_no_baseline(run: Any, problem: str) -> None:
    with pytest.raises(BadInput) as raised:
        added(EMPTY, run)
    assert str(raised.value) == f"Run 'A run' can be no baseline: {problem}."


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, problem in (
        (tmp_path / "file" / "baseline.json", "exists"),
        (tmp_path, "it is a folder"),
    ):
        with pytest.raises(BadInput, match=problem):
            write_baseline(SMALL, path)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_an_older_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(added(EMPTY, RUN), path)
    write_baseline(SMALL, path)
    assert read_baseline(path) == SMALL
    assert list(tmp_path.iterdir()) == [path]


def test_no_file_and_no_baseline_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^There is no baseline '.*none.json': save one first\.$"):
        read_baseline(tmp_path / "none.json")
    with pytest.raises(BadInput, match="cannot be read: Is a directory"):
        read_baseline(tmp_path)


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "it does not say that it is an ApiLoadLibrary baseline"),
        (b'{"format": "k6"}', "it does not say that it is an ApiLoadLibrary baseline"),
    ],
)
def test_what_is_no_baseline_at_all_is_named(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_bytes(content)
    with pytest.raises(BadInput) as raised:
        read_baseline(path)
    assert str(raised.value).startswith(f"Baseline '{path}' cannot be read: {problem}")


@pytest.mark.parametrize(
    "place, value, problem",
    [
        (["version"], 2, "its version is 2, and this library reads version 1"),
        (["version"], None, "its version is None"),
        (["runs"], [], "it has no runs"),
        (["runs"], {}, "'runs' is missing in it, or is not what it should be"),
        (["runs", 0], "run-1", "'endpoints' is missing"),
        (["runs", 0, "id"], 7, "'id' is missing"),
        (["runs", 0, "workers"], None, "'workers' is missing"),
        (["runs", 0, "workers"], -1, "'workers' is not a number from 0"),
        (["runs", 0, "endpoints", 0, "name"], None, "'name' is missing"),
        (["runs", 0, "endpoints", 0, "requests"], 1.5, "'requests' is missing"),
        (["runs", 0, "endpoints", 0, "requests"], True, "'requests' is missing"),
        (["runs", 0, "endpoints", 0, "errors"], -1, "'errors' is not a number from 0"),
        (
            ["runs", 0, "endpoints", 0, "offered_rate_per_s"],
            float("nan"),
            "'offered_rate_per_s' is not a number from 0",
        ),
        (
            ["runs", 0, "endpoints", 0, "offered_rate_per_s"],
            10**400,
            "'offered_rate_per_s' is not a number from 0",
        ),
        (["runs", 0, "endpoints", 0, "blocks", 0], "AAAA", "'blocks' holds a histogram that is"),
        (["runs", 0, "endpoints", 0, "blocks", 0], None, "'blocks' holds a histogram that is"),
        (["runs", 0, "endpoints", 0, "own_delay"], "ü", "'own_delay' holds a histogram that is"),
    ],
)
def test_what_is_wrong_with_a_baseline_is_named(
    place: list[Any], value: object, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps(changed(written(path), place, value)), "utf-8")
    with pytest.raises(BadInput) as raised:
        read_baseline(path)
    assert str(raised.value).startswith(f"Baseline '{path}' cannot be read: {problem}")


def changed(data: Any, place: list[Any], value: object) -> Any:
    """A copy with another value at this place."""
    data = copy.deepcopy(data)
    *way, last = place
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = value
    return data


def places(data: Any, way: tuple[Any, ...] = ()) -> list[list[Any]]:
    """Every place in it but the top."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for key, value in items:
        found.append([*way, key])
        if isinstance(value, dict | list):
            found += places(value, (*way, key))
    return found


def tried(content: bytes, folder: Path) -> None:
    """Reading it gives a baseline, or says what is wrong."""
    path = folder / "baseline.json"
    path.write_bytes(content)
    with suppress(BadInput):
        read_baseline(path)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@same_every_time
@given(st.binary(max_size=200) | anything.map(lambda each: json.dumps(each).encode()))
def test_no_content_makes_reading_raise_anything_but_its_own_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    tried(content, tmp_path_factory.mktemp("content"))


@same_every_time
@given(st.data())
def test_no_change_to_a_baseline_makes_reading_raise_anything_but_its_own_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    good = written(folder / "good.json")
    place = data.draw(st.sampled_from(places(good)))
    tried(json.dumps(changed(good, place, data.draw(anything))).encode(), folder)


@same_every_time
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_no_damaged_byte_makes_reading_raise_anything_but_its_own_error(
    tmp_path_factory: pytest.TempPathFactory, where: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(json.dumps(written(folder / "good.json")).encode())
    content[where % len(content)] = byte
    tried(bytes(content), folder)
