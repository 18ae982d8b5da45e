"""`python -m ApiLoadLibrary`, as it is typed."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.serial import to_json
from ApiLoadLibrary.session.command_line import main
from unit.report import samples

LIBRARIES = Path(__file__).parents[3] / "libraries"
OLD = Path(__file__).parents[1] / "report" / "files" / "report-1.0.json"


def saved(folder, record=None, name="acceptance-report.json"):
    """A report's JSON in that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    document = build_document(record or samples.session(runs=(samples.run(2),)))
    path.write_text(to_json(document), "utf-8")
    return path


def test_it_runs_without_robot_framework(tmp_path):
    script = f"""
import runpy, sys
sys.argv = ["ApiLoadLibrary", "report", {str(saved(tmp_path))!r}]
try:
    runpy.run_module("ApiLoadLibrary", run_name="__main__")
except SystemExit as end:
    print(end.code, "robot" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(LIBRARIES)},
        capture_output=True,
        text=True,
        check=False,
    )
    page = tmp_path / "acceptance-report.html"
    assert done.stdout == f"{page}\n0 False\n", done.stderr
    assert page.exists()


def test_the_page_is_the_one_that_the_session_wrote(tmp_path):
    document = build_document(samples.failing())
    path = saved(tmp_path, samples.failing())
    assert main(["report", str(path)]) == 0
    assert path.with_suffix(".html").read_text("utf-8") == render(document)


def test_a_page_elsewhere_links_to_its_json_and_tells_its_hash(tmp_path):
    path = saved(tmp_path / "a b")
    page = tmp_path / "pages" / "out.html"
    assert main(["report", str(path), "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert 'href="../a%20b/acceptance-report.json"' in text
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_pages_of_several_reports_do_not_become_one(tmp_path, capsys):
    paths = [saved(tmp_path / name) for name in ("one", "two")]
    assert main(["report", *map(str, paths), "-o", str(tmp_path / "pages")]) == 0
    pages = capsys.readouterr().out.splitlines()
    assert [Path(page).name for page in pages] == [
        "one-acceptance-report.html",
        "two-acceptance-report.html",
    ]
    assert main(["report", *map(str, paths), "-o", str(tmp_path / "one.html")]) == 3
    assert "is one page, for 2 reports: name a folder." in capsys.readouterr().err


def test_what_is_no_report_is_named_and_the_others_are_made(tmp_path, capsys):
    path = saved(tmp_path)
    other = tmp_path / "baseline.json"
    other.write_text("{}")
    missing = tmp_path / "none.json"
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe")
    assert main(["report", str(other), str(missing), str(binary), str(path)]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said == [
        f"{other}: This is no acceptance report: it has no schema_version.",
        f"{missing} cannot be read: No such file or directory.",
        f"{binary} is no text in UTF-8, and so no report's JSON.",
    ]
    assert path.with_suffix(".html").exists()


def test_a_report_of_an_older_version_is_shown(tmp_path):
    page = tmp_path / "old.html"
    assert main(["report", str(OLD), "-o", str(page)]) == 0
    text = page.read_text("utf-8")
    assert "Not ready: " in text
    assert hashlib.sha256(OLD.read_bytes()).hexdigest() in text


@pytest.mark.parametrize(
    "record, code, said",
    [
        (samples.session(), 0, "Ready: all 6 requirements met\n"),
        (samples.failing(), 1, "Not ready: 4 of 7 requirements met"),
        (samples.inconclusive(), 2, "Cannot be judged: 5 of 6 requirements met"),
        (samples.session(criteria=()), 2, "Cannot be judged: no requirement"),
    ],
    ids=["pass", "fail", "inconclusive", "nothing judged"],
)
def test_a_script_can_tell_fail_from_inconclusive(tmp_path, capsys, record, code, said):
    path = saved(tmp_path, replace(record, runs=()))
    assert main(["verdict", str(path)]) == code
    assert capsys.readouterr().out.startswith(said)


@pytest.mark.parametrize("arguments", [[], ["verdict"], ["dance"], ["verdict", "none.json"]])
def test_what_cannot_be_done_ends_with_a_code_that_no_verdict_has(arguments, capsys):
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 3
    assert capsys.readouterr().err


def test_the_schema_is_printed(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Acceptance report"


def test_every_format_is_exported_into_a_folder_of_its_own(tmp_path, capsys):
    path = saved(tmp_path)
    assert main(["export", str(path)]) == 0
    folder = tmp_path / "export"
    found = {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}
    assert {Path(line) for line in capsys.readouterr().out.split()} == {folder / n for n in found}
    distributions = {each for each in found if each.startswith("hgrm/1-everyday-load/")}
    assert len(distributions) == 11
    assert "hgrm/1-everyday-load/4-create-order.hgrm" in distributions
    assert found - distributions == {
        *("criteria-junit.xml", "acceptance-summary.md", "response-times.hlog"),
        *("seconds.csv", "host-seconds.csv", "openmetrics.txt"),
    }


def test_one_format_can_be_asked_for(tmp_path):
    path = saved(tmp_path)
    assert main(["export", str(path), "-f", "openmetrics", "-o", str(tmp_path / "out")]) == 0
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["openmetrics.txt"]


def test_parts_are_merged_into_a_folder_with_everything_that_a_session_writes(tmp_path, capsys):
    one = saved(tmp_path / "1", samples.session(runs=(samples.run(2, run_id="a"),)))
    two = saved(tmp_path / "2", samples.failing())
    assert main(["merge", str(one), str(two), "-o", str(tmp_path / "all")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Not ready: 10 of 13 requirements met")
    report = json.loads((tmp_path / "all" / "acceptance-report.json").read_text("utf-8"))
    assert [run["id"] for run in report["runs"]] == ["a", "run-1", "run-2"]
    assert len({each["id"] for each in report["criteria"]}) == 13
    assert (tmp_path / "all" / "criteria-junit.xml").exists()
    assert main(["merge", str(one), "-o", str(tmp_path / "all")]) == 3
    assert (
        capsys.readouterr().err
        == f"{one} is one report: name two or more, or a folder that holds them.\n"
    )


def test_two_reports_are_compared_on_a_page_and_on_the_console(tmp_path, capsys):
    one = saved(tmp_path / "1")
    two = saved(tmp_path / "2", samples.failing())
    page = tmp_path / "pages" / "both.html"
    assert main(["compare", str(one), str(two), "-o", str(page)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("A  ✓ Ready: all 6 requirements met\n")
    assert said.endswith(f"\n{page}\n")
    assert 'href="../2/acceptance-report.json"' in page.read_text("utf-8")
    assert main(["compare", str(one)]) == 3
    assert capsys.readouterr().err == "1 reports cannot be compared: name 2 to 26.\n"


def sign(path, *arguments):
    return main(["sign", str(path), "--name", "A. Person", "--role", "Operations", *arguments])


def sign_off(page):
    """That part of a page."""
    return page.read_text("utf-8").partition('id="sign-off"')[2].partition("</section>")[0]


def test_an_approval_is_written_into_a_new_report_and_changes_nothing_else(tmp_path):
    path = saved(tmp_path)
    before = path.read_bytes()
    assert sign(path, "--comment", "Fit for <Black Friday>") == 0
    assert path.read_bytes() == before
    new = tmp_path / "acceptance-report-signed.json"
    data, unsigned = json.loads(new.read_text("utf-8")), json.loads(before)
    (approval,) = data.pop("approvals")
    assert unsigned.pop("approvals") == []
    assert data == unsigned
    assert (approval["name"], approval["role"]) == ("A. Person", "Operations")
    assert approval["decision"] == "approved"
    shown = sign_off(new.with_suffix(".html"))
    assert "Fit for &lt;Black Friday&gt;" in shown
    assert approval["judged_sha256"] in shown
    assert "Void" not in shown.replace("it is void", "")


def test_a_second_approval_leaves_the_first_one_valid(tmp_path):
    sign(saved(tmp_path))
    new = tmp_path / "acceptance-report-signed.json"
    assert main(["sign", str(new), "--name", "B. Person", "--role", "Product owner"]) == 0
    assert len(list(tmp_path.glob("*.json"))) == 2
    first, second = json.loads(new.read_text("utf-8"))["approvals"]
    assert first["judged_sha256"] == second["judged_sha256"]
    shown = sign_off(new.with_suffix(".html"))
    assert "A. Person" in shown
    assert "B. Person" in shown
    assert "<b>Void:</b>" not in shown


def test_an_approval_of_a_report_that_was_changed_afterwards_is_void(tmp_path):
    sign(saved(tmp_path))
    new = tmp_path / "acceptance-report-signed.json"
    data = json.loads(new.read_text("utf-8"))
    data["runs"][0]["requests"] += 1
    new.write_text(json.dumps(data, indent=1), "utf-8")
    assert main(["report", str(new)]) == 0
    assert sign_off(new.with_suffix(".html")).count("<b>Void:</b>") == 1
    data["runs"][0]["requests"] -= 1  # as it was, in another spelling
    new.write_text(json.dumps(data), "utf-8")
    assert main(["report", str(new)]) == 0
    assert "<b>Void:</b>" not in sign_off(new.with_suffix(".html"))


def test_a_report_of_an_older_version_can_be_signed_as_it_is(tmp_path):
    path = tmp_path / "old.json"
    path.write_bytes(OLD.read_bytes())
    assert sign(path, "-o", str(tmp_path / "approved" / "mine.json")) == 0
    assert "<b>Void:</b>" not in sign_off(tmp_path / "approved" / "mine.html")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--name", " "], "--name is empty: an approval says who gives it, and for whom."),
        (["-o", "x.html"], "-o x.html is a page: name the JSON, the page is written beside it."),
    ],
)
def test_who_signs_and_where_has_to_be_said(tmp_path, capsys, arguments, words):
    assert sign(saved(tmp_path), *arguments) == 3
    assert words in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["acceptance-report.json"]


def test_what_is_no_report_cannot_be_signed(tmp_path, capsys):
    path = tmp_path / "x.json"
    path.write_text("[]")
    assert sign(path) == 3
    assert str(path) in capsys.readouterr().err
