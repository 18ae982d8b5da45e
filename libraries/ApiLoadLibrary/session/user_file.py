"""Users of whom there are many, from a file: a line for each, under the names of their values."""

from __future__ import annotations

import csv
from pathlib import Path

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import why_unreadable

__all__ = ["read_users"]


def read_users(path: str) -> list[dict[str, str]]:
    """Each user's values by their names, from a CSV file in UTF-8 whose first line names them.

    Raises:
        BadInput: No such file, or not one of that kind.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"Users file '{path}' is not in UTF-8: save it so.") from None
    except (OSError, ValueError) as error:
        reason = why_unreadable(Path(path), error)
        raise BadInput(
            f"Users file '{path}' cannot be read ({reason}): name one, like ${{CURDIR}}/users.csv."
        ) from None
    try:
        lines = [each for each in csv.reader(text.splitlines(), strict=True) if each]
    except csv.Error as error:
        raise BadInput(f"Users file '{path}' is no CSV ({error}).") from None
    names, *rows = lines or [[]]
    names = [each.strip() for each in names]
    if not rows or not all(names) or len(set(names)) < len(names):
        raise BadInput(
            f"Users file '{path}' must name each column once in its first line, like "
            "username,password, and hold a user in each line after it."
        )
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise BadInput(
                f"User {number} of '{path}' has {len(row)} values, and the first line has "
                f"{len(names)} names."
            )
    return [dict(zip(names, row, strict=True)) for row in rows]
