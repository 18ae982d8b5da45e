"""What the page about failures promises, and load that shows whether it is so."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

import ApiLoadLibrary
from ApiLoadLibrary.measurement.outcomes import describe
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint

from .loads import sustain

EACH = 5
PAGE = Path(ApiLoadLibrary.__file__).parent / "docs" / "failures.md"
ROW = re.compile(r"^\| .* \| `([\w-]+)` \| (.*) \| ([a-z]+|–) \|$", re.MULTILINE)


def table() -> dict[str, tuple[str, str]]:
    """How each case ends and who is to blame, as the page says it."""
    return {name: (words, blame) for name, words, blame in ROW.findall(PAGE.read_text("utf-8"))}


def words_of(outcome: int, *good: int) -> tuple[str, str]:
    """How a request that came to this is told of there, and who is to blame."""
    info = describe(outcome)
    return ("answered", "–") if outcome in good else (info.words, info.blame.value)


def open_files() -> int:
    """How many this process has."""
    return psutil.Process().num_fds()


def load(address: str, paths: Mapping[str, str], **settings: Any) -> RunResult:
    """Five requests to each of them, all at the same time."""
    endpoints = [Endpoint(f"Case {name}", "GET", path) for name, path in paths.items()]
    began = time.monotonic()
    result = sustain(
        address,
        endpoints,
        f"{EACH * 2}/s",
        "500 ms",
        timeout="500 ms",
        connect_timeout=Duration.parse("300 ms"),
        workers=len(paths) * EACH,
        **settings,
    )
    assert time.monotonic() - began < 8
    return result


def found(result: RunResult) -> dict[str, tuple[str, str]]:
    """The same as the table, of a run in which each case always ended in the same way."""
    ends = {}
    for each in result.endpoints:
        assert len(each.tally.outcomes) == 1, (each.name, each.tally.outcomes)
        ((outcome, count),) = each.tally.outcomes.items()
        assert count == EACH
        ends[each.name.removeprefix("Case ")] = words_of(outcome, 200)
    return ends
