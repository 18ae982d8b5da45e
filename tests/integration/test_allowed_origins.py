"""Load goes where it may, and nowhere else: a socket that nobody may connect to says so.

Each way in which load might be led away is tried; in the end not one connection was made.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.errors import (
    ApiLoadError,
    BadInput,
    OriginNotAllowed,
    ServerUnreachable,
)
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.feeders import feed_from
from ApiLoadLibrary.session.flood import SocketFlood
from ApiLoadLibrary.session.imports import Imports
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.session.stored import Stored
from ApiLoadLibrary.session.taking_over import take_over
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Order
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.origin import Origin
from integration.floods import flood_of
from integration.loads import get, steady, watch_nothing
from rig.signpost import Signpost, signpost

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True)
class Forbidden:
    """Two listening sockets: on another port of this host, and on another host."""

    sockets: tuple[socket.socket, ...]

    @property
    def hosts(self) -> list[str]:
        """`127.0.0.1:40000`, `127.0.0.2:40001`."""
        return ["{}:{}".format(*each.getsockname()) for each in self.sockets]

    @property
    def connections(self) -> int:
        """How many were made since the last time; the kernel makes them without being asked."""
        made = 0
        for each in self.sockets:
            with contextlib.suppress(BlockingIOError):
                while True:
                    each.accept()[0].close()
                    made += 1
        return made


@pytest.fixture
def forbidden() -> Iterator[Forbidden]:
    """Nobody may connect there."""
    with socket.create_server(("127.0.0.1", 0)) as port, socket.create_server(
        ("127.0.0.2", 0)
    ) as host:  # fmt: skip
        for each in (port, host):
            each.setblocking(False)
        found = Forbidden((port, host))
        yield found
        assert found.connections == 0


@pytest.fixture
def here() -> Iterator[Signpost]:
    """The only server that load may go to."""
    with signpost() as post:
        yield post


@pytest.fixture
def session(here: Signpost) -> AcceptanceSession:
    made = AcceptanceSession()
    made.use_server(here.address, timeout=Duration.parse("10 s"))
    made.place = Place("Suite", "Suite.Test")
    return made


def send(session: AcceptanceSession, rate: str = "20/s", duration: str = "100 ms") -> RunResult:
    return session.run(session.plan(steady(rate, duration), "Each Endpoint"), watch_nothing)


def spellings(here: str, forbidden: Forbidden) -> list[str]:
    """Addresses that lead away, or look as if they stayed."""
    us = here.removeprefix("http://")
    return [
        way.format(us=us, away=away)
        for away in forbidden.hosts
        for way in (
            "http://{away}/",
            "HTTP://{away}/",
            "//{away}/",
            "\\\\{away}\\",
            "http:\\\\{away}/",
            "http:///{away}/",
            "///{away}/",
            "http://{us}@{away}/",
            "http://{us}\\@{away}/",
            "http://{us}%40{away}/",
            "http://{us}#@{away}/",
            "http://{us}?@{away}/",
            "http://{us}\t@{away}/",
            " http://{away}/",
        )
    ]


def test_the_sockets_that_nobody_may_connect_to_would_tell(forbidden: Forbidden) -> None:
    for each in forbidden.hosts:
        requests_line_s = 0.2
        with contextlib.suppress(requests.RequestException):
            requests.get(f"http://{each}/", timeout=requests_line_s)
    assert forbidden.connections == 2


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_an_absolute_url_goes_nowhere(
    session: AcceptanceSession, forbidden: Forbidden, transport: str
) -> None:
    session.configure(transport=transport)
    for each in forbidden.hosts:
        session.endpoints.define(Endpoint("Away", "GET", f"http://{each}/x"))
        with pytest.raises(OriginNotAllowed, match=f"Nothing is sent to http://{each}"):
            send(session)


@pytest.mark.parametrize(
    "path",
    [
        "http://{us}@{away}/",
        "http://{{{{choice {away}}}}}/",
        "http://{{{{choice a|b}}}}@{away}/",
        "http://127.0.0.1:{{{{integer 1..9}}}}/",
        "http://[::ffff:127.0.0.2%25lo]:9/",
        "http://[fe80::1%25lo]/",
        "http://127.0.0.1.:9/",
        "http://127.1:9/",
        "http://ⓛocalhost.example/",
    ],
)
def test_an_authority_that_is_not_quite_ours_is_not_ours(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden, path: str
) -> None:
    us = here.address.removeprefix("http://")
    for away in forbidden.hosts:
        session.endpoints.define(Endpoint("Away", "GET", path.format(us=us, away=away)))
        with pytest.raises(BadInput):
            send(session)
    assert here.came == []


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_no_path_and_no_fed_value_becomes_another_authority(
    session: AcceptanceSession,
    here: Signpost,
    forbidden: Forbidden,
    tmp_path: Path,
    transport: str,
) -> None:
    """All of it arrives at the server that was meant, in its path."""
    file = tmp_path / "users.csv"
    values = [
        value.format(away)
        for away in forbidden.hosts
        for value in ("/{}", "@{}", "\\\\{}", "//{}/", ":80@{}", "http://{}/", "?@{}", "#@{}")
    ]
    crlf = f" HTTP/1.1\r\nHost: {forbidden.hosts[0]}\r\n\r\nGET http://{forbidden.hosts[1]}/"
    file.write_text("to\n" + "".join(f'"{each}"\n' for each in (*values, crlf)), newline="")
    feed_from(session.feeders, str(file), Order.SEQUENTIAL, "fed")
    session.configure(transport=transport)
    away = forbidden.hosts[0]
    paths = [f"//{away}/", f"/@{away}/", f"/\\{away}/", f"/\\\\{away}/", f"/%2F{away}"]
    fed = ["/{{fed.to}}", "/?to={{fed.to}}", "/x/{{choice /" + away + "}}"]
    for number, path in enumerate((*paths, *fed, f"{here.address}\\@{away}/")):
        session.endpoints.define(Endpoint(f"Path {number}", "GET", path))
    run = send(session, "170/s")
    assert run.outcomes == {200: 9 * 17}
    assert len(here.came) == 9 * 17
    host = here.address.removeprefix("http://")
    assert {headers["Host"] for _, headers in here.came} == {host}
    assert all(line.startswith("GET /") for line in here.lines)


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_no_redirect_leads_away_from_the_load(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden, transport: str
) -> None:
    follow = "follow" if transport == "http1" else "report"
    session.configure(transport=transport, redirects=follow)
    here.away = spellings(here.address, forbidden)
    for number in range(len(here.away)):
        session.endpoints.define(get(f"/away/{number}"))
    run = send(session, "10/s")
    assert run.requests == len(here.away)
    assert set(run.outcomes) <= {302, 200, Failure.REDIRECTED_AWAY}


def test_no_redirect_leads_away_who_signs_in_or_asks(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden
) -> None:
    here.away = spellings(here.address, forbidden)
    for number in range(len(here.away)):
        with contextlib.suppress(ApiLoadError):  # some only look as if they led away
            session.sign_in(SignIn("POST", f"/away/{number}", {"user": "x"}, "$.token"))
        with contextlib.suppress(ApiLoadError):
            session.ask("GET", f"/away/{number}")
    for each in forbidden.hosts:
        with pytest.raises(OriginNotAllowed):
            session.sign_in(SignIn("POST", f"http://{each}/", {"user": "x"}, "$.token"))


def test_no_journey_is_led_away(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden
) -> None:
    """Neither by a redirect, nor by a value that its user has taken from an answer."""
    away = forbidden.hosts[1]
    here.away, here.body = [f"http://{away}/"], json.dumps({"next": f"@{away}/"}).encode()
    session.configure(redirects="follow")
    session.endpoints.define(Endpoint("Look", "GET", "/"))
    session.endpoints.define(Endpoint("Go On", "GET", "/{{next}}"))
    session.endpoints.define(Endpoint("Go Away", "GET", "/away/0"))
    session.journeys.take("Look", {"next": "$.next"})
    journey = Journey.parse("Walk", ("Look", "Go On", "Go Away"), None)
    session.journeys.define(journey)
    asked = [(journey, Rate.parse("20/s"))]
    visit = JourneyVisit(session, "20/s journeys", asked, Duration.parse("100 ms"))
    run = session.run(visit.plan("Walk", None), watch_nothing, visit.conclude)
    assert run.journeys[0].tally.outcomes == {Failure.REDIRECTED_AWAY: 2}
    assert f"GET /%40{away.replace(':', '%3A')}%2F HTTP/1.1" in here.lines


def test_no_websocket_is_opened_elsewhere(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden
) -> None:
    flood = flood_of(count=2, over="100 ms", hold="100 ms", messages=None)
    for each in forbidden.hosts:
        with pytest.raises(OriginNotAllowed):
            SocketFlood(session, flood, f"ws://{each}/chat", {}, None).plan(None)
    here.away = [f"http://{forbidden.hosts[1]}/"]
    session.configure(redirects="follow")
    run = session.run(SocketFlood(session, flood, "/away/0", {}, None).plan(None), watch_nothing)
    assert run.outcomes == {302: 2}


def test_no_import_leads_away(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden, tmp_path: Path
) -> None:
    one, other = (f"http://{each}" for each in forbidden.hosts)
    entry = {"request": {"method": "GET", "url": f"{one}/x", "headers": []}, "response": {}}
    item = {"name": "x", "request": {"method": "GET", "url": {"raw": f"{other}/x"}}}
    operation = {"get": {"responses": {"200": {"description": "ok"}}}}
    schema = {"schema": {"$ref": f"{other}/schema.json"}}
    referring = {"get": {"parameters": [{"name": "q", "in": "query", "required": True, **schema}],
                         "responses": {"200": {"description": "ok"}}}}  # fmt: skip
    described = {
        "openapi": "3.0.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": one}],
        "paths": {
            "/x": operation,
            "/y": {**operation, "servers": [{"url": other}]},
            "/z": referring,
        },
    }
    har, postman, openapi = (tmp_path / f"{each}.json" for each in ("har", "postman", "openapi"))
    har.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    at = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    postman.write_text(json.dumps({"info": {"name": "x", "schema": at}, "item": [item]}))
    openapi.write_text(json.dumps(described))
    imports = Imports(session)
    reads: list[Callable[[], object]] = [
        lambda: imports.from_har(str(har), frozenset({"GET"}), static=True),
        lambda: imports.from_postman(str(postman), frozenset({"GET"}), None, {}),
        lambda: imports.from_openapi(str(openapi), Choice()),
        lambda: imports.from_openapi(f"{one}/openapi.json", Choice()),
    ]
    here.away = [f"{other}/openapi.json"]
    reads.append(lambda: imports.from_openapi(f"{here.address}/away/0", Choice()))
    for read in reads:
        with contextlib.suppress(BadInput):  # nothing that can be sent was found
            read()
    if session.endpoints.names:
        send(session)
    assert all("/y" not in line for line in here.lines)


def test_the_environments_proxies_are_not_taken_unless_requests_carries_the_load(
    here: Signpost,
    forbidden: Forbidden,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://{forbidden.hosts[1]}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    here.body = b'{"access_token": "of.our.own", "load": 1}\n# TYPE x gauge\nx 1\n'
    session = AcceptanceSession()
    session.use_server(here.address)
    with contextlib.suppress(ApiLoadError):  # the body is no JSON
        session.sign_in(SignIn("POST", "/", {}, "$.access_token"))
    with contextlib.suppress(ApiLoadError):
        session.watching.add_host("db", f"{here.address}/metrics", gauges={"x": "x"})
    session.ask("GET", "/x")
    session.endpoints.define(get("/"))
    assert send(session).outcomes == {200: 2}
    session.identity.use_digest_auth("till-1", "flat-white")  # which goes through requests
    assert send(session).outcomes == {200: 2}


def test_a_session_that_is_taken_over_does_not_lead_back(
    session: AcceptanceSession, forbidden: Forbidden
) -> None:
    """Load goes to that session's server; what was allowed beside the earlier one is no longer."""
    session.configure(allow=tuple(f"http://{each}" for each in forbidden.hosts))
    with signpost() as other:
        take_over(session, requests.Session(), other.address)
        for each in forbidden.hosts:
            session.endpoints.define(Endpoint("Back", "GET", f"http://{each}/"))
            with pytest.raises(OriginNotAllowed):
                send(session)


def test_what_is_watched_is_where_it_was_said(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden
) -> None:
    here.away = [f"http://{forbidden.hosts[1]}/metrics"]
    with pytest.raises(ServerUnreachable, match="answered with status 302"):
        session.watching.add_host("db", f"{here.address}/away/0")


def test_what_was_stored_is_asked_for_where_load_goes(
    session: AcceptanceSession, here: Signpost, forbidden: Forbidden
) -> None:
    session.endpoints.define(get("/"))
    send(session)
    here.away = [f"http://{forbidden.hosts[0]}/"]
    for path in (f"http://{forbidden.hosts[1]}/{{{{run}}}}", "/away/0?{{run}}"):
        with pytest.raises(OriginNotAllowed):
            Stored(session).compare_by_path("Get /", path, None, "$.count", None)
        with pytest.raises(OriginNotAllowed):
            Stored(session).remove("DELETE", path, None)


def test_no_fault_proxy_leads_away(session: AcceptanceSession, forbidden: Forbidden) -> None:
    for each in forbidden.hosts:
        with pytest.raises(OriginNotAllowed):
            session.start_fault_proxy(f"http://{each}")


def test_a_name_is_looked_up_once_and_its_answers_hold_for_the_load_run(
    here: Signpost, forbidden: Forbidden, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever changes what a name means in mid-run leads no connection anywhere else."""
    us, away = ((name, int(port)) for name, port in (
        each.split(":") for each in (here.address.removeprefix("http://"), forbidden.hosts[1])
    ))  # fmt: skip
    answers = [us, away, away]
    monkeypatch.setattr(
        socket, "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", answers.pop(0))],
    )  # fmt: skip
    origin = Origin.of("http://flapping.example")
    connector = Connector(origin, {origin}, verify=True)
    connector.look_up()
    for attempt in range(3):
        with connector.open(attempt) as opened:
            opened.setblocking(True)
            assert opened.getpeername() == us
    assert answers == [away, away]
