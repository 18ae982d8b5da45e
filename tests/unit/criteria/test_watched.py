"""Criteria on what was watched: hosts, processes and gauges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.evaluation import Measured, measure
from ApiLoadLibrary.criteria.everything import everything
from ApiLoadLibrary.criteria.judgement import Judgement, Verdict
from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import PhaseResult, RunResult
from ApiLoadLibrary.measurement.watched import Watched, WatchedKind
from unit.criteria.builders import a_run, an_endpoint, around, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
HOST, PROCESS = WatchedKind.HOST, WatchedKind.PROCESS
TEN_SECONDS = a_run(an_endpoint(around(10, 1_000)))
NS_PER_S = 1_000_000_000


def seen(
    name: str,
    figures: Mapping[str, Sequence[float | None]],
    *,
    kind: WatchedKind = HOST,
    of_system: bool = True,
    start_s: int = 1,
    gaps: tuple[str, ...] = (),
) -> Watched:
    length = len(next(iter(figures.values()))) if figures else 0
    at_s = tuple(float(start_s + n) for n in range(length))
    columns = {key: tuple(values) for key, values in figures.items()}
    return Watched(name, kind, of_system, at_s, columns, gaps)


POS_1 = seen(
    "pos-1",
    {
        "cpu_percent": [40.0, 60.0, 50.0, 50.0],
        "memory_percent": [70.0] * 4,
        "memory_used_bytes": [6e9] * 4,
        "disk_percent": [55.0] * 4,
        "sent_bytes_per_s": [2e6] * 4,
        "received_bytes_per_s": [1e6] * 4,
        "swap_percent": [0.0] * 4,
        "open_files": [1_000.0] * 4,
    },
)
TILL = seen(
    "Point of sale",
    {"cpu_percent": [80.0, 90.0, 85.0], "memory_used_bytes": [500e6] * 3},
    kind=PROCESS,
)
SHOP = seen("shop", {"gauge:pool": [3.0, 5.0, 4.0, 20.0], "cpu_cores": [0.5] * 4})
TWICE_SEEN = seen("pos-1", {"cpu_percent": [5.0, None, 5.0]})
SELF = seen("Load Generator", {"cpu_percent": [99.0] * 4}, of_system=False)


def run(*watched: Watched) -> RunResult:
    return replace(TEN_SECONDS, watched=watched)


@pytest.mark.parametrize(
    "text, verdict, measured",
    [
        ("cpu < 90 %", PASS, 50),
        ("cpu < 45 %", FAIL, 50),
        ("cpu of pos-1 < 90 %", PASS, 50),
        ("cpu of POS-1 < 45 %", FAIL, 50),
        ('cpu of "Point of sale" < 80 %', FAIL, 85),
        ('memory of "Point of sale" < 600 MB', PASS, 500),
        ('memory of "Point of sale" < 0.4 GB', FAIL, 500),
        ("memory < 8 GB", PASS, 6_000),
        ("memory < 60 %", FAIL, 70),
        ("disk < 60 %", PASS, 55),
        ("network < 2 MB/s", FAIL, 3),
        ("swap <= 0 %", PASS, 0),
        ("open files of pos-1 < 900", FAIL, 1_000),
        ("gauge of pool < 10", PASS, 8),
        ("gauge of pool > 10", FAIL, 8),
        ("cpu of Load Generator < 90 %", FAIL, 99),
        ("gauge of pool < 10 in every 1 s", FAIL, 20),
        ("cpu of pos-1 < 55 % after the first 2 s", INCONCLUSIVE, 50),  # two samples
    ],
)
def test_a_criterion_on_what_was_watched(text: str, verdict: Verdict, measured: float) -> None:
    judgement = judge(text, run(POS_1, TILL, SHOP, SELF), any_name=True)
    assert (judgement.verdict, judgement.measured) == (verdict, pytest.approx(measured))


def sentence(text: str, *watched: Watched) -> Judgement:
    return judge(text, run(*watched), any_name=True)


def test_sentences_name_what_was_watched() -> None:
    everything = (POS_1, TILL, SHOP, SELF)
    assert sentence("cpu < 45 %", *everything).sentence == (
        "CPU of pos-1 was 50 % on average, 60 % at its peak; the limit is 45 % "
        "(4 samples, one a second)"
    )
    assert sentence("gauge of pool > 10", *everything).sentence == (
        "Gauge of pool was 8 on average, 3 at its lowest; more than 10 is required "
        "(4 samples, one a second)"
    )
    judgement = sentence('memory of "point of sale" < 400 MB', *everything)
    assert judgement.sentence.startswith("Memory of Point of sale was 500 MB on average")
    assert (judgement.endpoint, judgement.unit) == ("Point of sale", "MB")


def test_of_several_hosts_of_the_system_the_worst_decides() -> None:
    other = seen("pos-2", {"cpu_percent": [95.0] * 4})
    judgement = sentence("cpu < 90 %", POS_1, other, SELF)
    assert (judgement.verdict, judgement.measured) == (FAIL, 95)
    assert "the worst of 2 hosts" in judgement.sentence
    assert sentence("cpu < 40 %", POS_1, other).reason == "also broken by pos-1"
    # One that does not tell it decides nothing.
    assert sentence("disk < 90 %", POS_1, other).verdict is PASS


@pytest.mark.parametrize(
    "text, watched, reason",
    [
        ("cpu < 90 %", (SELF,), "the host of the system under test is not monitored"),
        ("cpu < 90 %", (seen("pos-1", {"cpu_percent": []}),), "the run was too short for a sample"),
        ("cpu of shop < 90 %", (SHOP,), "shop does not tell its cpu"),
        (
            "gauge of pool < 9",
            (seen("shop", {"gauge:pool": [None] * 4}, gaps=("no answer, 4 ×",)),),
            "shop could not be seen: no answer, 4 ×",
        ),
        (
            "cpu < 90 %",
            (seen("pos-1", {"cpu_percent": [5.0, None, 5.0]}),),
            "too few samples, one a second: 2",
        ),
    ],
)
def test_what_was_not_seen_decides_nothing(
    text: str, watched: tuple[Watched, ...], reason: str
) -> None:
    judgement = sentence(text, *watched)
    assert judgement.verdict is INCONCLUSIVE
    assert reason in judgement.reason


def test_a_name_that_nothing_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownName, match=r"process 'pos-3'. Did you mean 'pos-1'\?"):
        sentence("cpu of pos-3 < 9 %", POS_1)
    with pytest.raises(UnknownName, match=r"no gauge 'pol'. Did you mean 'pool'\?"):
        sentence("gauge of pol < 9", SHOP)


def test_a_metric_is_measured_without_a_verdict() -> None:
    watched = run(POS_1, TILL, SHOP)
    assert measure("cpu", None, watched) == Measured(50, "%", 4, None)
    assert measure("memory", "Point of sale", watched) == Measured(None, "%", 0, "Point of sale")
    assert measure("gauge", "pool", watched) == Measured(8, "", 4, "pool")
    assert measure("network", None, watched) == Measured(3, "MB/s", 4, None)


def test_each_phase_has_its_own_seconds() -> None:
    """Four seconds of warm-up, judged from then on."""
    phases = tuple(
        PhaseResult(Phase(name, start * NS_PER_S, end * NS_PER_S, judged), TEN_SECONDS.endpoints)
        for name, start, end, judged in (("warm-up", 0, 4, False), ("load", 4, 14, True))
    )
    cpu = [90.0] * 4 + [10.0] * 10
    watched = run(seen("pos-1", {"cpu_percent": cpu}, start_s=-3))
    both = replace(watched, phases=phases, length_ns=10 * NS_PER_S)
    assert judge("cpu < 50 %", both).measured == 10
    assert judge("cpu < 50 % during warm-up", both).measured == 90
    assert judge("cpu < 50 % in every 2 s", both).verdict is PASS


def test_everything_takes_what_has_one_name_for_one_thing() -> None:
    other = replace(run(seen("pos-1", {"cpu_percent": [90.0] * 4})), id="run-2")
    whole = everything([run(POS_1), other])
    assert [each.name for each in whole.watched] == ["pos-1"]
    assert judge("cpu of everything < 80 %", whole).measured == 70
