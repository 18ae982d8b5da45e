#!/usr/bin/env python3
"""The commands of this project; see USAGE. Needs nothing but Python's standard library."""

# Kept readable for Python 3.6, so that an old Python can say that it is too old.
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List, Sequence, Tuple

USAGE = """\
usage: python3 run.py <command> [arguments]

  acceptance   run the acceptance suites; arguments go to robot, for example
               --variable PROFILE:full    --variable BASE_URL:https://shop.example
               ends with 0 for pass, 1 for fail, 2 for inconclusive
  tests        lint and types, then the tests; arguments go to pytest, for example
               -k histogram    tests/unit    -x    -n 0 (one after the other)
  docs         write results/ApiLoadLibrary.html, the documentation of all keywords
"""
OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
STAMP = VENV / ".complete"
REQUIREMENTS = ROOT / "requirements.txt"
REPORTS = ("acceptance-report.html", "acceptance-report.json", "log.html")
CODES = {"fail": 1, "inconclusive": 2}
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("robocop", "check", "suites", "resources", "tests/robot"),
    ("mypy",),
)


def main(arguments: Sequence[str]) -> int:
    if sys.version_info[:2] < OLDEST_PYTHON:
        print(too_old(sys.version_info[:2]), file=sys.stderr)
        return 2
    commands = {"acceptance": acceptance, "tests": tests, "docs": docs}
    if arguments and arguments[0] in commands:
        prepare()
        return commands[arguments[0]](list(arguments[1:]))
    asked = arguments and arguments[0] in ("-h", "--help")
    print(USAGE, end="", file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


def too_old(version: Tuple[int, ...]) -> str:
    return "This needs Python {}.{} or newer; {} is Python {}.{}.".format(
        *OLDEST_PYTHON, sys.executable, *version
    )


def acceptance(arguments: List[str]) -> int:
    # The reports go there when results cannot take them, as on a disk that is full.
    spare = Path(tempfile.mkdtemp(prefix="acceptance-"))
    started = spare.stat().st_mtime  # files' times lag a little behind the clock
    os.environ["ACCEPTANCE_SPARE_FOLDER"] = str(spare)
    folders = (spare, ROOT / "results")
    options = ["--pythonpath", "libraries", "--outputdir", "results"]
    try:
        code = run(PYTHON, "-m", "robot", *options, *arguments, "suites")
        return verdict_code(code, written_since(started, *folders))
    finally:  # after Ctrl-C too: what was measured until then is reported
        for report in written_since(started, *folders):
            print(report.relative_to(ROOT) if ROOT in report.parents else report)
        if not any(spare.iterdir()):
            spare.rmdir()


def verdict_code(robot: int, reports: List[Path]) -> int:
    """The report's verdict as an exit code; robot's own counts failed tests, or says it broke."""
    for report in reports:
        if report.suffix == ".json":
            verdict = json.loads(report.read_text("utf-8"))["verdict"]
            return CODES.get(verdict, min(robot, 1))
    return robot if robot > 250 else min(robot, 1)  # up to there it counts failed tests


def written_since(started: float, *folders: Path) -> List[Path]:
    """The reports of this run: one that an earlier run left behind is not announced."""
    reports = [folder / name for folder in folders for name in REPORTS]
    return [path for path in reports if path.is_file() and path.stat().st_mtime >= started]


def tests(arguments: List[str]) -> int:
    # All of them, whatever fails: one start shows everything there is to mend.
    failed = [" ".join(check) for check in CHECKS if run(PYTHON, "-m", *check)]
    code = run(PYTHON, "-m", "pytest", "-n", "auto", *arguments)
    if failed:
        print("Failed before the tests: " + "; ".join(failed))
    return code or int(bool(failed))


def docs(arguments: List[str]) -> int:
    options = ["--pythonpath", "libraries", *arguments]
    page = ["ApiLoadLibrary", "results/ApiLoadLibrary.html"]
    return run(PYTHON, "-m", "robot.libdoc", *options, *page)


def prepare() -> None:
    """Make .venv, unless it is there, whole, and made of today's requirements."""
    wanted = fingerprint(REQUIREMENTS.read_bytes(), sys.version_info[:2])
    if is_ready(wanted, STAMP, PYTHON):
        return
    print("Installing into .venv, this once ...", flush=True)
    # From scratch: a half-made .venv is not worth mending.
    shutil.rmtree(str(VENV), ignore_errors=True)
    for step in install_steps(has_module("ensurepip"), has_module("pip")):
        if run(*step):
            sys.exit("Installing failed, see above; the next start begins anew.")
    STAMP.write_text(wanted)


def fingerprint(requirements: bytes, python: Tuple[int, ...]) -> str:
    return hashlib.sha256(repr(python).encode() + requirements).hexdigest()


def is_ready(wanted: str, stamp: Path, python: Path) -> bool:
    return python.exists() and stamp.exists() and stamp.read_text() == wanted


def has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def install_steps(has_ensurepip: bool, has_pip: bool) -> List[List[object]]:
    # The base interpreter, for this one may live in the .venv that is about to be made.
    base = getattr(sys, "_base_executable", sys.executable)
    packages = ["install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
    if has_ensurepip:
        return [[base, "-m", "venv", VENV], [PYTHON, "-m", "pip", *packages]]
    if has_pip:  # Debian's python3-pip without its python3-venv
        return [
            [base, "-m", "venv", "--without-pip", VENV],
            [base, "-m", "pip", "--python", PYTHON, *packages],
        ]
    sys.exit("Python's ensurepip is missing: install it (on Debian: apt-get install python3-venv).")


def run(*command: object) -> int:
    """Run to the end; Ctrl-C is the child's to answer, and we wait until it has."""
    process = subprocess.Popen([str(word) for word in command], cwd=str(ROOT))
    interrupted = False
    while process.returncode is None:
        try:
            process.wait()
        except KeyboardInterrupt:  # the terminal has sent it to the child as well
            interrupted = True
    if interrupted:
        sys.exit(process.returncode if process.returncode > 0 else 130)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
