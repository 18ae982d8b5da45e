"""`acceptance-summary.md`: the verdict for pull requests and job summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import HTML_NAME, Criterion, Document, Run, Verdict
from ApiLoadLibrary.report.requirement import margin, requirement, target
from ApiLoadLibrary.report.words import headline, lead, load_sentence

__all__ = ["markdown"]

MOST_ROWS = 100
"""GitHub takes 1 MB of all summaries of a job, and nobody reads more."""
MOST_LETTERS = 500
SIGNS = {Verdict.PASS: "✅ Pass", Verdict.FAIL: "❌ Fail", Verdict.INCONCLUSIVE: "❔ Inconclusive"}

_MARKUP = re.compile(r"[\\`*_\[\]~<>&|@#]|^[-+=]")


def markdown(document: Document) -> str:
    """The verdict, each criterion and each load run, in GitHub's Markdown."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"## {SIGNS[document.verdict].split()[0]} {_plain(headline(document))}"
    yield ""
    yield _plain(" · ".join(_about(document)))
    for sentence in lead(document):
        yield ""
        yield _plain(sentence)
    if document.criteria:
        yield ""
        yield from _criteria(document.criteria)
    if document.runs:
        yield ""
        yield from _runs(document.runs)
    yield from _gaps(document)
    yield ""
    yield f"All figures are in `{HTML_NAME}`."


def _about(document: Document) -> Iterator[str]:
    system = document.system_under_test
    yield " ".join(filter(None, (system.name, system.version))) or document.title
    if system.environment:
        yield system.environment
    if system.commit:
        yield f"commit {system.commit}"
    yield formats.when(document.started_at)


def _criteria(criteria: tuple[Criterion, ...]) -> Iterator[str]:
    """As a table; of very many, those that were not met first."""
    shown = criteria
    if len(criteria) > MOST_ROWS:
        shown = tuple(sorted(criteria, key=lambda each: -each.verdict.severity))[:MOST_ROWS]
    yield "| No. | Requirement | Target | Measured | Margin | Verdict |"
    yield "|---|---|---:|---:|---|---|"
    for each in shown:
        measured = formats.amount(each.measured, each.unit, each.target)
        cells = (each.id, requirement(each), target(each), measured, margin(each))
        yield f"| {' | '.join(map(_plain, cells))} | {SIGNS[each.verdict]} |"
    if left := len(criteria) - len(shown):
        yield ""
        yield f"And {left:,} more."


def _runs(runs: tuple[Run, ...]) -> Iterator[str]:
    yield "| Load run | What was sent | Requests | Went wrong | 95 of 100 within |"
    yield "|---|---|---:|---:|---:|"
    for run in runs[:MOST_ROWS]:
        times = run.response_time_ms
        cells = (
            run.name,
            load_sentence(run),
            formats.count(run.requests),
            formats.NOTHING if run.error_rate is None else formats.percent(100 * run.error_rate),
            formats.milliseconds(times.p95 if times else None),
        )
        yield f"| {' | '.join(map(_plain, cells))} |"


def _gaps(document: Document) -> Iterator[str]:
    told = [f"{each.name} failed for another reason: {each.message}"
            for each in document.failed_tests]  # fmt: skip
    told += [f"Not judged: {each.what} ({each.reason})" for each in document.not_judged]
    if told:
        yield ""
    for each in told[:MOST_ROWS]:
        yield f"- {_plain(each)}"


def _plain(text: str) -> str:
    """Text that stays text: no markup, no table cell, no mention, no line of its own."""
    line = " ".join(formats.visible(text).split())
    if len(line) > MOST_LETTERS:
        line = f"{line[:MOST_LETTERS]}…"
    return _MARKUP.sub(_escaped, line)


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in "<>&|":  # a bar's backslash is lost in some tables
        return f"&#{ord(sign)};"
    if sign in "@#":  # the comment keeps people from being called and issues from being linked
        return f"{sign}<!-- -->"
    return f"\\{sign}"
