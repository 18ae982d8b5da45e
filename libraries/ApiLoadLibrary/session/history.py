"""Reports that are kept: the JSON of each session, in a folder beside the reports.

Kept are the last `MOST_OF_A_SUITE` of each suite, and `MOST_BYTES` in all; the oldest go first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.serial import to_json
from ApiLoadLibrary.report.source import read_report

__all__ = ["History"]

FOLDER = "history"
MOST_OF_A_SUITE = 20
MOST_BYTES = 100_000_000


class History:
    """The reports that are kept in an output directory.

    Args:
        output: The output directory.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self.folder = output / FOLDER

    def of(self, suite: str) -> Iterator[tuple[str, Document]]:
        """Name and document of each report of a suite; what cannot be read is left out."""
        for path in self._files(_slug(suite)):
            try:
                yield path.name, read_report(path).document
            except BadInput:
                continue

    def add(self, document: Document) -> Path:
        """Keep a report; the oldest make room for it.

        Raises:
            OSError: It cannot be written there.
        """
        return self._keep(document, to_json(document).encode())

    def _keep(self, document: Document, data: bytes) -> Path:
        slug = _slug(document.suite)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._free(f"{slug}-{_moment(document)}", data)
        if not path.exists():
            write_whole(path, data.decode())
            self._make_room(slug)
        return path

    def rescue(self, name: str) -> bool:
        """Keep a report, as it is, that is about to be overwritten in the output directory.

        Returns:
            Whether there was one.

        Raises:
            OSError: It cannot be kept.
        """
        path = self._output / name
        if not path.exists():
            return False
        try:
            self._keep(read_report(path).document, path.read_bytes())
        except BadInput:  # not a report: nothing that was measured is lost with it
            return False
        return True

    def _free(self, stem: str, data: bytes) -> Path:
        """A name that no other report has; this very report may have it."""
        number = 1
        while True:
            path = self.folder / f"{stem}{f'-{number}' if number > 1 else ''}.json"
            if not path.exists() or path.read_bytes() == data:
                return path
            number += 1

    def _files(self, slug: str) -> list[Path]:
        """The reports of a suite, the oldest first: their names hold their time."""
        name = re.compile(rf"{re.escape(slug)}-\d{{8}}T\d{{6}}Z(-\d+)?\.json")
        return sorted(each for each in self.folder.glob("*.json") if name.fullmatch(each.name))

    def _make_room(self, slug: str) -> None:
        for path in self._files(slug)[:-MOST_OF_A_SUITE]:
            path.unlink()
        # By time, whatever the suite; the newest stays, however large.
        by_time = sorted(self.folder.glob("*.json"), key=lambda each: each.stat().st_mtime)
        size = sum(each.stat().st_size for each in by_time)
        for path in by_time[:-1]:
            if size <= MOST_BYTES:
                return
            size -= path.stat().st_size
            path.unlink()


def _slug(suite: str) -> str:
    return re.sub(r"\W+", "-", suite).strip("-").lower()[:60] or "session"


def _moment(document: Document) -> str:
    return datetime.fromisoformat(document.started_at).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
