"""Text that Robot Framework reads as it was meant: cells escaped, and lines broken."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

__all__ = ["LONGEST_CELL", "call", "cell", "fits", "one_line", "variable", "words"]

LINE = 120
"""The longest line that robocop lets pass."""
NAMES_UP_TO = 20
"""Where the values of variables begin, if their names are short enough."""
LONGEST_CELL = LINE - NAMES_UP_TO

_SPECIAL = re.compile(r"\\|[$@&%](?=\{)")
_LOST_SPACES = re.compile(r"(?<= ) |^ | $")
_UNSEEN = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def one_line(text: str, longest: int = 80) -> str:
    """Text from outside for a heading: on one line, and not too long."""
    return textwrap.shorten("".join(each if each.isprintable() else " " for each in text), longest)


def cell(text: str) -> str:
    """A value that stands in a cell as it is."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found[0], text)
    escaped = _LOST_SPACES.sub("${SPACE}", escaped)
    escaped = "".join(each if each.isprintable() else _written(each) for each in escaped)
    return f"\\{escaped}" if escaped.startswith("#") else escaped


def _written(character: str) -> str:
    """A character that cannot be seen, as Robot Framework writes it."""
    return _UNSEEN.get(character, f"\\U{ord(character):08x}")


def call(*cells: str) -> list[str]:
    """A keyword call on as many lines as it takes; cells are escaped already."""
    return _broken("    ", "    ...    ", cells)


def variable(name: str, *cells: str) -> list[str]:
    """A variable on as many lines as it takes; cells are escaped already."""
    begin = f"{'...':<{NAMES_UP_TO}}"
    if len(name) > NAMES_UP_TO - 4:
        return [name, *_broken(begin, begin, cells)]
    return _broken(f"{name:<{NAMES_UP_TO}}", begin, cells)


def words(text: str) -> list[str]:
    """A long value as cells that Robot Framework joins by a space, as it was."""
    return textwrap.wrap(cell(text), LONGEST_CELL, break_long_words=False, break_on_hyphens=False)


def fits(text: str) -> bool:
    """Whether a value can be broken into lines that are short enough."""
    longest = max(map(len, cell(text).split(" ")))
    return longest <= LONGEST_CELL and len(text) <= 2_000


def _broken(begin: str, go_on: str, cells: Sequence[str]) -> list[str]:
    lines = [begin + cells[0]]
    for each in cells[1:]:
        if len(lines[-1]) + 4 + len(each) > LINE:
            lines.append(go_on + each)
        else:
            lines[-1] += f"    {each}"
    return lines
