"""What rules know of hosts and processes, from whatever a document holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.watched import WatchedKind
from ApiLoadLibrary.report.advice import recommend
from ApiLoadLibrary.report.advice.machines import machines_of
from ApiLoadLibrary.report.document import Document
from unit.report.advice.documents import (
    endpoint_of,
    host_of,
    judged,
    run_of,
    spoken,
    steady,
    watched_process,
)


def slow(host: str = "pos-1", cpu: float = 96.0, seconds: int = 60) -> Document:
    run = run_of(endpoint_of(steady(60), seconds=seconds), host=host_of([cpu] * seconds, name=host))
    return judged(run, criteria=("p95 < 50 ms",))


def names(document: Document) -> list[str]:
    return [each.name for each in machines_of(document, document.runs[0])]


def test_reports_of_the_first_version_tell_of_the_systems_host_alone() -> None:
    document = slow()
    assert names(replace(document, monitored=())) == ["pos-1"]


@pytest.mark.parametrize("kind", [WatchedKind.GENERATOR, WatchedKind.HOST])
def test_the_load_generator_and_its_own_machine_are_none_of_the_system(kind: WatchedKind) -> None:
    document = watched_process(slow(), kind, cpu_percent=99.0)
    (watched,) = document.monitored
    mine = replace(watched, name="localhost", of_system=False)
    assert names(replace(document, monitored=(mine,), resources=())) == []


def test_what_came_before_the_judged_phase_does_not_count() -> None:
    document = watched_process(slow(seconds=4), cpu_percent=[100.0, 100.0, 10.0, 20.0])
    (watched,) = document.monitored
    before = replace(watched, at_s=(-1.0, 0.0, 1.0, 2.0))
    (machine,) = machines_of(replace(document, monitored=(before,)), document.runs[0])
    assert machine.average("cpu_percent") == 15
    assert machine.peak("cpu_percent") == 20
    assert machine.average("memory_percent") is None
    assert machine.between("cpu_percent", 1, 2).tolist() == [20]


def test_a_process_is_sure_to_be_the_systems_where_its_machine_is_shared() -> None:
    shared = slow("localhost")
    (found,) = spoken(shared, of="full processor")["full processor"]
    assert found.sure.name == "LOW"
    assert "took its part" in found.evidence[1]
    (found,) = spoken(watched_process(shared, cpu_percent=95.0), of="full processor")[
        "full processor"
    ]
    assert (found.sure.name, len(found.evidence)) == ("MEDIUM", 1)
    assert found.finding == "Shop used up its processor time while answers were slow"


def test_memory_of_a_shared_machine_is_no_leak_where_the_process_is_known() -> None:
    growing = [4.0 + second / 400 for second in range(240)]
    run = run_of(
        endpoint_of(steady(), seconds=240, per_s=4),
        host=host_of([40.0] * 240, growing, name="localhost"),
    )
    alone = judged(run)
    assert len(spoken(alone, of="memory grows")["memory grows"]) == 1
    both = watched_process(alone, memory_used_bytes=2e8)
    host = replace(
        watched_process(
            alone, WatchedKind.HOST, memory_used_bytes=[each * 1e9 for each in growing]
        ).monitored[0],
        name="localhost",
    )
    both = replace(both, monitored=(*both.monitored, host))
    assert spoken(both, of="memory grows")["memory grows"] == []


def test_more_processors_are_not_asked_for_where_one_is_all_it_uses() -> None:
    document = watched_process(slow(), cpu_percent=25.0, cpu_cores=1.0)
    said = [each.finding for each in recommend(document)]
    assert "Shop works on one processor only, and that one is full" in said
    assert not any("time to spare" in each or "full while" in each for each in said)
