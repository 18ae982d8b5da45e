"""No secret of a suite is in any file, in whatever spelling: files are read by decoding, not by
spelling secrets as the library does."""

from __future__ import annotations

import base64
import binascii
import contextlib
import html
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_plus

import pytest

from rig.process import ROOT, doors, truth
from rig.proxy import forward_proxy
from rig.robot_run import run_robot

SUITE = str(ROOT / "tests" / "robot" / "leaks.robot")
ODD = 'p/+ä"&<'
"""Is written differently by Python, JSON, HTML and URLs."""

ODDLY = ("JSON", "FORM", "PASSWORD", "RAISED", "FAILURE", "ENVIRONMENT")
PLAIN = (
    *("HEADER", "PATH", "QUERY", "CHOICE", "KEY", "QUERY_KEY", "COOKIE", "USER", "SESSION"),
    *("ADDRESS", "NAME"),
)


def planted() -> dict[str, str]:
    """A secret for each place, by the variable of the environment that holds it."""
    odd = {name: f"{ODD}{name.lower()}-4711" for name in ODDLY}
    plain = {name: f"planted-{name.lower()}-4711" for name in PLAIN}
    return {f"PLANT_{name}": value for name, value in (odd | plain).items()}


def spellings(data: bytes) -> Iterator[str]:
    """The text of a file, and what comes of it when it is decoded."""
    text = data.decode(errors="replace")
    once = (text, unquote(text), unquote_plus(text), html.unescape(text), _unescaped(text))
    yield from once
    yield _unescaped(html.unescape(text))
    for run in set(re.findall(r"[\w+/-]{12,}", text, re.ASCII)):
        for start in range(4):
            part = run[start:].translate(str.maketrans("-_", "+/"))
            part = part[: len(part) // 4 * 4]
            try:
                decoded = base64.b64decode(part)
            except binascii.Error:
                continue
            yield decoded.decode(errors="replace")
            with contextlib.suppress(zlib.error):  # robot packs long texts so in log.html
                yield zlib.decompressobj().decompress(decoded).decode(errors="replace")


def _unescaped(text: str) -> str:
    """Without the backslashes of JSON and Python."""
    escape = re.compile(r'\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(["\\/\']))')
    for _ in range(2):
        text = escape.sub(
            lambda each: chr(int(each[1] or each[2], 16)) if not each[3] else each[3], text
        )
    return text


@pytest.mark.slow
def test_no_secret_is_in_any_file(tmp_path: Path) -> None:
    plants = planted()
    names = ["ann", "bob"]
    users = tmp_path / "users.csv"
    users.write_text("username,password\n" + "".join(f"{each},open-{each}\n" for each in names))
    results = tmp_path / "results"
    password = plants["PLANT_PASSWORD"]
    with (
        doors("--life", "1", "--password", password) as address,
        forward_proxy() as (proxy, passed),
    ):
        through = proxy.replace("://", "://kim:planted-proxy-4711@")
        run = run_robot(
            results,
            *("--loglevel", "TRACE", "--debugfile", "debug.txt", "--xunit", "xunit.xml"),
            *("--variable", f"ADDRESS:{address}", "--variable", f"USERS:{users}"),
            *("--pythonpath", str(ROOT / "tests"), SUITE),
            env={**plants, "PLANT_PROXY": through},
        )
        tokens = truth(address)["tokens"]
        seen = truth(address)["seen"]
    # All of it has really happened.
    assert seen["basic"] == 40
    assert seen["in"] > 80
    assert len(tokens) >= 5
    assert len(passed) == 4, run.console
    assert run.tests["Passwords Sign Requests"].status == "PASS", run.console
    assert run.tests["Tokens Are Got And Got Again"].status == "PASS", run.console
    assert run.tests["A Session Is Taken Over"].status == "PASS", run.console
    quoted = run.report["runs"][0]["endpoints"][0]["failures"]
    assert "<secret>" in json.dumps(quoted), quoted
    pair = f"kim:{password}"
    secrets = {*plants.values(), *tokens, "open-ann", "open-bob", "planted-proxy-4711", pair}
    secrets.discard(plants["PLANT_USER"])  # a name, which is none
    secrets.add(f"open-{plants['PLANT_USER']}")
    files = [path for path in results.rglob("*") if path.is_file()]
    expected = {"output.xml", "log.html", "report.html", "xunit.xml", "debug.txt"}
    ours = {"acceptance-report.json", "acceptance-report.html", "criteria-junit.xml"}
    assert expected | ours | {"acceptance-summary.md"} <= {path.name for path in files}
    assert any(path.parent.name == "history" for path in files)
    found = {
        (str(path.relative_to(results)), secret)
        for path in files
        for text in spellings(path.read_bytes())
        for secret in secrets
        if secret in text
    }
    assert found == set()
    assert [each for each in secrets if each in run.console] == []
