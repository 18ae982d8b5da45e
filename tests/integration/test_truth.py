"""What we measure is what the server itself recorded, or what its stalls did to its customers."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.measurement.histogram import nearest_rank
from integration.loads import get, sustain
from rig.process import took_ns, truthful_server

pytestmark = pytest.mark.quiet

MS = 1_000_000
CELL = 0.999
"""A percentile is known to a cell of the histogram, a thousandth wide."""

SLACK_MS = 15  # of a machine that does other things besides; alone it is a third of one


@pytest.mark.slow
def test_service_time_is_the_servers_own_and_a_little_for_the_way() -> None:
    with truthful_server() as server:
        run = sustain(server, [get("/wait/10")], "500/s", "6 s")
        truth = sorted(took_ns(server))
    service = run.endpoints[0].tally.service.success
    assert service.count == len(truth) == 3_000
    assert service.mean_ns is not None
    mean = sum(truth) / len(truth)
    assert mean < service.mean_ns < 1.01 * mean + SLACK_MS * MS
    for share in (0.5, 0.9, 0.95, 0.99):
        own = truth[nearest_rank(share, len(truth)) - 1]
        measured = service.quantile(share)
        assert measured is not None
        assert CELL * own < measured < 1.01 * own + SLACK_MS * MS


def test_a_stall_shows_in_the_response_time_and_service_time_does_not_hide_it() -> None:
    """Who would have come during the stall has waited too, however few workers there were."""
    with truthful_server() as server:
        run = sustain(server, [get("/stall/2000")], "100/s", "6 s", workers=5)
    tally = run.endpoints[0].tally
    response, service = tally.response.judged(), tally.service.judged()
    assert run.outcomes == {200: 600}
    assert 1_900 * MS < (response.quantile(0.99) or 0) < 4_000 * MS
    # A third of all customers were held up; a tool that sends when it is free sees five.
    assert response.count_above(500 * MS) > 100
    assert service.count_above(500 * MS) == 5
    assert (service.max_ns or 0) >= 1_900 * MS
