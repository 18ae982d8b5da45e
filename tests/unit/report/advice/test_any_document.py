"""What holds of the rules whatever a document says."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.report.advice import RULES, headrooms, look, recommend
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.serial import from_json, to_json
from unit.report.advice.cases import CASES
from unit.report.strategies import documents
from unit.report.test_serial import VALIDATOR

ANY = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))


@ANY
@given(documents())
def test_no_rule_raises_and_none_says_the_opposite_of_another(document: Document) -> None:
    spoke = look(document)
    for rule, founds in spoke:
        for found in founds:
            rivals = {
                other.name
                for other, theirs in spoke
                if any(each.run == found.run for each in theirs)
            }
            assert not rule.unless & rivals
    assert [rule.name for rule, _ in spoke] == [rule.name for rule in RULES]


@ANY
@given(documents())
def test_all_that_is_said_is_whole_and_said_once(document: Document) -> None:
    said = recommend(document)
    for each in said:
        assert each.finding
        assert each.advice
        assert each.who
        assert not {"nan", "inf"} & set(" ".join((each.finding, *each.evidence)).split())
        assert len(set(each.criteria)) == len(each.criteria)
    assert max(Counter((each.finding, each.evidence) for each in said).values(), default=1) == 1


@ANY
@given(documents())
def test_advice_can_be_made_again_from_the_json(document: Document) -> None:
    whole = replace(document, recommendations=recommend(document), headroom=headrooms(document))
    text = to_json(whole)
    assert [each.message for each in VALIDATOR.iter_errors(json.loads(text))] == []
    again = from_json(text)
    assert (recommend(again), headrooms(again)) == (whole.recommendations, whole.headroom)


@ANY
@given(documents())
def test_headroom_never_claims_more_than_was_tried(document: Document) -> None:
    for each in headrooms(document):
        low, high = each.lowest_rate_per_s, each.highest_rate_per_s
        assert low <= high
        for hold in each.holds:
            held = low if hold.held_up_to_per_s is None else hold.held_up_to_per_s
            broken = high if hold.broken_from_per_s is None else hold.broken_from_per_s
            assert low <= held <= broken <= high
            if hold.expected_from_per_s is not None:
                until = hold.expected_until_per_s
                assert high <= hold.expected_from_per_s <= (math.inf if until is None else until)


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("timeline", "endpoints", "phases", "samples"), ()),
    **dict.fromkeys(("response_time_ms", "service_time_ms", "settled", "settled_after_s")),
    **dict.fromkeys(("answered", "errors", "planned", "offered_rate_per_s"), 0),
    **dict.fromkeys(("length_s", "duration_s"), 0.0),
    "details": {},
}
NOTHING_OF_ENDPOINT: dict[str, Any] = {
    **dict.fromkeys(("response_time_ms", "service_time_ms", "first_byte_ms", "histogram")),
    **dict.fromkeys(("connect_ms", "tls_ms", "threshold_ms")),
    **dict.fromkeys(("failures", "p95_ms_by_second"), ()),
    "requests": 0,
}
MADE = {name: cache(make) for name, make, _ in CASES if not name.startswith("failures: ")}


@ANY
@given(st.data())
def test_a_document_that_shows_something_may_lack_anything(data: st.DataObject) -> None:
    document = MADE[data.draw(st.sampled_from(sorted(MADE)))]()

    def without(value: Any, nothing: dict[str, Any]) -> Any:
        gone = data.draw(st.sets(st.sampled_from(sorted(nothing)), max_size=3))
        return replace(value, **{name: nothing[name] for name in gone})

    runs = [
        replace(run, endpoints=tuple(without(each, NOTHING_OF_ENDPOINT) for each in run.endpoints))
        for run in document.runs
    ]
    less = replace(document, runs=tuple(without(run, NOTHING) for run in runs))
    seconds = data.draw(st.sampled_from([None, 0, 1, 25]))
    if seconds is not None:
        cut = [replace(run, timeline=run.timeline[:seconds]) for run in less.runs]
        less = replace(less, runs=tuple(cut))
    recommend(less)
    headrooms(less)
