"""Checks of answers: an error with status 200 is found, and counted as the server knows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.outcomes import FIRST_CHECK, Blame, Failure, FailureKind
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.values import Percent
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, sustain
from rig.process import counts


def checked(path: str, *checks: str, sample: float = 100, **settings: object) -> Endpoint:
    read = [replace(parse_check(each, Percent(sample)), number=n) for n, each in enumerate(checks)]
    return replace(get(path), checks=tuple(read), **settings)


def failures(run: RunResult) -> list[tuple[FailureKind, Blame, str, int]]:
    (endpoint,) = build_run(run).endpoints
    return [(each.kind, each.blame, each.what, each.count) for each in endpoint.failures]


@pytest.mark.parametrize("transport", ["http1", "requests"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_errors_answered_with_status_200_are_counted_as_the_server_does(
    rig: str, transport: str, coding: str
) -> None:
    endpoint = checked(
        *("/json/7", "$.number >= 1", "$.items is not empty", "status = 200"),
        headers={"Accept-Encoding": coding},
    )
    run = sustain(rig, [endpoint], "200/s", "500 ms", transport=transport, shards=2)
    assert counts(rig)["answered"]["wrong"] == 14
    assert run.outcomes == {200: 86, FIRST_CHECK: 14}
    what = "failed the check '$.number >= 1', as where there was no $.number"
    assert failures(run) == [(FailureKind.CHECK, Blame.SERVER, what, 14)]
    (sample, *_) = (each for each in build_run(run).samples if each.why == "failed")
    assert sample.what == "failed the check '$.number >= 1'"
    assert sample.request_id is not None


def test_each_check_is_counted_by_itself_over_endpoints(rig: str) -> None:
    endpoints = [
        checked("/json/2", "count of $.items = 3", "$.number is a number"),
        checked("/json/5", "time < 1 s", "$.error does not exist"),
        get("/ok"),
    ]
    run = sustain(rig, endpoints, "40/s", "500 ms")
    assert [dict(each.tally.outcomes) for each in run.endpoints] == [
        {200: 10, FIRST_CHECK: 10},
        {200: 16, FIRST_CHECK + 1: 4},
        {200: 20},
    ]


def test_a_sample_is_looked_at_whichever_shard_sends_it(rig: str) -> None:
    seen = []
    for shards in (1, 2):
        endpoint = checked("/json/1", "$.items exists", sample=25)
        run = sustain(rig, [endpoint], "400/s", "500 ms", shards=shards)
        seen.append({arrival for arrival, _ in run.endpoints[0].tally.unaccepted})
        ((_, _, what, count),) = failures(run)
        assert what.startswith("failed the check '$.items exists' (25 % were looked at), as where")
        assert count == len(seen[-1])
    assert seen[0] == seen[1]
    assert 25 <= len(seen[0]) <= 75  # of 200, 50 expected; six sigma is 37


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_what_has_failed_already_need_not_be_right_besides(rig: str, transport: str) -> None:
    run = sustain(rig, [checked("/status/503", "$.items exists")], "20/s", "500 ms",
                  transport=transport)  # fmt: skip
    assert run.outcomes == {503: 10}
    refused = checked("/status/429", "$.a exists", expected=frozenset({200}),
                      refused=frozenset({429}))  # fmt: skip
    run = sustain(rig, [refused], "20/s", "500 ms", transport=transport)
    assert run.outcomes == {429: 10}
    assert run.errors == 0


@pytest.mark.parametrize(
    "path, example",
    [
        ("/gzip", "the body cannot be unpacked: it says that it is gzip"),
        ("/ok", "the body is not JSON"),
        ("/until-close", "the body is not JSON"),
        ("/chunked", "the body is not JSON"),
    ],
)
def test_bodies_that_are_no_json_are_told(rig: str, path: str, example: str) -> None:
    run = sustain(rig, [checked(path, "$.items exists")], "20/s", "300 ms")
    assert run.outcomes == {FIRST_CHECK: 6}
    assert failures(run)[0][2].endswith(f", as where {example}")


def test_the_answer_behind_a_redirect_is_looked_at(rig: str) -> None:
    endpoint = checked("/redirect?/json/3", "$.items exists")
    run = sustain(rig, [endpoint], "20/s", "300 ms", redirects="follow")
    assert run.outcomes == {200: 4, FIRST_CHECK: 2}


def test_head_and_lost_answers_need_no_body(rig: str) -> None:
    head = replace(checked("/ok", "header Content-Length = 5"), method="HEAD")
    assert sustain(rig, [head], "20/s", "300 ms").outcomes == {200: 6}
    run = sustain(rig, [checked("/short-body", "body contains hello")], "20/s", "300 ms")
    assert run.outcomes == {Failure.CLOSED_EARLY: 6}


def test_checks_that_hold_up_the_generator_are_told(rig: str) -> None:
    """2 MB of a text in which a pattern is looked for in vain at every place."""
    slow = checked("/large", r"body matches (x{1,40}y|z)")
    run = sustain(rig, [slow], "20/s", "500 ms", timeout="20 s")
    assert run.outcomes == {FIRST_CHECK: 10}
    assert run.generator.overloaded
    (told,) = (each for each in run.generator.reasons if each.startswith("checks of answers took"))
    assert "sample=10 %" in told
    light = sustain(rig, [checked("/json/9", "$.items exists")], "20/s", "500 ms")
    assert not any("checks of answers" in each for each in light.generator.reasons)
