"""Reports that are kept, and what a session leaves behind."""

import json
from dataclasses import replace

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.session import history
from ApiLoadLibrary.session.alarm import AlertDesk
from ApiLoadLibrary.session.handing_over import hand_over
from ApiLoadLibrary.session.history import History
from ApiLoadLibrary.session.interim import Interim
from unit.report.test_earlier import FAIL, session


@pytest.fixture(autouse=True)
def no_ci(monkeypatch):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_report_is_kept_under_its_suite_and_time(tmp_path):
    path = History(tmp_path).add(session(1))
    assert path == tmp_path / "history" / "suites-20261101T130000Z.json"
    assert from_json(path.read_text("utf-8")) == session(1)


def test_no_report_takes_the_place_of_another(tmp_path):
    kept = History(tmp_path)
    first, second = session(1), replace(session(1), title="another")
    paths = [kept.add(each) for each in (first, second, first)]
    assert paths[0] == paths[2] != paths[1]
    assert [json.loads(path.read_text())["title"] for path in paths[:2]] == [
        first.title,
        "another",
    ]


def test_the_oldest_of_a_suite_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "MOST_OF_A_SUITE", 3)
    kept = History(tmp_path)
    kept.add(session(1, suite="Suites More"))
    for day in range(1, 8):
        kept.add(session(day))
    assert [document.started_at[8:10] for _, document in kept.of("Suites")] == ["05", "06", "07"]
    assert len(list(kept.of("Suites More"))) == 1


def test_all_of_them_together_stay_small_and_the_newest_stays(tmp_path, monkeypatch):
    size = len(to_json(session(1)).encode())
    monkeypatch.setattr(history, "MOST_BYTES", 3 * size + 100)
    kept = History(tmp_path)
    for day in range(1, 7):
        kept.add(session(day))
    assert [document.started_at[8:10] for _, document in kept.of("Suites")] == ["04", "05", "06"]
    monkeypatch.setattr(history, "MOST_BYTES", 1)
    kept.add(session(9))
    assert len(names(kept.folder)) == 1


def test_a_damaged_report_is_left_out(tmp_path):
    kept = History(tmp_path)
    kept.add(session(1))
    kept.add(session(2)).write_text("{")
    assert [name for name, _ in kept.of("Suites")] == ["suites-20261101T130000Z.json"]


def test_a_suite_of_any_name_is_kept(tmp_path):
    for name in ("../../etc", "Überall & nirgends", "", "a" * 300):
        path = History(tmp_path).add(session(1, suite=name))
        assert path.parent == tmp_path / "history"
        assert len(list(History(tmp_path).of(name))) == 1


def test_what_a_killed_session_left_is_kept_before_the_next_one_writes(tmp_path):
    interim = tmp_path / "acceptance-interim.json"
    partial = session(1, interrupted="the session had not ended yet when it was written")
    interim.write_text(to_json(partial), "utf-8")
    kept = History(tmp_path)
    Interim(build_document, AlertDesk()).write_into(tmp_path)
    assert not interim.exists()
    assert [document for _, document in kept.of("Suites")] == [partial]
    Interim(build_document, AlertDesk()).write_into(tmp_path)
    assert len(list(kept.of("Suites"))) == 1


def test_a_report_that_was_not_kept_yet_is_kept_before_it_is_overwritten(tmp_path):
    before = to_json(session(1)).replace("  ", " ")  # not as this version would write it
    (tmp_path / "acceptance-report.json").write_text(before, "utf-8")
    hand_over(session(2), tmp_path)
    kept = tmp_path / "history" / "suites-20261101T130000Z.json"
    assert kept.read_text("utf-8") == before
    (tmp_path / "acceptance-report.json").write_text("no report", "utf-8")
    hand_over(session(3), tmp_path)
    assert len(names(tmp_path / "history")) == 3


def test_a_second_session_is_compared_with_the_first(tmp_path):
    hand_over(session(1, [(FAIL, 61.2)]), tmp_path)
    lines = hand_over(session(2), tmp_path)
    assert lines[0] == "Ready: the one requirement is met"
    report = from_json((tmp_path / "acceptance-report.json").read_text("utf-8"))
    assert [each.file for each in report.history] == ["suites-20261101T130000Z.json"]
    assert len(names(tmp_path / "history")) == 2
    assert names(tmp_path) == [
        *("acceptance-report.html", "acceptance-report.json", "acceptance-summary.md"),
        *("criteria-junit.xml", "history"),
    ]


def test_a_rerun_overwrites_nothing(tmp_path):
    """As `--rerunfailed` leaves it: the same folder, and a part of the suite."""
    first = session(1, [(FAIL, 61.2)])
    hand_over(first, tmp_path)
    lines = hand_over(session(2, left_out=4), tmp_path)
    assert lines[0] == "Ready: the one requirement is met only when tried again"
    report = from_json((tmp_path / "acceptance-report.json").read_text("utf-8"))
    (attempt,) = report.attempts
    kept = (tmp_path / "history" / attempt.file).read_text("utf-8")
    assert from_json(kept) == first


def test_the_summary_goes_behind_what_the_job_has_said(tmp_path, monkeypatch):
    said = tmp_path / "summary.md"
    said.write_text("# Before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(said))
    hand_over(session(1), tmp_path / "results")
    summary = (tmp_path / "results" / "acceptance-summary.md").read_text("utf-8")
    assert said.read_text("utf-8") == f"# Before\n{summary}"
    assert "✅ Ready" in summary


def test_reports_are_written_although_ci_takes_no_summary(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "missing" / "summary.md"))
    lines = hand_over(session(1), tmp_path)
    assert lines[-1].startswith("What goes beside the reports could not be written: ")
    assert (tmp_path / "acceptance-report.html").exists()
