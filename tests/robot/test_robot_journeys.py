"""Journeys in suites, against a shop that knows each of its customers."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.process import ROOT, coffee_shop, truth
from rig.robot_run import run_robot

from .test_robot_suites import SUITES, wrong_outcomes


@pytest.mark.quiet
@pytest.mark.slow
def test_journeys_are_written_well_and_badly(tmp_path: Path) -> None:
    with coffee_shop() as shop:
        suite = str(SUITES / "journeys.robot")
        options = ("--variable", f"RIG:{shop}", "--pythonpath", str(ROOT / "tests"))
        run = run_robot(tmp_path, *options, suite)
        assert wrong_outcomes(run, shop) == []
        found = truth(shop)
    assert found["wrong_count"] == 50  # who asks for the second where the third is meant
    lookers = next(each for each in run.report["runs"] if each["name"] == "Lookers")
    assert (lookers["scenario"], lookers["requests"]) == ("journey", 800)
    assert lookers["details"]["journeys"][0]["finished"] == 400
    page = run.html.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "400 journeys of Look Around within 4 s.",
        "Look Around: all 400 users who began came to the end.",
        "Look Around, step by step",
        "Order In Vain: 0 of 50 users came to the end.",
        "Most of the others ended at Order (50: status 409).",
        "At least 99 % of the journeys come to their end",
    ):
        assert words in page, words
    assert "40 journeys in 1 s, up to 80/s requests" in run.console
