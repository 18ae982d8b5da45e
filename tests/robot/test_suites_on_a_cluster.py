"""The suites that ship with the project, unchanged, with load from three hosts that are apart."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from rig import server_count
from rig.cluster import WORKERS, cluster
from rig.robot_run import RobotRun, run_robot

from .test_acceptance_suites import ALL_BUT_THE_SEARCH, BRIEF, SUITES

pytestmark = [pytest.mark.namespaces, pytest.mark.slow]

SENT_BESIDES = {
    "Suites.Authentication.Nobody Gets In Without A Right While The Shop Is Full": 1,  # signs in
    "Suites.Error Recovery.A Failing Payment Provider Keeps Nobody Waiting": 3,  # sets faults
    "Suites.Payment Stress.No Order And No Hour Of Work Is Lost": 2,  # asks for the books
    "Suites.Rate Limiting.Partners Get What They Were Promised And No More": 1,  # signs in
}
"""How many requests a test sends that are no load."""
OF_THE_BOOKS = ("No Payment Is Lost And None Is Taken Twice", "The Shop Has Counted The Same")


def test_the_suites_run_unchanged_and_the_server_counts_the_same(tmp_path: Path) -> None:
    counted = tmp_path / "counted.json"
    with (
        cluster() as hosts,
        hosts.server.reference_api("--limit", "30/1s") as address,
    ):
        variables = {
            "CLUSTER": hosts.address,
            "BASE_URL": address,
            "REFERENCE_ADDRESS": address,
            "PARTNER_LIMIT": "30/s",
        }
        options = [word for each in variables.items() for word in ("-v", ":".join(each))]
        listener = f"{server_count.__file__};{address};{counted}"
        more = (*BRIEF, *ALL_BUT_THE_SEARCH, "--listener", listener)
        run = run_robot(tmp_path, *options, *more, SUITES)
        sources = {hosts.hosts[name].address for name in WORKERS}
    for name in ("Each Endpoint Keeps Its Contract", *OF_THE_BOOKS):
        assert run.tests[name].passed, run.tests[name].message
    for each in run.report["runs"]:
        took_part = {host["name"] for host in each["generator"]["hosts"]}
        assert len(took_part) == (1 if each["scenario"] == "rate_limit" else 3), each["name"]
        assert took_part <= sources
        assert each["generator"]["lost_shards"] == []
    everyday = next(each for each in run.report["runs"] if each["name"] == "Everyday load")
    assert everyday["requests"] == everyday["planned"] == 334
    told, reported = server_count.read(counted), requests_reported(run)
    assert len(reported) == 9
    for test, number in reported.items():
        assert sum(told[test].values()) - SENT_BESIDES.get(test, 0) == number, test


def requests_reported(run: RobotRun) -> Counter[str]:
    """How many each test says to have sent; those over WebSockets have a test of their own."""
    found: Counter[str] = Counter()
    for each in run.report["runs"]:
        phases = [phase["requests"] for phase in each["phases"]]
        if each["scenario"] != "websocket_flood":
            found[each["test"]] += sum(phases) if phases else each["requests"]
    return found
