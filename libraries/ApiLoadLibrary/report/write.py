"""The reports as files."""

from __future__ import annotations

import uuid
from pathlib import Path

from .document import HTML_NAME, JSON_NAME, Document
from .html import render
from .serial import to_json

__all__ = ["write_reports"]


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


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(text.encode("utf-8"))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
