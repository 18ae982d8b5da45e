"""The reports as files."""

from __future__ import annotations

from pathlib import Path

from ApiLoadLibrary.files import write_whole

from .document import HTML_NAME, INTERIM_NAME, JSON_NAME, Document
from .exports.files import exported
from .html import render
from .serial import to_json

__all__ = ["write_interim", "write_reports"]

BESIDE = ("junit", "markdown")
"""What is written beside the reports: what a CI server takes up by itself, a few kB each."""


def write_reports(document: Document, folder: Path) -> tuple[Path, Path]:
    """Write both reports and what goes beside them; each is whole, or as it was before.

    Args:
        folder: Made when it is missing.

    Returns:
        The JSON's and the page's path.

    Raises:
        OSError: They cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / JSON_NAME, folder / HTML_NAME
    # The JSON first: the page can be made from it again.
    write_whole(data, to_json(document))
    write_whole(page, render(document))
    for name, text in exported(document, BESIDE):
        write_whole(folder / name, text)
    return data, page


def write_interim(document: Document, folder: Path) -> Path:
    """Write what is known of a session that goes on: the report's JSON under another name.

    Raises:
        OSError: It cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / INTERIM_NAME
    write_whole(path, to_json(document))
    return path
