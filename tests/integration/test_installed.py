"""What pip installs: the library, whole, and nothing that belongs to this repository alone."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from rig.process import ROOT, rig_server

SUITE = """\
*** Settings ***
Library    ApiLoadLibrary

*** Test Cases ***
Load Is Sent
    Use Server    ${RIG}    workers=4
    Define Endpoint    Quick    GET    /ok
    Sustain 100 Requests Per Second On Quick    duration=2 s
    Get Metric    max    Quick
"""
PACKAGE = "ApiLoadLibrary"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh wheel and a fresh source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder)
    return folder


def build(source: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def tracked(*patterns: str) -> set[str]:
    """Files under version control: what lies about besides is no business of the package."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(filter(None, listed.stdout.split("\0")))


def test_the_wheel_holds_the_whole_library_and_nothing_else(built: Path) -> None:
    inside = {name for name in names_in(only(built, "*.whl")) if ".dist-info/" not in name}
    ours = {name.removeprefix("libraries/") for name in tracked(f"libraries/{PACKAGE}")}
    assert inside >= ours
    assert {name.split("/")[0] for name in inside} == {PACKAGE}
    for needed in ("py.typed", "docs/criteria.md", "report/acceptance-report.schema.json"):
        assert f"{PACKAGE}/{needed}" in inside
    assert any(name.startswith(f"{PACKAGE}/report/templates/") for name in inside)


def test_the_wheel_asks_for_dask_only_where_a_cluster_is_wanted(built: Path) -> None:
    with zipfile.ZipFile(only(built, "*.whl")) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        lines = archive.read(metadata).decode("utf-8").splitlines()
    assert "Provides-Extra: cluster" in lines
    (asked,) = (line for line in lines if line.startswith("Requires-Dist: distributed"))
    assert asked.endswith("; extra == 'cluster'")
    assert not any(line.startswith("Requires-Dist: dask") for line in lines)


def test_the_source_distribution_holds_what_the_wheel_is_made_of(
    built: Path, tmp_path: Path
) -> None:
    with tarfile.open(only(built, "*.tar.gz")) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    assert inside >= tracked(f"libraries/{PACKAGE}")
    tops = {name.split("/")[0] for name in inside}
    assert tops <= {"libraries", "CHANGELOG.md", "README.md", "LICENSE", "pyproject.toml"} | {
        *("PKG-INFO", ".gitignore")  # what hatchling adds of itself
    }
    assert not any("pos_api" in name for name in inside)
    build(only(tmp_path, "*"), tmp_path / "again")
    assert names_in(only(tmp_path / "again", "*.whl")) == names_in(only(built, "*.whl"))


@pytest.mark.slow
def test_the_wheel_sends_load_from_a_fresh_environment(built: Path, tmp_path: Path) -> None:
    python = installed(only(built, "*.whl"), tmp_path / "venv")
    (tmp_path / "shop.robot").write_text(SUITE)

    def ends(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [python, "-m", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    with rig_server() as rig:
        code, said = ends("robot", "--variable", f"RIG:{rig}", "--outputdir", "out", "shop.robot")
    assert code == 0, said
    report = json.loads((tmp_path / "out/acceptance-report.json").read_text("utf-8"))
    assert [run["requests"] for run in report["runs"]] == [200]
    assert "<svg" in (tmp_path / "out/acceptance-report.html").read_text("utf-8")
    assert ends(PACKAGE, "verdict", "out/acceptance-report.json")[0] == 2  # nothing was judged
    code, schema = ends(PACKAGE, "schema")
    assert code == 0
    assert json.loads(schema)["title"]


def installed(wheel: Path, venv: Path) -> Path:
    """The Python of a fresh environment with the wheel; dependencies are the ones of this one.

    Whether they can be had is shown by `.ci/pythons`, which takes them from where users do.
    """
    python = venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    # Debian's Python may have its pip outside of the .venv.
    has_pip = sys.executable if importlib.util.find_spec("pip") else sys._base_executable
    pip = [has_pip, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
    (site,) = venv.rglob("site-packages")
    dependencies = Path(importlib.util.find_spec("robot").origin).parents[1]
    (site / "dependencies.pth").write_text(str(dependencies))
    return python
