"""The pages of the documentation, and the examples in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

from rig.process import ROOT

MANUAL = ROOT / "libraries" / "ApiLoadLibrary" / "docs"
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    ROOT / "libraries" / "pos_api" / "README.md",
    *sorted(MANUAL.glob("*.md")),
)


@dataclass(frozen=True)
class Example:
    """A fenced block, and where it stands."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """`docs/load.md:12`, as an editor finds it."""
        return f"{self.page.parent.name}/{self.page.name}:{self.line}"


@cache
def examples(language: str) -> list[Example]:
    """All examples in a language; `""` are those that name none."""
    return [each for each in _all() if each.language == language]


def languages() -> set[str]:
    """What examples are written in."""
    return {each.language for each in _all()}


@cache
def _all() -> tuple[Example, ...]:
    return tuple(
        Example(page, token.map[0] + 1, token.info.strip(), token.content)
        for page in PAGES
        for token in MarkdownIt().parse(page.read_text("utf-8"))
        if token.type == "fence" and token.map
    )


def links(page: Path) -> list[str]:
    """Where links and pictures of a page lead."""
    found = []
    for token in MarkdownIt().enable("table").parse(page.read_text("utf-8")):
        for child in token.children or []:
            address = child.attrGet("href") or child.attrGet("src")
            if address:
                found.append(str(address))
    return found


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
