"""Floods of WebSocket connections: our counts are the server's own, whatever it does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.flood import connections_to
from ApiLoadLibrary.scenarios.flood_conclusion import concluding
from ApiLoadLibrary.session.tester import Moment
from rig.process import counts, die, socket_server

from .floods import Enough, ends, flood, flood_of, reading
from .loads import load_tester

OPENED = 101


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a WebSocket server whose counters start at zero."""
    with socket_server() as address:
        yield address


def outcomes(run: RunResult) -> list[dict[int, int]]:
    """Of connections, and of messages."""
    return [dict(each.tally.outcomes) for each in run.endpoints]


def test_every_connection_is_held_and_every_message_answered(server: str) -> None:
    run, truth = flood(server, "/echo"), counts(server)
    assert outcomes(run) == [{OPENED: 20}, {DONE: 100}]
    assert (truth["opened"], truth["messages_in"], truth["messages_out"]) == (20, 100, 100)
    assert truth["closes"] == ends(run) == {"1000": 20}
    connections = run.details["connections"]
    assert (connections["peak"], connections["sustained"]) == (truth["peak"], 20)
    assert run.details["messages"] == {
        "sent": 100,
        "answered": 100,
        "lost": 0,
        "never_sent": 0,
        "duplicated": 0,
        "reordered": 0,
        "late_answers": 0,
        "others": 0,
    }
    assert run.duration_s >= 0.6  # the ramp, and the hold


def test_connections_open_at_their_ramp_and_messages_begin_when_all_are_open(server: str) -> None:
    run = flood(server, "/echo", over="2 s", hold="2 s", messages="10/s")
    opened, sent = (each.tally.seconds for each in run.endpoints)
    assert [opened[second].requests for second in (0, 1)] == [10, 10]
    assert sorted(sent) == [2, 3]
    timeline = run.details["timeline"]
    halfway = timeline["open"][round(1 / timeline["step_s"]) - 1]
    assert 8 <= halfway <= 11
    assert timeline["open"][-5:] == [20] * 5


def test_several_shards_open_no_more_and_count_together(server: str) -> None:
    run = flood(server, "/echo", settings={"shards": 2}, count=21)
    truth = counts(server)
    assert run.generator.shards == 2
    assert outcomes(run) == [{OPENED: 21}, {DONE: 100}]
    assert (truth["opened"], truth["closes"]) == (21, {"1000": 21})


@pytest.mark.parametrize("code", [1012, 4321])
def test_who_is_closed_is_dropped_with_the_servers_code(server: str, code: int) -> None:
    run, truth = flood(server, f"/close/{code}/2"), counts(server)
    assert truth["closes"] == ends(run) == {str(code): 20}
    assert reading(run, "dropped connections").value == 100
    assert f"20 × closed by the server (code {code})" in reading(run, "dropped connections").reason
    # Two messages on each connection; when none is open, there is none to send more on.
    assert outcomes(run)[1] == {DONE: 40, Failure.NO_CONNECTION: 60}
    assert truth["messages_in"] == 40


def test_who_is_broken_off_ends_with_1006(server: str) -> None:
    run, truth = flood(server, "/abort/3"), counts(server)
    assert truth["closes"] == ends(run) == {"1006": 20}
    assert run.details["ends"][0]["what"] == "broken off without a goodbye"
    assert outcomes(run)[1] == {DONE: 60, Failure.NO_CONNECTION: 40}


def test_a_server_that_breaks_the_rules_is_left(server: str) -> None:
    run = flood(server, "/broken")
    assert counts(server)["closes"] == ends(run) == {"1002": 20}
    assert reading(run, "dropped connections").value == 100


@pytest.mark.slow
def test_messages_that_come_twice_late_or_never_are_counted(server: str) -> None:
    twice = flood(server, "/duplicate/2")
    before = counts(server)
    assert twice.details["messages"]["duplicated"] == before["messages_out"] - 100 == 40
    swapped = flood(server, "/reorder/3")
    assert swapped.details["messages"]["reordered"] == counts(server)["seen"]["swapped"] == 20
    assert reading(swapped, "reordered messages").value == 20
    lost = flood(server, "/lose/5", settings={"timeout": "0.5 s"})
    assert lost.details["messages"]["lost"] == counts(server)["seen"]["lost"] == 20
    assert outcomes(lost)[1] == {DONE: 80, Failure.ANSWER_TIMEOUT: 20}


def test_what_comes_after_its_time_was_lost_and_is_no_duplicate(server: str) -> None:
    run = flood(server, "/slow/900", hold="1 s", messages="20/s", settings={"timeout": "0.5 s"})
    messages = run.details["messages"]
    assert (messages["sent"], messages["lost"], messages["duplicated"]) == (20, 20, 0)
    assert messages["late_answers"] > 0


def test_round_trips_are_measured_from_the_schedule(server: str) -> None:
    run = flood(server, "/slow/50", hold="1 s", messages="20/s")
    response = run.endpoints[1].tally.response.success
    assert response.min_ns >= 50e6
    assert response.quantile(0.5) < 500e6
    assert run.endpoints[0].tally.connect.count == 20


def test_answers_are_known_by_their_id_and_other_messages_are_others(server: str) -> None:
    assert flood(server, "/wrapped").details["messages"]["answered"] == 100
    assert flood(server, "/talk").details["messages"]["others"] == 100


def test_without_answers_messages_are_only_sent(server: str) -> None:
    run = flood(server, "/mute", reply=False, message="hello {{counter}}")
    assert counts(server)["messages_in"] == 100
    assert outcomes(run)[1] == {DONE: 100}
    assert reading(run, "lost messages").value is None


@pytest.mark.parametrize("status", [401, 503])
def test_refused_handshakes_are_their_status(server: str, status: int) -> None:
    run, truth = flood(server, f"/refuse/{status}/4"), counts(server)
    assert outcomes(run)[0] == {OPENED: 15, status: 5}
    assert truth["refused"] == {str(status): 5}
    assert run.details["refusals"] == [{"what": f"status {status}", "count": 5}]
    assert reading(run, "refused connections").value == 25
    assert reading(run, "held connections").value == truth["peak"] == 15
    assert outcomes(run)[1] == {DONE: 100}  # the others carry them


def test_what_opens_no_websocket_is_refused(server: str) -> None:
    assert outcomes(flood(server, "/wrong-accept"))[0] == {Failure.NOT_WEBSOCKET: 20}
    slow = flood(server, "/slow-open/700", settings={"timeout": "0.3 s"}, messages=None)
    assert outcomes(slow)[0] == {Failure.ANSWER_TIMEOUT: 20}
    assert slow.details["connections"]["refused"] == 20


def test_all_are_dropped_and_opened_again_at_once(server: str) -> None:
    run, truth = flood(server, "/echo", reconnect="1 s"), counts(server)
    assert (truth["opened"], truth["peak"]) == (40, 20)
    assert truth["closes"] == ends(run) == {"1006": 20, "1000": 20}
    storm = run.details["reconnect"]
    assert (storm["dropped"], storm["opened"], storm["refused"]) == (20, 20, 0)
    assert 0 < storm["back_after_ms"] < 1000
    again = next(each for each in run.phases if each.phase.name == "reconnect")
    assert again.endpoints[0].tally.outcomes == {OPENED: 20}
    assert outcomes(run) == [{OPENED: 20}, {DONE: 100}]  # what is judged
    assert [each["name"] for each in run.details["stretches"]] == ["opening", "held", "reconnect"]


def test_who_does_not_come_back_is_never_reconnected(server: str) -> None:
    run = flood(server, "/not-again/30", reconnect="1 s")
    assert counts(server)["refused"] == {"429": 10}
    found = reading(run, "reconnect time")
    assert (found.value, found.never) == (None, True)
    assert found.reason == "10 of 20 came back; 10 × status 429"


def test_pings_of_the_server_are_answered(server: str) -> None:
    run, truth = flood(server, "/pings", hold="1 s"), counts(server)
    assert truth["closes"] == ends(run) == {"1000": 20}
    assert truth["seen"]["pings sent"] > 100


def test_who_answers_no_ping_is_left_for_dead(server: str) -> None:
    run = flood(server, "/never-pong", ping="0.4 s", hold="1.2 s", messages=None)
    assert counts(server)["closes"] == ends(run) == {"1011": 20}
    assert counts(server)["seen"]["pings"] == 20
    assert run.details["ends"][0]["what"] == ("closed because the server gave no sign of life")
    assert ends(flood(server, "/echo", ping="0.4 s", hold="1.2 s")) == {"1000": 20}


@pytest.mark.slow
def test_a_server_that_says_no_goodbye_does_not_hold_us_for_ever(server: str) -> None:
    run = flood(server, "/never-goodbye")
    assert ends(run) == {"1006": 20}
    assert reading(run, "dropped connections").value == 0


def test_headers_tokens_and_subprotocols_are_sent(server: str) -> None:
    headers = {"Authorization": "Bearer open-sesame"}
    run = flood(server, "/subprotocol", headers=headers, messages=None)
    assert outcomes(run)[0] == {400: 20}
    headers["Sec-WebSocket-Protocol"] = "till.v1"
    run = flood(server, "/subprotocol", headers=headers, subprotocol="till.v1")
    assert outcomes(run) == [{OPENED: 20}, {DONE: 100}]
    assert counts(server)["tokens"] == {"Bearer open-sesame": 40}


def test_a_stopped_flood_keeps_what_was_measured_and_says_goodbye(server: str) -> None:
    def watch(moment: Moment) -> None:
        if moment.elapsed_s > 1:
            raise Enough("a time-out")

    run = flood(server, "/echo", hold="60 s", messages="50/s", watch=watch)
    truth = counts(server)
    assert run.stopped == "a time-out"
    assert ends(run) == truth["closes"] == {"1000": 20}
    assert run.details["messages"]["answered"] == truth["messages_in"] >= 30


def test_a_flood_that_is_finished_early_was_never_meant_to_be_longer(server: str) -> None:
    makes, endpoint = load_tester(server), connections_to("/echo", {}, None)
    asked = flood_of(hold="1 h", messages="100/s")
    going = makes.start(makes.plan_flood(asked, endpoint, endpoint, "test"), "test")
    while going.elapsed_s < 1:
        time.sleep(0.05)
    going.finish()
    kept: list[RunResult] = []
    going.seal(kept.append)
    run, truth = concluding(asked)(kept[0]), counts(server)
    assert run.stopped is None
    assert run.requests == run.planned == 20 + truth["messages_in"]
    assert truth["closes"] == ends(run) == {"1000": 20}
    assert reading(run, "sustained connections").value in {None, 100}
    assert 0.9 < run.details["stretches"][-1]["end_s"] < 5


def test_a_server_that_dies_takes_its_connections_along_and_the_run_goes_on(server: str) -> None:
    died: list[float] = []

    def watch(moment: Moment) -> None:
        if moment.elapsed_s > 0.8 and not died:
            died.append(moment.elapsed_s)
            die(server)

    run = flood(server, "/echo", hold="2 s", messages="100/s", watch=watch, reconnect="0.5 s")
    assert died
    assert run.stopped is None
    assert ends(run) == {"1006": 20}
    assert reading(run, "dropped connections").value == 100
    connections, messages = outcomes(run)
    assert connections == {OPENED: 20}
    assert sum(messages.values()) == 200  # none is forgotten
    assert messages[Failure.NO_CONNECTION] > 50
    assert reading(run, "reconnect time").value is None
    assert run.details["reconnect"]["refusals"] == [{"what": "connection refused", "count": 20}]


@pytest.mark.slow
def test_over_tls_it_is_the_same(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    with socket_server("--certificate", str(certificate)) as address:
        run = flood(address, "/echo", settings={"verify": str(ca)}, reconnect="1 s")
        truth = counts(address, str(ca))
        with pytest.raises(ServerUnreachable, match="cannot be trusted"):
            flood(address, "/echo", messages=None)
    assert outcomes(run) == [{OPENED: 20}, {DONE: 100}]
    assert truth["closes"] == ends(run) == {"1006": 20, "1000": 20}
    assert run.endpoints[0].tally.tls.count == 20


def test_messages_longer_than_a_packet_come_back_whole(server: str) -> None:
    text = "{{id}}" + "x" * 300_000
    run = flood(server, "/echo", hold="1 s", messages="20/s", message=text)
    assert outcomes(run)[1] == {DONE: 20}
    assert run.endpoints[1].tally.bytes_received > 20 * 300_000


def test_more_than_the_machine_holds_is_refused_before_anything_is_sent(server: str) -> None:
    command = [sys.executable, "-c", FEW_FILES, server]
    path = os.pathsep.join(sys.path)
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert said.stdout.strip() == (
        "100 WebSocket connections need 116 open files in one process, and the hard limit here is "
        "64: open 48 or fewer, set shards=3 or more, or raise the limit (ulimit -Hn)."
    )
    assert counts(server)["asked"] == 0


FEW_FILES = """
import resource, sys
from ApiLoadLibrary.errors import BadInput
from integration.floods import flood
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
try:
    flood(sys.argv[1], "/echo", count=100)
except BadInput as error:
    print(error)
"""
