"""Which file each format becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from ApiLoadLibrary.report.document import Document, Run

from .histograms import histogram_log, percentile_distribution, together
from .junit import junit
from .markdown import markdown
from .openmetrics import openmetrics
from .seconds import host_seconds, run_seconds

__all__ = ["FORMATS", "JUNIT_NAME", "SUMMARY_NAME", "exported"]

JUNIT_NAME = "criteria-junit.xml"
SUMMARY_NAME = "acceptance-summary.md"

File = tuple[str, str]
"""Its name, which may begin with a folder's, and its text."""


def exported(document: Document, formats: Collection[str]) -> Iterator[File]:
    """The files of a document in these formats.

    Args:
        formats: Names of `FORMATS`.
    """
    for name, files in FORMATS.items():
        if name in formats:
            yield from files(document)


def _junit(document: Document) -> Iterator[File]:
    yield JUNIT_NAME, junit(document)


def _markdown(document: Document) -> Iterator[File]:
    yield SUMMARY_NAME, markdown(document)


def _hgrm(document: Document) -> Iterator[File]:
    for number, run in enumerate(document.runs, 1):
        folder = f"hgrm/{number}-{_file_name(run.name)}"
        yield from ((f"{folder}/{name}.hgrm", text) for name, text in _distributions(run))


def _distributions(run: Run) -> Iterator[File]:
    measured = [each for each in run.endpoints if each.histogram]
    for number, endpoint in enumerate(measured, 1):
        name = f"{number}-{_file_name(endpoint.name)}"
        yield name, percentile_distribution(endpoint.histogram or "")
    if len(measured) > 1:
        yield "all-endpoints", percentile_distribution(together(run).encode())


def _hlog(document: Document) -> Iterator[File]:
    yield "response-times.hlog", histogram_log(document)


def _csv(document: Document) -> Iterator[File]:
    yield "seconds.csv", run_seconds(document)
    if document.resources:
        yield "host-seconds.csv", host_seconds(document)


def _openmetrics(document: Document) -> Iterator[File]:
    yield "openmetrics.txt", openmetrics(document)


FORMATS: dict[str, Callable[[Document], Iterator[File]]] = {
    "junit": _junit,
    "markdown": _markdown,
    "hgrm": _hgrm,
    "hlog": _hlog,
    "csv": _csv,
    "openmetrics": _openmetrics,
}


def _file_name(name: str) -> str:
    """A name that every file system takes; what stands before it keeps two of them apart."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60].lower() or "unnamed"
