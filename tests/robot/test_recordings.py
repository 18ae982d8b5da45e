"""Recordings and collections in a suite, sent to a server that counts what came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rig.process import counts, rig_server
from rig.robot_run import run_robot

from .test_robot_suites import wrong_outcomes

SUITE = Path(__file__).with_name("recordings.robot")
SECRET = "4711-hunter-two"


def recorded(url: str, method: str = "GET", status: int = 200) -> dict[str, Any]:
    headers = [{"name": "Authorization", "value": f"Bearer {SECRET}-{SECRET}"}]
    request = {"method": method, "url": url, "headers": headers}
    return {"request": request, "response": {"status": status, "content": {}}}


def write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document), "utf-8")


def prepare_files(folder: Path, rig: str) -> None:
    entries = [
        recorded(f"{rig}/ok"),
        recorded(f"{rig}/ok", "DELETE"),
        recorded(f"{rig}/status/201", "POST", 201),
    ]
    write(folder / "shop.har", {"log": {"entries": entries}})
    write(folder / "other.har", {"log": {"entries": [recorded("http://127.0.0.1:1/x")]}})
    items = [
        {"name": "Numbered", "request": "{{server}}/{{what}}?n={{number}}"},
        {"name": "Replaced", "request": {"method": "PUT", "url": "{{server}}/{{what}}"}},
    ]
    write(folder / "shop.json", {"info": {"name": "Shop"}, "item": items})
    write(folder / "environment.json", {"values": [{"key": "what", "value": "ok"}]})


@pytest.mark.slow
@pytest.mark.quiet
def test_recordings_and_collections_are_used_well_and_badly(tmp_path: Path) -> None:
    with rig_server() as rig:
        prepare_files(tmp_path, rig)
        given = [f"RIG:{rig}", f"FILES:{tmp_path}", f"SECRET NUMBER: Secret:{SECRET}"]
        options = [word for each in given for word in ("--variable", each)]
        run = run_robot(tmp_path / "out", "--loglevel", "TRACE", *options, str(SUITE))
        assert wrong_outcomes(run, rig) == []
        received = counts(rig)["received"]
    assert received["GET /ok"] >= 15
    assert received["POST /status/201"] >= 15
    assert received["PUT /ok"] >= 15
    assert "DELETE /ok" not in received
    log = (tmp_path / "out" / "output.xml").read_text("utf-8")
    assert "Use Bearer Token" in log
    assert "DELETE changes or removes what is there" in log
    for path in (tmp_path / "out").iterdir():
        assert path.is_dir() or SECRET not in path.read_text("utf-8"), path
