"""Where a page's figures come from: a report's JSON, as a file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ApiLoadLibrary.errors import BadInput

from .document import JSON_NAME, Document
from .serial import from_json, to_json

__all__ = ["Report", "Source", "read_report"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a page says of its JSON.

    Attributes:
        name: The file's name.
        href: Where it is, seen from the page.
        sha256: Of its bytes.
    """

    name: str
    href: str
    sha256: str

    @classmethod
    def beside(cls, document: Document) -> Source:
        """The JSON that is written into the page's own folder."""
        return cls(JSON_NAME, JSON_NAME, hashlib.sha256(to_json(document).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was read from a file.

    Attributes:
        path: Of the file.
        sha256: Of its bytes.
        document: What they say.
    """

    path: Path
    sha256: str
    document: Document

    def seen_from(self, folder: Path) -> Source:
        """The file as a page in that folder links to it."""
        try:
            way = os.path.relpath(self.path, folder)
        except ValueError:  # another drive of Windows
            return Source(self.path.name, self.path.resolve().as_uri(), self.sha256)
        return Source(self.path.name, quote(Path(way).as_posix()), self.sha256)


def read_report(path: Path) -> Report:
    """Read a report's JSON.

    Raises:
        BadInput: It cannot be read, or is no report; the sentence names the file.
    """
    try:
        data = path.read_bytes()
        document = from_json(data.decode("utf-8"))
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no text in UTF-8, and so no report's JSON.") from None
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    return Report(path, hashlib.sha256(data).hexdigest(), document)
