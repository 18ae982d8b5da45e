"""The reports as files."""

from __future__ import annotations

import uuid
from pathlib import Path

from .build import build_document
from .document import HTML_NAME, JSON_NAME, Document
from .html import render
from .record import SessionRecord
from .serial import to_json

__all__ = ["INTERIM_NAME", "remove_interim", "write_interim", "write_reports"]

INTERIM_NAME = "acceptance-interim.json"


def write_reports(document: Document, folder: Path) -> tuple[Path, Path]:
    """Write both reports; each is there as a whole, or as it was before.

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
    _replace(data, to_json(document))
    _replace(page, render(document))
    return data, page


def write_interim(record: SessionRecord, folder: Path) -> Path:
    """Write what is known of a session that goes on: the report's JSON under another name.

    Raises:
        OSError: It cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / INTERIM_NAME
    _replace(path, to_json(build_document(record)))
    return path


def remove_interim(folder: Path) -> None:
    """Take the interim report away, if there is one.

    Raises:
        OSError: It cannot be removed.
    """
    (folder / INTERIM_NAME).unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(text.encode("utf-8"))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
