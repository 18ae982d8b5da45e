"""What is read cannot run, what is written cannot be led astray; see the README's Security."""

from __future__ import annotations

import ast
import importlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report import html

ROOT = Path(__file__).parents[2]
LIBRARIES = ROOT / "libraries"
SOURCES = [*LIBRARIES.rglob("*.py"), ROOT / "run.py"]

BETWEEN_PROCESSES = {
    "ApiLoadLibrary/engine/shard.py",
    "ApiLoadLibrary/engine/shard_process.py",  # over pipes to a process of its own
    "ApiLoadLibrary/cluster/messages.py",  # between a cluster's host and its own workers
}
RUNNING_TEXT = {"eval", "exec", "os.system", "os.popen", "subprocess.getoutput"}
RUNNING_TEXT |= {"subprocess.getstatusoutput", "yaml.unsafe_load", "yaml.full_load"}
PICKLES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def calls(path: Path) -> Iterator[ast.Call]:
    return (each for each in nodes(path) if isinstance(each, ast.Call))


def named(path: Path) -> str:
    return path.relative_to(ROOT if path.parent == ROOT else LIBRARIES).as_posix()


def imported(path: Path) -> set[str]:
    found = set()
    for each in nodes(path):
        if isinstance(each, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in each.names}
        elif isinstance(each, ast.ImportFrom) and not each.level:
            found.add((each.module or "").partition(".")[0])
    return found


def test_pickles_go_between_own_processes_alone():
    assert {named(path) for path in SOURCES if imported(path) & PICKLES} == BETWEEN_PROCESSES


def test_no_text_is_run_and_no_shell_is_asked():
    found = [
        f"{named(path)}:{call.lineno}"
        for path in SOURCES
        for call in calls(path)
        if ast.unparse(call.func) in RUNNING_TEXT
        or any(each.arg == "shell" for each in call.keywords)
    ]
    assert found == []


def test_yaml_is_loaded_by_loaders_that_make_plain_data_only():
    found = []
    for path in SOURCES:
        for call in calls(path):
            if ast.unparse(call.func) in ("yaml.load", "yaml.load_all"):
                module = importlib.import_module(named(path)[: -len(".py")].replace("/", "."))
                found.append(getattr(module, ast.unparse(call.args[1])))
    assert found
    assert all(issubclass(each, yaml.constructor.SafeConstructor) for each in found)


def test_pages_escape_what_they_show_and_forbid_scripts_and_the_network():
    """That every text of a document is escaped, the tests of the page see to."""
    assert html.environment().autoescape is True
    policy = "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'"
    pages = [
        path
        for path in (LIBRARIES / "ApiLoadLibrary" / "report" / "templates").glob("*.html")
        if "<!doctype" in path.read_text("utf-8")
    ]
    assert len(pages) == 2
    assert all(policy in page.read_text("utf-8") for page in pages)


@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0o000, 0o666)])
def test_a_file_has_the_rights_that_its_user_gives_files(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "report.json", "{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == mode


def test_a_planted_link_is_replaced_and_what_it_points_to_is_left_alone(tmp_path):
    secret, report = tmp_path / "secret", tmp_path / "report.json"
    secret.write_text("untouched")
    report.symlink_to(secret)
    write_whole(report, "new")
    assert secret.read_text() == "untouched"
    assert not report.is_symlink()
    assert report.read_text() == "new"


def test_a_temporary_name_cannot_be_guessed_and_a_link_in_its_place_is_not_followed(
    tmp_path, monkeypatch
):
    """Its name holds 122 random bits; whoever had guessed them all the same would gain nothing."""
    secret = tmp_path / "secret"
    secret.write_text("untouched")
    names = []
    before = Path.open

    def planted(self, *arguments, **named):
        names.append(self.name)
        if len(names) <= 2:
            self.symlink_to(secret)
        return before(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", planted)
    for _ in range(2):
        with pytest.raises(FileExistsError):
            write_whole(tmp_path / "report.json", "new")
    monkeypatch.undo()
    assert len(set(names)) == 2
    assert secret.read_text() == "untouched"
    assert not (tmp_path / "report.json").exists()


WRITING = """
import sys
from pathlib import Path
from ApiLoadLibrary.files import write_whole
while True:
    for letter in "ab":
        write_whole(Path(sys.argv[1]), letter * 2_000_000)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="There is no SIGKILL.")
def test_who_is_killed_while_writing_leaves_the_old_file_or_the_new(tmp_path):
    report = tmp_path / "report.json"
    for attempt in range(5):
        report.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, "-c", WRITING, str(report)], cwd=LIBRARIES)
        deadline = time.monotonic() + 30
        while not report.exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.003 * attempt)  # at any moment of its writing
        process.send_signal(signal.SIGKILL)
        process.wait()
        text = report.read_text()
        assert text in ("a" * 2_000_000, "b" * 2_000_000)
