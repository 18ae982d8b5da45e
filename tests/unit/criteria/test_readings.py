"""Figures that a scenario has found, compared with limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.evaluation import measure
from ApiLoadLibrary.criteria.everything import everything
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.criteria.observed import OBSERVED
from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def found(*readings: Reading, **traits: object) -> RunResult:
    run = replace(a_run(an_endpoint([Request()] * 100, "Products")), readings=readings)
    return replace(run, **traits)  # type: ignore[arg-type]


RECOVERY = Reading("recovery", 3_000, 500, "the first seconds after were slow", basis="50/s")


def test_a_reading_is_compared_with_its_limit_and_explained_when_it_breaks_it() -> None:
    met = judge("recovery <= 5 s", found(RECOVERY))
    assert (met.verdict, met.measured, met.unit, met.samples) == (PASS, 3_000, "ms", 500)
    assert met.sentence == "Recovery was 3,000 ms; at most 5 s is allowed (50/s)"
    broken = judge("recovery <= 2 s", found(RECOVERY))
    assert broken.verdict is FAIL
    assert broken.sentence.endswith("(50/s): the first seconds after were slow")


def test_what_never_came_fails_and_what_is_unknown_decides_nothing() -> None:
    never = judge("recovery <= 1 h", found(Reading("recovery", None, 9, "still slow", never=True)))
    assert never.verdict is FAIL
    assert never.sentence == "Recovery was never reached; at most 1 h is allowed: still slow"
    unknown = judge("recovery <= 1 h", found(Reading("recovery", None, 9, "nothing failed")))
    assert unknown.verdict is INCONCLUSIVE
    assert unknown.sentence == (
        "INCONCLUSIVE: Recovery was not measured; at most 1 h is allowed: nothing failed"
    )


def test_a_reading_with_an_interval_passes_only_with_all_of_it() -> None:
    share = Reading("lost messages", 1, 900, "listen longer", interval=(0.5, 2.5))
    assert judge("lost messages < 3 %", found(share)).verdict is PASS
    assert judge("lost messages < 0.4 %", found(share)).verdict is FAIL
    between = judge("lost messages < 2 %", found(share))
    assert between.verdict is INCONCLUSIVE
    assert "between 0.5 % and 2.5 % (95 % confidence); listen longer" in between.reason


def test_an_endpoints_own_reading_comes_before_that_of_its_run() -> None:
    own = replace(RECOVERY, value=1_000, endpoint="Products")
    run = found(RECOVERY, own)
    assert judge("recovery of Products <= 2 s", run).verdict is PASS
    assert judge("recovery <= 2 s", run).verdict is FAIL


def test_a_run_cut_short_passes_nothing_but_what_was_counted() -> None:
    judgement = judge("recovery <= 5 s", found(RECOVERY, stopped="Ctrl-C"))
    assert judgement.verdict is INCONCLUSIVE
    counted = Reading("unaccounted writes", 0, 500, counted=True)
    assert judge("unaccounted writes <= 0", found(counted, stopped="Ctrl-C")).verdict is PASS


@pytest.mark.parametrize("metric", [each for each in OBSERVED.values() if not each.of_burst])
def test_another_load_does_not_show_it_and_says_which_does(metric: object) -> None:
    name, found_by = metric.name, metric.found_by  # type: ignore[attr-defined]
    limit = {"ms": "1 s", "%": "1 %", "times": "1 times", "": "1", "/s": "1/s"}[
        measure(name, None, found()).unit
    ]
    judgement = judge(f"{name} <= {limit}", found())
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == f"this load does not show it: it is found by `{found_by}`"
    assert measure(name, None, found()).value is None


@pytest.mark.parametrize("metric", ["recovery", "degradation"])
def test_what_one_load_shows_is_not_known_of_everything(metric: str) -> None:
    """The last run's would be judged in the place of all."""
    limit = {"recovery": "5 s", "degradation": "3 times"}[metric]
    says = "known of one load run at a time: leave out everything, or name another run with run="
    with pytest.raises(BadCriterion, match=says):
        judge(f"{metric} of everything < {limit}", everything([found(RECOVERY), found()]))
    with pytest.raises(BadInput, match=says):
        measure(metric, "everything", everything([found(RECOVERY)]))
