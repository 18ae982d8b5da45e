"""Redirects that are followed, and cookies that workers keep."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, load_tester, steady, sustain
from rig.process import counts, rig_server


def test_a_redirect_is_the_answer_unless_it_is_to_be_followed(rig: str) -> None:
    run = sustain(rig, [get("/moved/302")], "20/s", "500 ms")
    assert run.outcomes == {302: 10}
    assert counts(rig)["received"] == {"GET /moved/302": 10}


def test_a_chain_of_redirects_is_one_request(rig: str) -> None:
    run = sustain(rig, [get("/hops/3")], "20/s", "500 ms", redirects="follow", workers=2)
    assert run.outcomes == {200: 10}
    assert counts(rig)["received"] == {f"GET /hops/{n}": 10 for n in range(4)}
    (endpoint,) = run.endpoints
    assert endpoint.tally.connect.count <= 2
    one_hop = 100  # bytes of a request at the least
    assert endpoint.tally.bytes_sent > 10 * 4 * one_hop


def test_the_service_time_is_that_of_the_whole_chain(rig: str) -> None:
    path = "/redirect?/redirect?/delay/40"
    run = sustain(rig, [get(path.replace("=", ""))], "10/s", "1 s", redirects="follow")
    assert run.outcomes == {200: 10}
    service = run.endpoints[0].tally.service.all()
    assert service.min_ns is not None
    assert service.min_ns >= 40_000_000


@pytest.mark.parametrize(
    "status, after", [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_method_and_body_go_on_as_browsers_have_it(rig: str, status: int, after: str) -> None:
    endpoint = Endpoint("Post", "POST", f"/moved/{status}", json={"n": "{{counter}}"})
    run = sustain(rig, [endpoint], "20/s", "500 ms", redirects="follow")
    assert run.outcomes == {200: 10}
    assert counts(rig)["received"] == {f"POST /moved/{status}": 10, f"{after} /ok": 10}
    reached = [each for each in counts(rig)["bodies"] if each.startswith("/ok\n")]
    assert all(('{"n": ' in each) == (after == "POST") for each in reached)
    assert all(("Content-Type" in each) == (after == "POST") for each in reached)


def test_after_a_head_comes_a_head(rig: str) -> None:
    endpoint = Endpoint("Head", "HEAD", "/moved/303")
    run = sustain(rig, [endpoint], "20/s", "500 ms", redirects="follow")
    assert run.outcomes == {200: 10}
    assert counts(rig)["received"] == {"HEAD /moved/303": 10, "HEAD /ok": 10}


def test_a_chain_without_an_end_is_a_failure_of_its_own(rig: str) -> None:
    run = sustain(rig, [get("/hops/11")], "10/s", "300 ms", redirects="follow")
    assert run.outcomes == {Failure.TOO_MANY_REDIRECTS: 3}
    assert counts(rig)["received"]["GET /hops/1"] == 3
    assert "GET /hops/0" not in counts(rig)["received"]


def test_nothing_is_sent_to_an_origin_that_is_not_allowed(rig: str) -> None:
    with rig_server() as elsewhere:
        path = f"/redirect?{elsewhere}/ok"
        endpoint = Endpoint("Away", "GET", path)
        run = sustain(rig, [endpoint], "10/s", "300 ms", redirects="follow")
        assert run.outcomes == {Failure.REDIRECTED_AWAY: 3}
        assert counts(elsewhere)["received"] == {}


def test_an_allowed_origin_is_reached_without_what_signs_the_request(rig: str) -> None:
    with rig_server() as elsewhere:
        signed = {"Authorization": "Bearer secret", "X-Till": "7"}
        endpoint = Endpoint("Away", "GET", f"/redirect?{elsewhere}/ok", headers=signed)
        settings = {"redirects": "follow", "workers": 2, "allow": (elsewhere,)}
        run = sustain(rig, [endpoint, get("/ok")], "20/s", "1 s", **settings)
        assert run.outcomes == {200: 40}
        assert run.generator.peak_busy_workers <= 2
        reached = counts(elsewhere)
        assert reached["received"] == {"GET /ok": 20}
        assert not any("secret" in each for each in reached["bodies"])
        assert all("X-Till: 7" in each for each in reached["bodies"])
        assert all(f"Host: {elsewhere.partition('//')[2]}" in each for each in reached["bodies"])


def test_the_time_out_is_for_the_whole_chain(rig: str) -> None:
    endpoint = get("/redirect?/silent")
    run = sustain(rig, [endpoint], "10/s", "300 ms", redirects="follow", timeout="400 ms")
    assert run.outcomes == {Failure.ANSWER_TIMEOUT: 3}
    assert run.endpoints[0].tally.service.waited.min_ns >= 400_000_000


def visitors(rig: str) -> Counter[str]:
    """How often each cookie was sent."""
    sent = (re.search(r"visitor=(\d+)", each) for each in counts(rig)["bodies"])
    return Counter(found[1] for found in sent if found)


def test_each_worker_keeps_cookies_of_its_own(rig: str) -> None:
    run = sustain(rig, [get("/visit")], "50/s", "1 s", cookies=True, workers=3, shards=1)
    assert run.outcomes == {200: 50}
    known = visitors(rig)
    assert len(known) == 3
    assert sum(known.values()) == 47  # all but the first of each


def test_cookies_survive_a_connection_that_the_server_closes(rig: str) -> None:
    endpoints = [get("/visit"), get("/last")]
    run = sustain(rig, endpoints, "20/s", "1 s", cookies=True, workers=1)
    assert run.outcomes == {200: 40}
    assert len(visitors(rig)) == 1


def test_cookies_that_a_redirect_sets_are_sent_where_it_leads(rig: str) -> None:
    settings = {"cookies": True, "redirects": "follow", "workers": 1}
    run = sustain(rig, [get("/redirect?/visit")], "20/s", "1 s", **settings)
    assert run.outcomes == {200: 20}
    assert len(visitors(rig)) == 1


def test_cookies_are_left_alone_unless_asked_for(rig: str) -> None:
    sustain(rig, [get("/visit")], "20/s", "500 ms", workers=1)
    assert visitors(rig) == {}


def test_what_cannot_go_together_is_refused(rig: str) -> None:
    with pytest.raises(BadInput, match="need transport=http1"):
        load_tester(rig, transport="requests", cookies=True)
    with pytest.raises(BadInput, match="redirects='sometimes' must be report or follow"):
        load_tester(rig, redirects="sometimes").plan([get("/ok")], steady("1/s", "1 s"), "x")
