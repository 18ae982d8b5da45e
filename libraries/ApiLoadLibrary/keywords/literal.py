"""Criteria that stand in a test as they are: a slip in one is found before any load is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from robot.libraries.BuiltIn import BuiltIn
from robot.running import TestCase

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import check_condition, check_criterion

from .judging import clauses

__all__ = ["fail_at_once", "slips"]

_BDD = re.compile(r"^(?:given|when|then|and|but)\s+", re.IGNORECASE)
_VARIABLE = re.compile(r"[$@&%]\{")
_NAMED = ("in_every", "after_first", "during", "confidence")
_CALLING_OTHERS = ("run_keyword", "wait_until", "import_", "call_method", "evaluate", "repeat")

Keywords = Mapping[str, Callable[..., Any]]
"""The library's keywords by their names: with arguments embedded, or as Python writes them."""


def slips(test: TestCase, keywords: Keywords, scopes: Collection[str]) -> list[str]:
    """What is wrong with the literal criteria of a test, a sentence each.

    Names of endpoints are looked at where nothing in the test can define more of them than
    can be seen: all that it calls is of this library, or harmless.

    Args:
        test: About to begin.
        keywords: Of the library.
        scopes: The names of endpoints and groups that are known by now.
    """
    calls = list(_calls(test))
    names = _known_names(calls, keywords, scopes)
    found = []
    for call in calls:
        try:
            _check(call, keywords, names)
        except BadInput as error:
            found.append(str(error))
    return found


def fail_at_once(test: Any, message: str) -> None:
    """Let a test that is about to begin end with this message, before anything else happens."""
    if test.has_setup:
        test.setup.config(name="BuiltIn.Fail", args=[_escaped(message)])
        return
    test.body.create_keyword("BuiltIn.Fail", [_escaped(message)])
    test.body.insert(0, test.body.pop())


def _escaped(message: str) -> str:
    """As it is written in a suite, so that Robot leaves it alone."""
    return re.sub(r"([\\$@&%#=])", r"\\\1", message).replace("\n", r"\n")


class _Call:
    """One call of a keyword.

    Attributes:
        name: Without what stands before it in behaviour-driven suites.
        positional, named: Its arguments, as they are written.
    """

    def __init__(self, step: Any) -> None:
        self.name = _BDD.sub("", step.name).removeprefix("ApiLoadLibrary.")
        pairs = [str(each).partition("=") for each in step.args]
        self.named = {key: value for key, sign, value in pairs if sign and key.isidentifier()}
        self.positional = [
            "".join(each) for each in pairs if not (each[1] and each[0].isidentifier())
        ]

    @property
    def is_literal(self) -> bool:
        """Whether no variable stands in it."""
        words = (self.name, *self.positional, *self.named.values())
        return not any(map(_VARIABLE.search, words))

    def match(self, keyword: str) -> tuple[str, ...] | None:
        """The arguments embedded in its name, when it calls this keyword."""
        words = [re.escape(each) for each in re.split(r"\$\{\w+\}", keyword)]
        pattern = "(.+?)".join(words).replace("_", r"[\s_]*").replace(r"\ ", r"\s+")
        found = re.fullmatch(pattern, self.name, re.IGNORECASE)
        return found.groups() if found else None


def _calls(item: Any) -> Iterator[_Call]:
    """Everything that is called within a test or a control structure, in whatever branch."""
    for step in (getattr(item, "setup", None), *item.body, getattr(item, "teardown", None)):
        if step and getattr(step, "name", None) and hasattr(step, "args"):
            yield _Call(step)
        if step and hasattr(step, "body"):
            yield from _calls(step)


def _known_names(
    calls: list[_Call], keywords: Keywords, scopes: Collection[str]
) -> list[str] | None:
    """The names that a scope may have in the test; None when that cannot be seen."""
    known = list(scopes)
    for call in calls:
        if call.match("define_endpoint") is not None or call.match("define_action") is not None:
            if not call.is_literal:
                return None
            known += [*call.positional[:1], *filter(None, [call.named.get("group")])]
        elif not _is_harmless(call, keywords):
            return None
    return known


def _is_harmless(call: _Call, keywords: Keywords) -> bool:
    """Whether it cannot define an endpoint."""
    plain = re.sub(r"\s+", "_", call.name.removeprefix("BuiltIn.").lower())
    if hasattr(BuiltIn, plain):
        return not plain.startswith(_CALLING_OTHERS)
    return any(call.match(name) is not None for name in keywords)


def _check(call: _Call, keywords: Keywords, names: Collection[str] | None) -> None:
    """See whether its criteria can be read.

    Raises:
        BadInput: One cannot.
    """
    if not call.is_literal:
        return
    if call.match("stop_load_when") is not None:
        for condition in call.positional:
            check_condition(condition, names)
        return
    added = clauses(**{key: call.named[key] for key in _NAMED if key in call.named})
    for text in _written(call, keywords):
        check_criterion(f"{text} {added}".rstrip(), names)


def _written(call: _Call, keywords: Keywords) -> list[str]:
    """The criteria that a call of a sentence stands for."""
    for name in sorted(keywords, key=_fixed_words, reverse=True):
        write = getattr(keywords[name], "write", None)
        embedded = call.match(name) if write else None
        if write is None or embedded is None:
            continue
        if name == "verify_criteria_from":
            return []  # its file is read when it runs
        written = write(None, *embedded, *call.positional)
        return [written] if isinstance(written, str) else list(written)
    return []


def _fixed_words(name: str) -> int:
    """Of several sentences that match, Robot takes the one that leaves the least open."""
    return len(re.sub(r"\$\{\w+\}", "", name))
