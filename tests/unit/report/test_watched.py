"""What was watched, and what went out of bounds: in the document, and on the page."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.watched import Watched, WatchedKind
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.requirement import requirement
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.report.view_resources import view_alerts, view_resources
from unit.report import samples
from unit.report.test_serial import VALIDATOR

SECONDS = tuple(float(n) for n in range(-1, 31))
HOST = Watched(
    "pos-1",
    WatchedKind.HOST,
    of_system=True,
    at_s=SECONDS,
    figures={
        "cpu_percent": (99.0, 99.0, *[40.0] * 29, 70.0),
        "cpu_core_0_percent": (50.0,) * 32,
        "memory_percent": (48.5,) * 32,
        "memory_used_bytes": (7_800_000_000.0,) * 32,
        "disk_percent": (31.0,) * 32,
        "disk_free_bytes": (90e9,) * 32,
        "disk_written_bytes_per_s": (None, *[2_500_000.0] * 31),
        "tcp_in_use": (60.0,) * 32,
        "tcp_time_wait": (12.0,) * 32,
    },
)
SHOP = Watched(
    "<b>shop</b>",
    WatchedKind.HOST,
    of_system=True,
    at_s=SECONDS,
    figures={"gauge:<i>pool</i>": (None, math.inf, *[4.0] * 29, math.nan)},
    gaps=("its metrics were answered with status 503, 2 ×",),
)
SELF = Watched(
    "Load Generator",
    WatchedKind.GENERATOR,
    of_system=False,
    at_s=SECONDS,
    figures={"cpu_cores": (0.25,) * 32, "monitor_cpu_percent": (0.123456789,) * 32},
)
UNSEEN = Watched("till", WatchedKind.PROCESS, of_system=True, at_s=(), figures={})
FULL = Alert("cpu", "pos-1", 3.0, 9.0, 97.5, "%", "The processor of <pos-1> was over 90 % busy.")


@pytest.fixture(scope="module")
def document() -> Document:
    run = replace(samples.run(), watched=(HOST, SHOP, SELF, UNSEEN), alerts=(FULL,))
    return build_document(samples.session(runs=(run,)))


def test_summaries_are_those_of_the_judged_phase_and_values_those_of_the_whole_run(
    document: Document,
) -> None:
    host, shop, own = document.monitored  # what was never seen is left out
    assert (host.name, host.kind, host.of_system) == ("pos-1", WatchedKind.HOST, True)
    cpu = host.figures[0]
    assert (cpu.average, cpu.lowest, cpu.peak) == (41.0, 40.0, 70.0)
    assert cpu.values[:3] == (99.0, 99.0, 40.0)
    assert host.at_s[0] == -1
    pool = shop.figures[0]
    assert (pool.name, pool.gauge, pool.average) == ("<i>pool</i>", True, 4)
    assert (pool.values[:2], pool.values[-1]) == ((None, None), None)  # JSON has no infinity
    assert own.figures[1].average == 0.123457


def test_it_goes_through_json_and_back(document: Document) -> None:
    text = to_json(document)
    assert [each.message for each in VALIDATOR.iter_errors(json.loads(text))] == []
    assert from_json(text) == document
    (alert,) = document.alerts
    assert (alert.run, alert.what, alert.peak) == ("run-1", "cpu", 97.5)


def test_the_page_tells_it_in_words(document: Document) -> None:
    host, shop, own = view_resources(document)
    assert host.title == "pos-1, during “Everyday load”"
    assert {each.name: each.words for each in host.gauges} == {
        "Processor": "41 % on average, 70 % at the peak",
        "Memory": "48.5 % on average, 48.5 % at the peak: 7.8 GB",
        "Disk": "31 % used, 90 GB left",
        "Disk traffic": "2.5 MB/s written and 0 B/s read at the peak",
        "TCP connections": "60 at the peak, and 12 just closed",
    }
    assert all(each.trend.startswith("M") for each in host.gauges)
    rows = {row[0]: row[1:] for row in host.table.rows}
    assert rows["Core 0"] == ("50 %", "50 %", "50 %")
    assert rows["Disk free"] == ("90 GB", "90 GB", "90 GB")
    assert rows["TCP connections just closed (TIME_WAIT)"] == ("12", "12", "12")
    assert shop.gauges[0].words == "4 on average, 4 at the peak"
    assert shop.gaps == "Its metrics were answered with status 503, 2 ×."
    assert [each.folded for each in (host, shop, own)] == [False, False, True]
    assert own.title == "The load generator itself, during “Everyday load”"
    assert own.gauges[0].words == "0.25 processors on average, 0.25 at the peak"


def test_names_and_messages_stay_text_on_the_page(document: Document) -> None:
    page = render(document).replace("\N{NO-BREAK SPACE}", " ")
    assert "<b>shop" not in page
    assert "<i>pool" not in page
    assert "&lt;b&gt;shop&lt;/b&gt;, during" in page
    assert "The processor of &lt;pos-1&gt; was over 90 % busy." in page
    assert [each.run for each in view_alerts(document)] == ["Everyday load"]


def test_a_report_of_before_still_shows_its_host() -> None:
    older = build_document(samples.session())
    assert older.monitored == ()
    (host,) = view_resources(older)
    assert host.title == "pos-1, during “Everyday load”"
    assert [each.name for each in host.gauges] == ["Processor", "Memory", "Disk", "Network"]
    assert "Alerts while load ran" not in render(older)


@pytest.mark.parametrize(
    "criterion, unit, words",
    [
        ("cpu < 90 %", "%", "The system's processor is less than 90 % busy, on average"),
        ("cpu of pos-1 < 90 %", "%", "pos-1’s processor is less than 90 % busy, on average"),
        (
            'memory of "Point of sale" <= 500 MB',
            "MB",
            "Point of sale’s memory in use is at most 500 MB, on average",
        ),
        (
            "swap < 5 %",
            "%",
            "The system's swap is less than 5 % full, on average",
        ),
        ("open files of till > 9", "", "till’s open files number more than 9, on average"),
        ("gauge of pool < 18", "", "pool is less than 18, on average"),
        (
            "network < 2 MB/s in every 10 s",
            "MB/s",
            "The system's network carries less than 2 MB/s, on average, in every 10 s",
        ),
    ],
)
def test_a_requirement_on_what_is_watched_can_be_read_aloud(
    criterion: str, unit: str, words: str
) -> None:
    metric, _, rest = criterion.partition(" of ")
    name = rest.split(" <")[0].split(" >")[0].strip('"') if rest else None
    metric = metric.split(" <")[0]
    operator = next(each for each in ("<=", ">=", "<", ">") if f" {each} " in criterion)
    target = float(criterion.split(f" {operator} ")[1].split(maxsplit=1)[0])
    when = "in every 10 s" if "every" in criterion else ""
    judged = samples.judged(
        1,
        criterion=criterion,
        metric=metric,
        scope=name,
        endpoint=name,
        operator=operator,
        target=target,
        unit=unit,
        when=when,
    )
    found = build_document(samples.session(criteria=(judged,))).criteria[0]
    assert requirement(found) == words
