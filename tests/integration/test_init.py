"""`python -m ApiLoadLibrary init`, as a new user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.session.command_line import main
from ApiLoadLibrary.session.starter.files import ARGUMENTS, RESOURCE, SUITE
from rig.process import ROOT, counts, reference_api, rig_server

REFUSED = 3


def init(*arguments: object) -> int:
    return main(["init", *map(str, arguments)])


def robot(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Robot, as `init` says how to start it."""
    command = [sys.executable, "-m", "robot", "-A", ARGUMENTS, *options, SUITE]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "libraries"), "GITHUB_STEP_SUMMARY": ""}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def recording(folder: Path, *urls: str) -> Path:
    entries = [
        {"request": {"method": "GET", "url": url}, "response": {"status": 200}} for url in urls
    ]
    path = folder / "shop.har"
    path.write_text(json.dumps({"log": {"entries": entries}}), "utf-8")
    return path


@pytest.mark.slow
@pytest.mark.quiet
def test_from_an_address_alone_to_a_passing_and_a_failing_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    short = ("--variable", "DURATION:2 s", "--variable", "RATE:12000")
    with rig_server() as rig:
        assert init(folder, "--from", f"{rig}/ok") == 0
        said = capsys.readouterr().out
        assert f"GET /ok of {rig} was answered with 200." in said
        assert "600 requests a minute to each of: Ok" in said
        assert f"cd {folder}" in said
        assert f"-A {ARGUMENTS} --dryrun {SUITE}" in said
        assert robot(folder, "--dryrun").returncode == 0
        passing = robot(folder, *short)
        assert passing.returncode == 0, passing.stdout
        assert "Acceptance: Ready: all 3 requirements met" in passing.stdout
        failing = robot(folder, *short, "--variable", "THRESHOLD:1 us")
    assert failing.returncode == 1
    assert "P95 of Ok was" in failing.stdout
    assert (folder / "results" / "acceptance-report.html").exists()


@pytest.mark.slow
def test_a_description_is_found_beside_an_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with reference_api() as address:
        assert init(tmp_path, "--from", address) == 0
    said = capsys.readouterr().out
    assert f"as {address}/openapi.json describes it" in said
    assert "API_TOKEN=…" in said
    resource = (tmp_path / RESOURCE).read_text("utf-8")
    assert f"${{BASE_URL}}         {address}" in resource
    assert "    Use Bearer Token    ${TOKEN}" in resource
    assert "POST    /api/orders    json=${" in resource


def test_from_a_recording_and_nothing_is_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = recording(tmp_path, "http://shop.example/api/a", "http://cdn.example/x.js")
    assert init(tmp_path, "--from", source) == 0
    said = capsys.readouterr().out
    assert "GET http://cdn.example/x.js: it is a static file" in said
    written = {path: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(written) == 4
    assert init(tmp_path, "--from", source) == REFUSED
    assert "is not overwritten: name another folder" in capsys.readouterr().err
    assert {path: path.read_text("utf-8") for path in tmp_path.iterdir()} == written


@pytest.mark.parametrize("name", [SUITE, RESOURCE, ARGUMENTS])
def test_one_file_that_is_there_is_enough_to_write_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    source = recording(tmp_path, "http://shop.example/api/a")
    assert init(tmp_path, "--from", source) == REFUSED
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, source.name])
    assert (tmp_path / name).read_text() == "mine"


def test_where_the_server_is_must_be_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = tmp_path / "openapi.yaml"
    described.write_text(
        "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\nservers: [{url: /v1}]\n"
        "paths: {/products: {get: {responses: {'200': {description: all}}}}}\n"
    )
    assert init(tmp_path, "--from", described) == REFUSED
    assert "add --server http://… with its address" in capsys.readouterr().err
    assert init(tmp_path, "--from", described, "--server", "shop.example") == REFUSED
    assert "'shop.example' is not the address of a server" in capsys.readouterr().err
    assert init(tmp_path, "--from", described, "--server", "http://127.0.0.1:8000") == 0
    resource = (tmp_path / RESOURCE).read_text("utf-8")
    assert "http://127.0.0.1:8000\n" in resource
    assert "GET    /v1/products\n" in resource


def test_an_address_that_has_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with rig_server() as rig:
        assert init(tmp_path, "--from", f"{rig}/status/404") == 0
    said = capsys.readouterr().out
    assert "was answered with 404. That is no success: in api.resource write a path" in said


@pytest.mark.parametrize(
    "source, why",
    [
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/ gave no answer (no connection): start"),
        ("http://", "'http://' is not the address of a server"),
        ("https://me:pw@shop.example", "must hold no user name or password"),
        ("nowhere.yaml", "name a file, or a URL that starts with http:// or https://"),
        ("", "cannot be read (Is a directory"),
    ],
)
def test_what_cannot_be_begun_with_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str, why: str
) -> None:
    assert init(tmp_path / "new", "--from", source) == REFUSED
    assert why in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "is neither an OpenAPI description, nor a HAR recording, nor a Postman collection"),
        (b'{"a": 1}', "is neither an OpenAPI description"),
        (b"\xff\xfe\x00", "is no text in UTF-8"),
        (b'{"log": {"entries": [', "cannot be read"),
        (b'{"log": {"entries": []}}', "does not say on which server the API is"),
        (b'{"log": {"entries": [{"request": {"url": "http://x/"}}]}}', "no method or no URL"),
        (b'{"item": [{"request": "http://x/{{y}}"}]}', "it needs a value for y"),
    ],
)
def test_a_document_of_no_use_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, why: str
) -> None:
    source = tmp_path / "document"
    source.write_bytes(content)
    assert init(tmp_path / "new", "--from", source) == REFUSED
    assert why in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_ctrl_c_while_it_waits_writes_nothing_and_says_nothing(tmp_path: Path) -> None:
    with rig_server() as rig:
        process = subprocess.Popen(
            [sys.executable, "-m", "ApiLoadLibrary", "init", "new", "--from", f"{rig}/silent"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "libraries")},
            stderr=subprocess.PIPE,
            text=True,
        )
        while "GET /silent" not in counts(rig)["received"]:
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert (process.returncode, said) == (130, "")
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = recording(tmp_path, "http://shop.example/api/a")
    assert init(source, "--from", source) == REFUSED
    assert "is a file: name a folder" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.public
def test_of_every_public_description_a_suite_is_written_that_robot_and_robocop_can_read(
    tmp_path: Path,
) -> None:
    folder = Path(os.environ["API_DESCRIPTIONS"])
    sources = [each for each in folder.iterdir() if each.suffix in (".json", ".yaml")]
    assert sources
    for each in sources:
        server: Any = ("--server", "http://127.0.0.1:8000")
        assert init(tmp_path / each.stem, "--from", each, *server) == 0
    env = {**os.environ, "PYTHONPATH": str(ROOT / "libraries")}
    secrets = dict.fromkeys(("API_TOKEN", "API_KEY", "API_USERNAME", "API_PASSWORD"), "x")
    for command in (
        ["robocop", "check", "--no-cache", "."],
        ["robot", "--dryrun", "--output", "NONE", "--log", "NONE", "--report", "NONE", "."],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env={**env, **secrets},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "ERROR" not in done.stderr
