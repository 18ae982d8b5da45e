"""What has to hold in a search for the highest rate, what each step showed, and its plan."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.scenarios.capacity.search import Standing
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.calibration import Calibration
from ApiLoadLibrary.session.capacity import CapacitySearch, CapacitySettings, Sent
from ApiLoadLibrary.session.capacity_steps import Conditions
from ApiLoadLibrary.values import Duration, Percent, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from unit.criteria.builders import Request, a_run, an_endpoint

USUAL = 10_000_000
QUICK = ["p95 < 200 ms", "error rate < 5 %"]


def settings(**changes: str | int) -> CapacitySettings:
    given = {"step": "5 s", "hold": "30 s", "precision": "5 %", "at_most": "10 min", **changes}
    kinds = {"from_rate": Rate, "precision": Percent}
    values = {
        name: kinds.get(name, Duration).parse(value) if isinstance(value, str) else value
        for name, value in given.items()
    }
    return CapacitySettings(**{"from_rate": None, "workers": None, "name": None, **values})


def session(**configured: object) -> AcceptanceSession:
    made = AcceptanceSession()
    made.configure(base_url="http://127.0.0.1:9", **configured)
    for name in ("Products", "Orders"):
        made.endpoints.define(Endpoint(name, "GET", f"/{name}"))
    return made


def search(
    of: AcceptanceSession | None = None,
    names: str = "Products",
    criteria: list[str] | None = None,
    parts: list[Fraction] | None = None,
    **changes: str | int,
) -> CapacitySearch:
    of = of or session()
    sent = Sent(of.endpoints.named(names), names, parts)
    return CapacitySearch(of, sent, QUICK if criteria is None else criteria, settings(**changes))


@pytest.mark.parametrize(
    "requests, standing, words",
    [
        ([Request()] * 300, Standing.HELD, ""),
        ([Request(service_ms=900)] * 300, Standing.BROKE, "P95 of Products was 900 ms"),
        ([Request(outcome=500)] * 300, Standing.BROKE, "Error rate was 100 %"),
        ([Request(service_ms=place) for place in range(180)], Standing.BROKE, "fell behind"),
        ([Request()] * 40, Standing.UNDECIDED, "too few requests"),
        (
            [Request(delay_ms=300, busy=True)] * 300,
            Standing.GENERATOR,
            "all 50 workers were busy; set workers=100.",
        ),
    ],
)
def test_a_step_holds_breaks_or_shows_nothing(
    requests: list[Request], standing: Standing, words: str
) -> None:
    run = a_run(an_endpoint(requests, rate="50/s"))
    shown = Conditions(QUICK, None).shown_by(run, USUAL)
    assert shown.standing is standing
    assert words in shown.reason
    assert bool(shown.reason) is (standing is not Standing.HELD)


def test_a_generator_at_fault_is_never_taken_for_the_server() -> None:
    slow = [Request(service_ms=10.0 * place) for place in range(100)]
    run = a_run(an_endpoint(slow, rate="50/s"), generator_at_fault="no processor time")
    assert Conditions(QUICK, None).shown_by(run, USUAL).standing is Standing.GENERATOR


@pytest.mark.parametrize(
    "requests, fault, standing, words",
    [
        ([Request(outcome=500)] * 30, None, Standing.BROKE, "Error rate was 100 %"),
        ([Request()] * 30, None, Standing.BROKE, "It was ended early: enough."),
        ([Request()] * 30, "no processor time", Standing.GENERATOR, "No processor time."),
    ],
)
def test_a_step_that_was_ended_broke_unless_the_load_generator_did(
    requests: list[Request], fault: str | None, standing: Standing, words: str
) -> None:
    run = a_run(an_endpoint(requests, planned=100), stopped="enough", generator_at_fault=fault)
    shown = Conditions(QUICK, None).shown_by_end(run, "enough")
    assert shown.standing is standing
    assert shown.reason.startswith(words)


def test_a_step_ends_early_for_what_can_be_lost_by_counting() -> None:
    lost = Conditions(["p95 < 200 ms", "average < 1 s", "throughput > 9/s"], None).lost
    assert [each.text for each in lost] == ["p95 < 200 ms cannot be met"]


@pytest.mark.parametrize(
    "criteria, words",
    [
        ([], "The highest rate at which what? Write at least one criterion"),
        (["p95 < 200 ms in every 10 s"], "a step is only seconds long"),
        (["p95 < 200 ms during burst"], "a step is only seconds long"),
        (["recovery < 3 s"], "is not shown by steady load"),
        (["error rate of everything < 1 %"], "each step is judged by itself"),
        (["p95 < threshold"], "Products has no threshold: give it one"),
    ],
)
def test_criteria_that_say_nothing_of_a_step_are_refused(criteria: list[str], words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        search(criteria=criteria)


def test_a_criterion_is_about_what_is_sent() -> None:
    with pytest.raises(BadCriterion, match="there is no endpoint 'Orders'"):
        search(criteria=["p95 of Orders < 1 s"])
    search(names="Each Endpoint", criteria=["p95 of Orders < 1 s"])


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"step": "1 s"}, "step='1 s' is too short: write 2 s or more"),
        ({"hold": "3 s"}, "hold='3 s' is shorter than step='5 s'"),
        ({"precision": "0.5 %"}, "precision='0.5 %' must be from 1 % to 50 %"),
        ({"precision": "90 %"}, "must be from 1 % to 50 %"),
        ({"at_most": "1 min"}, "at_most='1 min' is too short: one step and one hold at 15/s can"),
        ({"from_rate": "1/h"}, "is too short: one step and one hold at 1/h can take"),
        ({"from_rate": "100/s"}, "from_rate=100/s is above max_rate=3,000/min: begin lower."),
    ],
)
def test_times_and_rates_that_will_not_do_are_refused(changes: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        search(session(max_rate=Rate.parse("3,000/min")), **changes).first()


def test_the_first_rate_is_one_that_decides_the_criteria_in_a_step() -> None:
    """59 requests bound p95 and 5 %, 299 p99 and 1 %; a fifth more, in five seconds."""
    assert search().first().load.words == "15/s"
    assert search(criteria=["error rate < 1 %"]).first().load.words == "72/s"
    mixed = search(names="Products, Orders", parts=[Fraction(3), Fraction(1)]).first()
    assert mixed.load.words == "57/s in all"


def test_few_requests_take_longer_steps() -> None:
    load = search(from_rate="300/min").first().load
    assert (load.words, load.judged.length_ns) == ("300/min", 15_000_000_000)


def test_there_are_workers_for_all_that_may_be_under_way() -> None:
    workers = [
        search(criteria=[each], from_rate="1,000/s").first().transport.workers
        for each in ("p95 < 200 ms", "p95 < 10 ms", "error rate < 5 %")
    ]
    assert workers == [400, 50, 2_000]
    assert search(from_rate="1,000/s", workers=7).first().transport.workers == 7


def test_it_is_told_beforehand_how_long_it_takes_and_what_it_will_not_exceed() -> None:
    of = session(max_rate=Rate.parse("3,000/min"))
    assert search(of, names="Products, Orders").words() == (
        "  Highest rate on Products, Orders while p95 < 200 ms, error rate < 5 %: steps of 5 s "
        "from 15/s, doubled and then narrowed to 5 %, a hold of 30 s at the end, 10 min at most; "
        "not above max_rate=3,000/min; nothing is sent."
    )


def test_nothing_above_what_this_machine_can_send_is_tried() -> None:
    of = session()
    of._calibration = Calibration(40.0, tls=False, transport="http1", workers=50, shards=1)
    assert "not above what the load generator can send, 40/s" in search(of).words()
    with pytest.raises(BadInput, match="is above what the load generator can send, 40/s"):
        search(of, from_rate="41/s")
