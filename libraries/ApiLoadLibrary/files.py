"""Writing a file as a whole, and saying why one cannot be read."""

from __future__ import annotations

import uuid
from pathlib import Path

__all__ = ["why_unreadable", "write_whole"]


def why_unreadable(path: Path, error: Exception) -> str:
    """The reason in few words; of what is not there also where it was looked for."""
    reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    if isinstance(error, FileNotFoundError) and not path.is_absolute():
        return f"{reason}, looked for in {Path.cwd()}"
    return reason


def write_whole(path: Path, text: str) -> None:
    """Write a file; it is there as a whole, or as it was before.

    Raises:
        OSError: It cannot be written there.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(text.encode("utf-8"))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
