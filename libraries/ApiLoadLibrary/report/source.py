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
from .signing import judged_sha256

__all__ = ["Report", "Source", "read_report"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a page says of its JSON.

    Attributes:
        name: The file's name.
        href: Where it is, seen from the page.
        sha256: Of its bytes.
        judged_sha256: Of what it says but for approvals; see `signing`.
    """

    name: str
    href: str
    sha256: str
    judged_sha256: str = ""

    @classmethod
    def beside(cls, document: Document) -> Source:
        """The JSON that is written into the page's own folder."""
        text = to_json(document)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        return cls(JSON_NAME, JSON_NAME, sha256, judged_sha256(text))


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was read from a file.

    Attributes:
        path: Of the file.
        sha256: Of its bytes.
        document: What they say.
        judged_sha256: Of what they say but for approvals.
    """

    path: Path
    sha256: str
    document: Document
    judged_sha256: str

    def seen_from(self, folder: Path) -> Source:
        """The file as a page in that folder links to it."""
        try:
            way = os.path.relpath(self.path, folder)
        except ValueError:  # another drive of Windows
            href = self.path.resolve().as_uri()
        else:
            href = quote(Path(way).as_posix())
        return Source(self.path.name, href, self.sha256, self.judged_sha256)


def read_report(path: Path) -> Report:
    """Read a report's JSON.

    Raises:
        BadInput: It cannot be read, or is no report; the sentence names the file.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
        document = from_json(text)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no text in UTF-8, and so no report's JSON.") from None
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    return Report(path, hashlib.sha256(data).hexdigest(), document, judged_sha256(text))
