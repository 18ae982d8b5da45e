"""What a session leaves behind: its reports, what it is compared with, and a summary for CI."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ApiLoadLibrary.report.document import JSON_NAME, Document
from ApiLoadLibrary.report.earlier import with_earlier
from ApiLoadLibrary.report.exports.markdown import markdown
from ApiLoadLibrary.report.words import headline
from ApiLoadLibrary.report.write import write_reports

from .history import History

__all__ = ["hand_over", "hand_over_elsewhere"]

SPARE_FOLDER = "ACCEPTANCE_SPARE_FOLDER"
"""Names the folder that takes the reports where the one that they belong into cannot."""

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file that GitHub, Gitea and Forgejo show as the summary of a job."""


def hand_over(document: Document, folder: Path) -> list[str]:
    """Write a document's reports, keep it for the sessions to come, and tell CI.

    Returns:
        The verdict and where the reports are, a line each.

    Raises:
        OSError: The reports cannot be written.
    """
    history = History(folder)
    history.rescue(JSON_NAME)
    complete = with_earlier(document, history.of(document.suite))
    lines = [headline(complete), *map(str, write_reports(complete, folder))]
    try:
        history.add(complete)
        _tell_ci(complete)
    except OSError as error:  # the reports are there
        lines.append(f"What goes beside the reports could not be written: {error}.")
    return lines


def hand_over_elsewhere(document: Document, error: OSError) -> list[str]:
    """Write a document's reports where there is room, so that what was measured is not lost.

    Args:
        error: Why they cannot be written where they belong.

    Returns:
        The verdict, why, and where the reports are, a line each.
    """
    lines = [headline(document), f"The report could not be written: {error}."]
    try:
        folder = os.environ.get(SPARE_FOLDER) or tempfile.mkdtemp(prefix="acceptance-")
        paths = write_reports(document, Path(folder))
    except OSError as another:
        return [*lines, f"Nor could it be written elsewhere: {another}."]
    return [*lines, "It is here instead:", *map(str, paths)]


def _tell_ci(document: Document) -> None:
    if path := os.environ.get(STEP_SUMMARY):
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.write(markdown(document))
