"""What a keyword or a command is to read: a file, or what a server answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import requests

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import why_unreadable

__all__ = ["Get", "is_address", "read_source", "text_of"]

Get = Callable[[str], requests.Response]
"""Asks for what is at a URL."""


def is_address(source: str) -> bool:
    """Whether it is a URL, and no file."""
    return source.casefold().startswith(("http://", "https://"))


def read_source(source: str, get: Get, argument: str = "source") -> str:
    """The text of a file or URL.

    Args:
        source: A path, or a URL.
        get: Fetches a URL; what it raises is passed on.
        argument: What the user calls it.

    Raises:
        BadInput: It cannot be read as text, or the server does not give it.
    """
    return _fetched(source, get, argument) if is_address(source) else _file(source, argument)


def _fetched(source: str, get: Get, argument: str) -> str:
    answer = get(source)
    if not answer.ok:
        raise BadInput(
            f"{argument}='{source}' was answered with status {answer.status_code}: "
            "correct the address, or save what is there as a file and name that."
        )
    return text_of(answer)


def text_of(answer: requests.Response) -> str:
    """An answer's text: in UTF-8, unless it says otherwise."""
    says = "charset" in answer.headers.get("Content-Type", "").casefold()
    try:
        return answer.content.decode((says and answer.encoding) or "utf-8-sig", errors="replace")
    except LookupError:  # a character set that there is not
        return answer.content.decode("utf-8", errors="replace")


def _file(source: str, argument: str) -> str:
    path = Path(source)
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{argument}='{source}' is no text in UTF-8: save it as that.") from None
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{argument}='{source}' cannot be read ({why_unreadable(path, error)}): name a file, "
            "or a URL that starts with http:// or https://."
        ) from None
