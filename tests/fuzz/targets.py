"""All targets, by the name that the command line knows them by."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from . import documents, foreign, languages, responses, sockets

__all__ = ["TARGETS", "Target"]

Target = Callable[[Random], int]
"""Draws one case and judges it; returns how many answers, texts or files that were."""

TARGETS: dict[str, Target] = {
    "responses": responses.responses,
    "sockets": sockets.sockets,
    "conversations": sockets.conversations,
    "headers": foreign.headers,
    "redirects": foreign.redirects,
    "cookies": foreign.cookies,
    "bodies": foreign.bodies,
    "metrics": foreign.metrics,
    "criteria": languages.criteria,
    "checks": languages.checks,
    "placeholders": languages.placeholders,
    "imports": documents.imports,
    "tables": documents.tables,
    "histograms": documents.histograms,
    "reports": documents.reports,
}
