"""Rows of a file, CSV or JSON Lines, read where they are needed.

A file is read once from end to end when it is named: that finds what is wrong with it, and
where each row begins.  From then on rows are read one by one, by their number, out of a mapping
of the file that all processes of a machine share; a million rows take four bytes each.
"""

from __future__ import annotations

import csv
import json
import mmap
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput, EngineFailed
from ApiLoadLibrary.files import why_unreadable

__all__ = ["Table"]

KINDS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
DELIMITERS = ",;\t"
BOM = b"\xef\xbb\xbf"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
LONGEST_FIELD = 1 << 20


class Table:
    """The rows of one file.

    A row of CSV is a mapping from the header's names to texts; of JSON Lines it is the object that
    stands on the line, and a name may lead into it with dots: `address.city`.

    Args:
        path: The file.

    Attributes:
        count: How many rows there are.
        has_types: Whether its values are of different kinds; else all are texts.

    Raises:
        BadInput: It cannot be read, has no rows, or one that is not like the others.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._kind = KINDS.get(path.suffix.lower(), "")
        self._columns: tuple[str, ...] = ()
        self._delimiter = ","
        self._flaws: dict[tuple[str, Callable[[Any], bool]], int | None] = {}
        self._file: mmap.mmap | None = None
        self.has_types = self._kind == "jsonl"
        if not self._kind:
            raise BadInput(f"file='{path}' must end with .csv, .tsv, .jsonl or .ndjson.")
        try:
            self._starts = self._indexed()
            self._stamp, self._sum = _stamp(self.path), _sum(self.path)
        except (OSError, ValueError, csv.Error) as error:
            reason = why_unreadable(path, error)
            raise BadInput(f"file='{path}' cannot be fed from: {reason}.") from None
        self.count = len(self._starts) - 1

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None, "_flaws": {}}

    def is_same(self, other: Table) -> bool:
        """Whether it is of the same file, and that has not changed between."""
        return (self.path, self._stamp) == (other.path, other._stamp)

    def row(self, number: int) -> Any:
        """The row with this number, counted from 0.

        Raises:
            EngineFailed: The file has changed, or is gone.
        """
        file = self._file or self._mapped()
        return self._read(file[self._starts[number] : self._starts[number + 1]])

    def value(self, row: Any, name: str) -> Any:
        """What a row has under this name.

        Raises:
            KeyError: It has none.
        """
        if name in row:
            return row[name]
        for part in name.split("."):
            if not isinstance(row, dict):
                raise KeyError(name)
            row = row[part]
        return row

    def flaw(self, name: str, fits: Callable[[Any], bool]) -> int | None:
        """The number of the first row, from 0, that has no such value that fits; None of none.

        All rows are read for it, once for each name and question.
        """
        asked = (name, fits)
        if asked not in self._flaws:
            found = (n for n in range(self.count) if not self._fits(self.row(n), name, fits))
            self._flaws[asked] = next(found, None)
        return self._flaws[asked]

    @property
    def names(self) -> tuple[str, ...]:
        """What every row has."""
        return self._columns

    def has(self, name: str) -> bool:
        """Whether every row has something under this name."""
        return name in self._columns or (
            self._kind == "jsonl" and self.flaw(name, _anything) is None
        )

    def _fits(self, row: Any, name: str, fits: Callable[[Any], bool]) -> bool:
        try:
            return fits(self.value(row, name))
        except KeyError:
            return False

    def _mapped(self) -> mmap.mmap:
        try:
            with self.path.open("rb") as file:
                # A copy on another machine may have another date.
                if _stamp(self.path) != self._stamp and _sum(self.path) != self._sum:
                    raise EngineFailed(f"{self.path.name} has changed since `Feed From` read it.")
                self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise EngineFailed(f"{self.path.name} cannot be read: {error.strerror}.") from None
        return self._file

    def _read(self, written: bytes) -> Any:
        if self._kind == "jsonl":
            return json.loads(written)
        (fields,) = csv.reader([written.decode()], delimiter=self._delimiter, strict=True)
        return dict(zip(self._columns, fields, strict=True))

    # Reading from end to end.

    def _indexed(self) -> array[int]:
        """Where each row begins, and where the last one ends."""
        lines = _Lines(self.path)
        rows = self._objects(lines) if self._kind == "jsonl" else self._records(lines)
        # Offsets of four bytes do for files up to 4 GB.
        starts = array("I" if self.path.stat().st_size < 1 << 32 else "Q")
        starts.extend(rows)
        if not starts:
            raise ValueError("it has no rows")
        starts.append(lines.end)
        return starts

    def _objects(self, lines: _Lines) -> Iterator[int]:
        names: dict[str, Any] | None = None
        for line in lines:
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            if not isinstance(row, dict):
                raise ValueError(f"line {lines.number:,} is no JSON object")
            if names is None:
                names = row
            elif not names.keys() <= row.keys():
                names = {name: None for name in names if name in row}
            yield lines.start
        self._columns = tuple(names or ())

    def _records(self, lines: _Lines) -> Iterator[int]:
        header = next(iter(lines), "")
        self._delimiter = max(DELIMITERS, key=header.count)
        self._columns = tuple(
            next(csv.reader([header], delimiter=self._delimiter, strict=True), ())
        )
        self._require_header()
        csv.field_size_limit(LONGEST_FIELD)
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        start = lines.end
        try:
            for row in reader:
                if len(row) == len(self._columns):
                    yield start
                elif row:  # empty lines are none
                    raise ValueError(
                        f"the row that ends in line {lines.number:,} has {_columns(len(row))}, "
                        f"and the header {_columns(len(self._columns))}"
                    )
                start = lines.end
        except csv.Error as error:
            raise ValueError(f"line {lines.number:,} is no CSV ({error})") from None

    def _require_header(self) -> None:
        names = [each.strip() for each in self._columns]
        if not any(names):
            raise ValueError("it is empty")
        if "" in names or len(set(names)) < len(names):
            raise ValueError("its first line must name each column, and no two the same")
        self._columns = tuple(names)


class _Lines:
    """The lines of a file as text, one after the other.

    Attributes:
        number: Of the line that came last, from 1.
        start, end: Where it begins and ends, in bytes.
    """

    def __init__(self, path: Path) -> None:
        self.number = self.start = self.end = 0
        self._lines = self._read(path)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def _read(self, path: Path) -> Iterator[str]:
        with path.open("rb") as file:
            beginning = file.read(len(BOM))
            if beginning.startswith(WIDE_BOMS):
                raise ValueError("it is UTF-16: save it as UTF-8")
            self.end = len(BOM) if beginning == BOM else 0
            file.seek(self.end)
            for line in file:
                self.number += 1
                self.start, self.end = self.end, self.end + len(line)
                try:
                    yield line.decode()
                except UnicodeDecodeError:
                    raise ValueError(
                        f"line {self.number:,} is not UTF-8: save it as UTF-8"
                    ) from None


def _anything(value: Any) -> bool:
    return True


def _columns(count: int) -> str:
    return f"{count} column{'s' * (count != 1)}"


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _sum(path: Path) -> tuple[int, int]:
    """Length and checksum of what is in it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return len(content), zlib.crc32(content)
