"""A document as JSON, its schema, and back."""

import dataclasses
import json
from importlib.resources import files
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import (
    SCHEMA_VERSION,
    Alert,
    Approval,
    Document,
    EarlierCriterion,
    EarlierSession,
    GeneratorHost,
    Phase,
    Verdict,
    Waiver,
)
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.serial import from_json, to_json
from unit.report import samples

SCHEMA = json.loads(
    files("ApiLoadLibrary.report").joinpath("acceptance-report.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
OLD = (Path(__file__).parent / "files" / "report-1.0.json").read_text("utf-8")
SESSIONS = {
    "pass": samples.session,
    "fail": samples.failing,
    "inconclusive": samples.inconclusive,
    "empty": lambda: samples.session(runs=(), criteria=()),
    "interrupted": lambda: samples.session(interrupted="the run was interrupted"),
}


@pytest.fixture(params=SESSIONS.values(), ids=SESSIONS, scope="module")
def document(request):
    return build_document(request.param())


@pytest.fixture(scope="module")
def data():
    return json.loads(to_json(build_document(samples.failing())))


def full() -> Document:
    """With one of everything that this version does not measure yet."""
    document = build_document(samples.session())
    limit = ("p95", "Products", "", "<", 20.0, "ms", None, Verdict.INCONCLUSIVE)
    earlier = EarlierSession(
        document.started_at,
        Verdict.FAIL,
        "4.1",
        None,
        "suites.json",
        (EarlierCriterion("Suites.A", *limit),),
        ("Suites.B",),
    )
    hosts = (GeneratorHost("gen-1", 2, 1, 41.5, None, 0.0, 0.4),)
    run = dataclasses.replace(
        document.runs[0],
        phases=(Phase("burst", 15.0, 45.0, True, 9, 1, None),),
        generator=dataclasses.replace(document.runs[0].generator, hosts=hosts),
    )
    return dataclasses.replace(
        document,
        runs=(run,),
        alerts=(Alert("cpu", "pos-1", run.id, 3.0, None, 97.5, "%", "CPU was over 90 %."),),
        waivers=(Waiver("C2", "Head of Retail", "known, mended in 4.3", "2026-12-31"),),
        approvals=(Approval("Product owner", "A. Person", "accepted", "2026-11-24"),),
        suite="Suites",
        tests=("Suites.A",),
        left_out=3,
        attempts=(earlier,),
        history=(earlier, dataclasses.replace(earlier, version=None, criteria=())),
    )


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_accepts_what_is_built(document):
    assert [each.message for each in VALIDATOR.iter_errors(json.loads(to_json(document)))] == []


def test_the_schema_accepts_what_is_not_measured_yet():
    VALIDATOR.validate(json.loads(to_json(full())))


def test_a_document_survives_the_way_through_json(document):
    assert from_json(to_json(document)) == document


def test_what_is_not_measured_yet_survives_too():
    assert from_json(to_json(full())) == full()


def test_the_same_document_gives_the_same_text(document):
    assert to_json(document) == to_json(from_json(to_json(document)))


@given(st.text(st.characters(codec=None)))
def test_any_text_survives_and_can_be_written_as_utf_8(text):
    document = build_document(samples.session(title=text, runs=(), criteria=()))
    written = to_json(document).encode("utf-8")
    assert from_json(written.decode("utf-8")).title == text


def classes(of: type, found: dict[str, type] | None = None) -> dict[str, type]:
    """All classes of the document, by name."""
    found = {} if found is None else found
    found[of.__name__] = of
    for hint in get_type_hints(of).values():
        for each in (hint, *get_args(hint)):
            if dataclasses.is_dataclass(each) and each.__name__ not in found:
                classes(each, found)
    return found


@pytest.mark.parametrize("cls", classes(Document).values(), ids=classes(Document))
def test_schema_and_classes_have_the_same_fields(cls):
    rules = SCHEMA if cls is Document else SCHEMA["$defs"][cls.__name__]
    names = [each.name for each in dataclasses.fields(cls)]
    assert list(rules["properties"]) == rules["required"] == names
    assert rules["additionalProperties"] is False
    assert all(each["description"] for each in rules["properties"].values())


def test_the_schema_defines_nothing_else():
    assert set(SCHEMA["$defs"]) == set(classes(Document)) - {"Document"}


def lose(*path):
    def change(data):
        *way, last = path
        for step in way:
            data = data[step]
        del data[last]

    return change


def put(value, *path):
    def change(data):
        *way, last = path
        for step in way:
            data = data[step]
        data[last] = value

    return change


@pytest.mark.parametrize(
    "change, problem",
    [
        (lose("verdict"), "The report is damaged: verdict is missing."),
        (lose("runs", 0, "timeline"), "The report is damaged: runs[0].timeline is missing."),
        (
            put("12", "runs", 0, "requests"),
            'The report is damaged at runs[0].requests: expected a whole number, got "12".',
        ),
        (
            put("maybe", "criteria", 1, "verdict"),
            (
                "The report is damaged at criteria[1].verdict: "
                'expected pass or inconclusive or fail, got "maybe".'
            ),
        ),
        (
            put([1.0], "criteria", 1, "interval"),
            "The report is damaged at criteria[1].interval: expected 2 values, got [1.0].",
        ),
        (put({}, "runs"), "The report is damaged at runs: expected a list, got {}."),
        (put(7, "environment"), "The report is damaged at environment: expected an object, got 7."),
        (
            put([], "environment", "python"),
            (
                "The report is damaged at environment.python: "
                "expected text or a whole number or a number, got []."
            ),
        ),
        (
            put(None, "system_under_test"),
            "The report is damaged at system_under_test: expected an object, got null.",
        ),
        (
            put("9.0", "schema_version"),
            (
                "The report has schema version 9.0, this library reads 1.1: "
                "use the library's version that wrote it, or a later one."
            ),
        ),
        (lose("schema_version"), "This is no acceptance report: it has no schema_version."),
    ],
)
def test_damage_is_told_with_its_place_and_the_schema_rejects_it(data, change, problem):
    damaged = json.loads(json.dumps(data))
    change(damaged)
    with pytest.raises(BadInput) as raised:
        from_json(json.dumps(damaged))
    assert str(raised.value) == problem
    assert not VALIDATOR.is_valid(damaged)


@pytest.mark.parametrize(
    "value, path",
    [
        ("extra", ("surprise",)),
        (-1, ("runs", 0, "requests")),
        (1.2, ("runs", 0, "error_rate")),
        ("=", ("criteria", 0, "operator")),
        ("pass", ("verdict",)),  # two of its criteria failed
        ({"20": 1}, ("runs", 0, "endpoints", 0, "status_codes")),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_the_schema_rejects_what_cannot_be(data, value, path):
    damaged = json.loads(json.dumps(data))
    put(value, *path)(damaged)
    assert not VALIDATOR.is_valid(damaged)


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2", '{"a": NaN}', "[" * 100_000, '"\\ud8"'], ids=lambda text: text[:9]
)
def test_text_that_is_no_json_is_told_so(text):
    with pytest.raises(BadInput, match=r"^The report cannot be read, its JSON is damaged: "):
        from_json(text)


@pytest.mark.parametrize("text", ["[]", "3", "null", "{}"])
def test_json_that_is_no_report_is_told_so(text):
    with pytest.raises(BadInput, match=r"^This is no acceptance report: it has no schema_version"):
        from_json(text)


def test_what_a_later_version_adds_is_left_out(data):
    later = json.loads(json.dumps(data)) | {"schema_version": "1.7", "mood": "good"}
    assert from_json(json.dumps(later)).schema_version == "1.7"


def test_nan_is_never_written():
    document = build_document(samples.session(runs=()))
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json(dataclasses.replace(document, duration_s=float("nan")))


def test_a_report_of_an_older_schema_version_can_be_read_and_shown():
    """Written by version 1.0, and kept as it was."""
    document = from_json(OLD)
    assert document.schema_version == SCHEMA_VERSION
    assert (document.history, document.left_out) == ((), None)
    assert document.runs[0].endpoints[1].requests == 66
    assert "Not ready: " in render(document)
    VALIDATOR.validate(json.loads(to_json(document)))


def test_what_an_older_report_must_hold_is_still_missed():
    old = json.loads(OLD)
    del old["runs"][0]["requests"]
    with pytest.raises(BadInput, match=r"damaged: runs\[0\]\.requests is missing"):
        from_json(json.dumps(old))


def test_what_an_older_report_lacks_is_nothing_at_any_depth():
    old = json.loads(OLD)
    for name in ("settled", "samples", "details"):
        del old["runs"][0][name]
    del old["runs"][0]["endpoints"][0]["tls_ms"]
    run = from_json(json.dumps(old)).runs[0]
    assert (run.settled, run.samples, run.details, run.endpoints[0].tls_ms) == (None, (), {}, None)


def test_the_schema_is_of_the_version_that_is_written():
    assert SCHEMA["$id"].endswith(f":{SCHEMA_VERSION}")
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION


@pytest.mark.parametrize("version", ["1", "1.", "1.x", "1." + "9" * 5_000, "1.٣", ""])
def test_a_version_that_is_none_is_told_so(version):
    with pytest.raises(BadInput, match="is no schema_version"):
        from_json(json.dumps({"schema_version": version}))
