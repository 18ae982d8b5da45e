"""The ids that the report lists are those that the server saw."""

from __future__ import annotations

import re

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import steady, watch_nothing
from rig.process import counts

SEEN = re.compile(r"X-Request-Id: (\w+)\n.*?traceparent: 00-(\w+)-(\w+)-01", re.DOTALL)


@pytest.mark.parametrize("settings", [{}, {"shards": 2}, {"transport": "requests"}])
def test_every_request_has_an_id_of_its_own_and_samples_name_theirs(
    rig: str, settings: dict[str, object]
) -> None:
    session = AcceptanceSession()
    session.use_server(rig, **settings)
    session.endpoints.define(Endpoint("Good", "GET", "/sometimes/60"))
    session.endpoints.define(Endpoint("Bad", "POST", "/status/500", json={"n": "{{counter}}"}))
    session.run(session.plan(steady("50/s", "1 s"), "Each Endpoint"), watch_nothing)
    seen = {
        found[1]: request.split("\n", 1)[0]
        for request in counts(rig)["bodies"]
        if (found := SEEN.search(request.replace("\r", "")))
        and found[1] == found[2]
        and found[1].endswith(found[3])
    }
    assert len(seen) == 100
    samples = build_document(session.record({})).runs[0].samples
    assert samples
    for each in samples:
        path = "/status/500" if each.endpoint == "Bad" else "/sometimes/60"
        assert seen[str(each.request_id)] == path
    assert {each.status for each in samples if each.why == "failed"} == {500}
