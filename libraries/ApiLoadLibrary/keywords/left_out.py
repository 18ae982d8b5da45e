"""Tests that the suites hold but this robot run left out: the report must not be silent on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from robot.running import TestCase, TestSuite

__all__ = ["TestPlace", "left_out", "place_of", "root_of"]

TestPlace = tuple[Path | None, int | None]


def place_of(test: object) -> TestPlace:
    """File and line of a test: its name may have been changed by an option."""
    return getattr(test, "source", None), getattr(test, "lineno", None)


def root_of(suite: Any) -> Any:
    """The suite that robot was started with."""
    return root_of(suite.parent) if suite.parent else suite


def left_out(suite: TestSuite, ran: Collection[TestPlace]) -> list[str]:
    """The names of tests beside those that ran, excluded by an option.

    Args:
        suite: Any suite of this robot run.
        ran: The places of the tests that ran and use the library.  Tests count as left
            out only in their folders and below: other suites are none of our business.
    """
    root = root_of(suite)
    sources = [root.source] if root.source else [each.source for each in root.suites]
    whole = TestSuite.from_file_system(*filter(None, sources))
    folders = {source.parent for source, _ in ran if source}
    return [
        test.full_name
        for test in _tests(whole)
        if place_of(test) not in ran and test.source and folders & {*test.source.parents}
    ]


def _tests(suite: TestSuite) -> Iterator[TestCase]:
    yield from suite.tests
    for child in suite.suites:
        yield from _tests(child)
