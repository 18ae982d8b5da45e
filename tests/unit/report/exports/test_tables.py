"""CSV by the second, and OpenMetrics."""

import csv
import io
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.exports.openmetrics import openmetrics
from ApiLoadLibrary.report.exports.seconds import host_seconds, run_seconds
from unit.report import samples

HOSTILE = 'a "b"\\ c\n# EOF {x="1"} \ud800'


@pytest.fixture(scope="module")
def document():
    runs = (samples.run(5), samples.run(4, run_id="run-2"))
    return build_document(replace(samples.failing(), runs=runs))


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_second_of_every_run_has_its_line(document):
    whole = [row for row in rows(run_seconds(document)) if not row["endpoint"]]
    assert [row["run_id"] for row in whole] == ["run-1"] * 5 + ["run-2"] * 4
    sent = sum(int(row["offered"]) for row in whole)
    assert sent == sum(run.requests for run in document.runs)
    assert whole[2]["time"] == "2026-11-23T14:02:02+01:00"
    assert float(whole[2]["p95_ms"]) == document.runs[0].timeline[2].p95_ms


def test_every_endpoint_has_its_line_too(document):
    lines = [row for row in rows(run_seconds(document)) if row["endpoint"] == "Create Order"]
    assert len(lines) == 9
    assert float(lines[0]["p95_ms"]) == document.runs[0].endpoints[3].p95_ms_by_second[0]
    assert lines[0]["offered"] == ""


def test_a_name_is_no_formula_for_a_spreadsheet(document):
    run = replace(document.runs[0], name="=1+1")
    assert rows(run_seconds(replace(document, runs=(run,))))[0]["run"] == "'=1+1"


def test_hosts_have_their_seconds(document):
    lines = rows(host_seconds(document))
    assert [(row["run_id"], row["host"]) for row in lines] == (
        [("run-1", "pos-1")] * 5 + [("run-2", "pos-1")] * 4
    )
    assert float(lines[3]["cpu_percent"]) == document.resources[0].samples[3].cpu_percent


def families(document):
    return {each.name: each for each in text_string_to_metric_families(openmetrics(document))}


def value(family, **labels):
    (found,) = [each.value for each in family.samples if labels.items() <= each.labels.items()]
    return found


def test_prometheus_own_parser_reads_the_metrics(document):
    found = families(document)
    assert value(found["apiload_verdict"], apiload_verdict="fail") == 1
    assert value(found["apiload_verdict"], apiload_verdict="pass") == 0
    assert value(found["apiload_session"], version="4.2.0", system="Point of Sale API") == 1
    requests = found["apiload_requests"]
    assert requests.type == "counter"
    assert sum(each.value for each in requests.samples) == sum(r.requests for r in document.runs)
    times = found["apiload_response_time_seconds"]
    slow = {"run": "Everyday load", "endpoint": "Create Order"}
    p95 = document.runs[0].endpoints[3].response_time_ms.p95
    assert value(times, quantile="0.95", **slow) == pytest.approx(p95 / 1_000)


def test_each_criterion_is_told_with_its_verdict_and_limit(document):
    found = families(document)
    assert value(found["apiload_criterion_measured"], id="C2") == 71.4
    assert value(found["apiload_criterion_target"], id="C2", unit="ms") == 50
    verdicts = found["apiload_criterion_verdict"]
    assert value(verdicts, id="C7", apiload_criterion_verdict="inconclusive") == 1


def test_runs_of_one_name_are_told_apart(document):
    healthy = families(document)["apiload_generator_healthy"]
    assert [each.labels["run"] for each in healthy.samples] == ["Everyday load", "Everyday load #2"]


def test_hostile_names_break_no_line(document):
    run = document.runs[0]
    named = replace(run, name=HOSTILE, endpoints=(replace(run.endpoints[0], name=HOSTILE),))
    found = families(replace(document, runs=(named,), suite=HOSTILE))
    (sample,) = found["apiload_requests"].samples
    assert sample.labels["endpoint"] == HOSTILE.replace("\ud800", "\ufffd")


def test_a_session_without_runs_and_criteria_is_read_too():
    found = families(build_document(samples.session(runs=(), criteria=())))
    assert set(found) == {"apiload_session", "apiload_verdict"}
