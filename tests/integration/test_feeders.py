"""Rows of a file in requests that are really sent, from several processes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ApiLoadLibrary.errors import BadInput, EngineFailed
from ApiLoadLibrary.measurement.outcomes import FIRST_CHECK
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.calibration import calibrate
from ApiLoadLibrary.session.feeders import Feeders, feed_from
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit
from ApiLoadLibrary.session.tester import LoadTester, as_fast_as_possible
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Order
from integration.loads import get, load_tester, steady, watch_nothing
from rig.process import counts


@pytest.fixture
def feeders(tmp_path: Path) -> Feeders:
    file = tmp_path / "users.csv"
    file.write_text("id,name\n" + "".join(f"{n},user {n}\n" for n in range(250)))
    return {}


def fed(rig: str, feeders: Feeders, tmp_path: Path, order: Order, **settings: object) -> LoadTester:
    feed_from(feeders, str(tmp_path / "users.csv"), order, None)
    config = load_tester(rig, **settings).config
    return LoadTester(config, Identity(lambda: config), feeders=feeders)


def sent_rows(rig: str) -> Counter[str]:
    return Counter(
        found[1]
        for each in counts(rig)["bodies"]
        if (found := re.search(r'"user": "user (\d+)", "id": \1\}$', each))
    )


def post(name: str = "Post") -> Endpoint:
    body = {"user": "{{users.name}}", "id": "{{number users.id}}"}
    return Endpoint(name, "POST", "/ok?{{users.id}}", json=body)


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_unique_rows_are_sent_once_over_shards_endpoints_and_runs(
    rig: str, feeders: Feeders, tmp_path: Path, transport: str
) -> None:
    makes = fed(rig, feeders, tmp_path, Order.UNIQUE, transport=transport, shards=2)
    kept: list[object] = []
    for _ in range(2):
        plan = makes.plan([post("A"), get("/ok"), post("B")], steady("100/s", "500 ms"), "load")
        makes.run(plan, "test", watch_nothing, kept.append)
    rows = sent_rows(rig)
    assert rows == {str(n): 1 for n in range(200)}
    with pytest.raises(
        BadInput, match=r"users gives each row once, and has 50 rows left of 250 \(200 are used\); "
        "this load needs 51: add rows, send less, or write order=sequential",
    ):  # fmt: skip
        makes.plan([post()], steady("51/s", "1 s"), "too much")
    makes.plan([post()], steady("50/s", "1 s"), "just enough")


def test_load_without_a_schedule_takes_no_unique_rows(
    rig: str, feeders: Feeders, tmp_path: Path
) -> None:
    makes = fed(rig, feeders, tmp_path, Order.UNIQUE)
    with pytest.raises(BadInput, match="this load has no schedule"):
        makes.plan([post()], as_fast_as_possible(Duration.parse("1 s")), "flat out")
    checked = replace(post(), checks=(parse_check("$.status is wrong"),))
    who = Identity(lambda: makes.config)
    assert calibrate(makes.config, who, [checked], Duration.parse("200 ms"), feeders)
    assert feeders["users"].used == 0


def test_sequential_rows_come_again_and_shards_take_none_twice(
    rig: str, feeders: Feeders, tmp_path: Path
) -> None:
    makes = fed(rig, feeders, tmp_path, Order.SEQUENTIAL, shards=2)
    plan = makes.plan([post()], steady("500/s", "600 ms"), "load")
    makes.run(plan, "test", watch_nothing, lambda run: None)
    assert sent_rows(rig) == {str(n): 2 if n < 50 else 1 for n in range(250)}


def test_all_steps_of_a_journey_draw_one_row_and_their_answers_are_checked(
    rig: str, tmp_path: Path, feeders: Feeders
) -> None:
    session = AcceptanceSession()
    session.use_server(rig, shards=2)
    feed_from(session.feeders, str(tmp_path / "users.csv"), Order.UNIQUE, None)
    for step, path in (("Sign In", "/json/4"), ("Pay", "/ok")):
        session.endpoints.define(Endpoint(step, "POST", f"{path}?{{{{users.id}}}}"))
    session.endpoints.check("Sign In", [parse_check("$.items is not empty")])
    journey = Journey.parse("Visit", ("Sign In", "Pay"), None)
    session.journeys.define(journey)
    visit = JourneyVisit(
        session, "visits", [(journey, Rate.parse("80/s"))], Duration.parse("500 ms")
    )
    run = session.run(visit.plan("Visits", None), watch_nothing, visit.conclude)
    assert [dict(each.tally.outcomes) for each in run.endpoints] == [
        {200: 30, FIRST_CHECK: 10},
        {200: 30},
    ]
    targets = [each.partition("\n")[0] for each in counts(rig)["bodies"]]
    came = Counter(each for each in targets if each.startswith("/json"))
    assert came == {f"/json/4?{n}": 1 for n in range(40)}
    paid = Counter(each.replace("/ok", "/json/4") for each in targets if each.startswith("/ok"))
    assert paid.total() == 30
    assert paid <= came
    assert session.feeders["users"].used == 40
    again = feed_from(session.feeders, str(tmp_path / "users.csv"), Order.UNIQUE, "Users")
    assert again.used == 40
    (tmp_path / "users.csv").write_text("id\n1\n")
    assert feed_from(session.feeders, str(tmp_path / "users.csv"), Order.UNIQUE, None).used == 0


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_a_file_that_has_changed_begins_no_load(
    rig: str, feeders: Feeders, tmp_path: Path, transport: str
) -> None:
    makes = fed(rig, feeders, tmp_path, Order.RANDOM, transport=transport)
    plan = makes.plan([post()], steady("10/s", "1 s"), "load")
    (tmp_path / "users.csv").write_text("id,name\n1,other\n")
    with pytest.raises(EngineFailed, match=r"users.csv has changed since `Feed From` read it"):
        makes.run(plan, "test", watch_nothing, lambda run: None)
    assert counts(rig)["received"] == {}
