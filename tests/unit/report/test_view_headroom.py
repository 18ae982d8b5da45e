"""How much more a system can carry, on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.view_headroom import view_headroom
from unit.report.advice.documents import endpoint_of, host_of, judged, run_of, steady


def at_rates(*rates: int, names: tuple[str, ...] = ("Products",)) -> Document:
    """A run at each rate on each endpoint, with 2 ms more for each request a second."""
    runs = [
        replace(
            run_of(endpoint_of(steady(2 * per_s), name, seconds=20, per_s=per_s),
                   host=host_of([float(per_s)] * 20)),
            id=f"{name} {per_s}", name=f"{name} {per_s}",
        )
        for name in names for per_s in rates
    ]  # fmt: skip
    return judged(*runs, criteria=("p95 < 50 ms",))


def test_a_bar_is_green_as_far_as_it_held_and_red_from_where_it_broke() -> None:
    (view,) = view_headroom(at_rates(10, 20, 40))
    (time,) = [each for each in view.rows if "answered" in each.what]
    assert view.scale == "46/s"
    assert time.held == pytest.approx(100 * 10 / 46)
    assert time.doubt == pytest.approx((100 * 10 / 46, 100 * 20 / 46))
    assert time.tried == pytest.approx(100 * 40 / 46)


def test_one_rate_is_told_in_one_sentence() -> None:
    (view,) = view_headroom(at_rates(20))
    assert (view.title, view.rows) == ("", ())
    assert view.sentence.startswith("Only 20/s was tried.")


def test_several_runs_that_tell_nothing_are_told_together() -> None:
    (view,) = view_headroom(at_rates(20, names=("Products", "Orders")))
    assert view.sentence.startswith(
        "Tried at one rate only: “Products 20” (20/s), “Orders 20” (20/s). "
    )


def test_a_report_without_load_has_no_such_section() -> None:
    document = at_rates(10)
    assert "How much more it can carry" in render(document)
    assert "How much more it can carry" not in render(replace(document, headroom=()))
