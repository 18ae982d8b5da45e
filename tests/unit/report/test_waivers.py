"""Requirements that somebody has decided to live without: shown, and never a pass."""

from __future__ import annotations

from datetime import date

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Document, Verdict, Waiver
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from unit.report import samples

FAIL = Verdict.FAIL


def waived(criterion: str, expiry: str = "2026-12-31", **changes: object) -> Document:
    waiver = Waiver(criterion, "Retail Operations", "The cache comes in December.", expiry)
    criteria = (
        samples.judged(1, verdict=FAIL),
        samples.judged(2),
        samples.judged(3, verdict=FAIL, requirement="PERF-2"),
    )
    return build_document(samples.session(criteria=criteria, waivers=(waiver,), **changes))


def test_a_waiver_stands_beside_its_criterion_and_changes_no_verdict() -> None:
    document = waived("C1")
    assert document.verdict is FAIL
    assert [each.criterion for each in document.waivers] == ["C1"]
    page = render(document)
    words = "Waived by Retail Operations, until 2026-12-31: The cache comes in December."
    assert page.count(words) == 1
    assert "Not ready: 1 of 3 requirements met, 2 not met" in page


def test_a_waiver_of_a_requirement_is_one_of_each_of_its_criteria_that_were_not_met() -> None:
    assert [each.criterion for each in waived("perf-1").waivers] == ["C1"]
    assert [each.criterion for each in waived("PERF-2").waivers] == ["C3"]


def test_a_waiver_of_nothing_is_kept_and_one_that_has_run_out_says_so() -> None:
    assert [each.criterion for each in waived("PERF-9").waivers] == ["PERF-9"]
    assert "Waived by Retail Operations, expired on 2026-11-01:" in render(
        waived("C1", "2026-11-01")
    )


def test_a_waiver_says_what_who_and_why() -> None:
    session = AcceptanceSession()
    with pytest.raises(BadInput, match="owner= is empty: a waiver says what, who and why"):
        session.notes.add_waiver("PERF-1", " ", "no time", date(2026, 12, 31))
    session.notes.add_waiver("PERF-1", "Retail", "no time", date(2026, 12, 31))
    assert session.record({}).waivers == (Waiver("PERF-1", "Retail", "no time", "2026-12-31"),)
