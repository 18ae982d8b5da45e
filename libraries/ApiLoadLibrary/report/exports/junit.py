"""`criteria-junit.xml`: a test case for each criterion, for the test view of a CI server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Criterion, Document, Verdict
from ApiLoadLibrary.report.requirement import requirement

__all__ = ["junit"]

NOT_MET = {Verdict.FAIL: "failure", Verdict.INCONCLUSIVE: "error"}
"""A failure is a finding; an error says that there is none."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(document: Document) -> str:
    """The criteria as JUnit's XML: a suite for each test, a case for each criterion.

    What fails is a `failure`; what could not be judged is an `error` of type `inconclusive`;
    what nobody judged is `skipped`.
    """
    root = Element("testsuites", name=_text(document.suite or document.title))
    for test, criteria in groupby(document.criteria, key=lambda each: each.test):
        _add_suite(root, document, test, list(map(_case, criteria)))
    if session := list(_of_the_session(document)):
        _add_suite(root, document, "Session", session)
    totals = {name: sum(int(each.get(name, "0")) for each in root) for name in _COUNTED}
    root.attrib.update({name: str(total) for name, total in totals.items()})
    indent(root)
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


_COUNTED = {"tests": None, "failures": "failure", "errors": "error", "skipped": "skipped"}


def _add_suite(root: Element, document: Document, name: str, cases: list[Element]) -> None:
    counts = {
        key: len(cases) if tag is None else sum(each.find(tag) is not None for each in cases)
        for key, tag in _COUNTED.items()
    }
    suite = SubElement(root, "testsuite", name=_text(name), timestamp=_text(document.started_at))
    suite.attrib.update({key: str(count) for key, count in counts.items()})
    for case in cases:
        case.set("classname", _text(name))
    suite.extend(cases)


def _case(criterion: Criterion) -> Element:
    case = Element("testcase", name=_text(f"{criterion.id}: {requirement(criterion)}"), time="0")
    if tag := NOT_MET.get(criterion.verdict):
        _add_outcome(case, tag, criterion.verdict.value, criterion.sentence)
    SubElement(case, "system-out").text = _text("\n".join(_facts(criterion)))
    return case


def _facts(criterion: Criterion) -> Iterator[str]:
    """What a CI server shows beside the case; in words, for not all of them know properties."""
    yield criterion.sentence
    yield f"criterion: {criterion.criterion}"
    for name in ("requirement", "owner", "clause", "run"):
        if value := getattr(criterion, name):
            yield f"{name}: {value}"


def _of_the_session(document: Document) -> Iterator[Element]:
    """What stands against a pass although no criterion does, and what nobody judged."""
    if document.interrupted:
        case = Element("testcase", name="The session ran to its end", time="0")
        _add_outcome(case, "error", "interrupted", formats.sentence(document.interrupted))
        yield case
    for test in document.failed_tests:
        case = Element("testcase", name=_text(test.name), time="0")
        _add_outcome(case, "error", "failed", test.message)
        yield case
    for gap in document.not_judged:
        case = Element("testcase", name=_text(gap.what), time="0")
        SubElement(case, "skipped", message=_text(gap.reason))
        yield case


def _add_outcome(case: Element, tag: str, kind: str, message: str) -> None:
    SubElement(case, tag, type=kind, message=_text(message)).text = _text(message)


def _text(text: str) -> str:
    """What XML can hold, and what hides nothing."""
    return _NOT_XML.sub("\ufffd", formats.visible(text))
