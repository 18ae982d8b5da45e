"""The document as one page that needs no script, no network and no second file."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from . import formats
from .bars import draw_bars
from .compare import Comparison
from .document import HTML_NAME, Document
from .drawing import NARROW, WIDE
from .layout import draw
from .source import Source
from .view import view_page

__all__ = ["environment", "render", "render_comparison"]

MOST_ENDPOINTS = 25
"""A longer table of them is folded away."""
FEWEST_LISTED = 3
"""So many load runs get a list of their own, to find one's way."""

_UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|%|×)(?!\w))")
"""The space between a figure and its unit: a line must not end there."""


def render(document: Document, source: Source | None = None) -> str:
    """The page; the same document always gives the same text.

    Args:
        source: Where its JSON is; beside the page where that is not said.
    """
    page = view_page(document, source or Source.beside(document))
    return environment().get_template("page.html").render(page=page)


def render_comparison(comparison: Comparison) -> str:
    """The page of reports side by side."""
    return environment().get_template("compare.html").render(page=comparison)


@cache
def environment() -> Environment:
    """Where every template of this room is rendered: escaped, and strict about names."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_as_visible_text,
    )
    made.filters["coordinate"] = lambda value: f"{value:.1f}".removesuffix(".0")
    made.globals.update(
        draw=draw,
        draw_bars=draw_bars,
        wide=WIDE,
        narrow=NARROW,
        html_name=HTML_NAME,
        most_endpoints=MOST_ENDPOINTS,
        fewest_listed=FEWEST_LISTED,
    )
    return made


def _as_visible_text(value: object) -> object:
    """Text from outside cannot hide anything, nor turn what stands around it."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _UNIT.sub("\u00a0", formats.visible(value))
