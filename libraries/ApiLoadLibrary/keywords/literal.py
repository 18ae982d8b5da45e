"""Criteria that stand in a test as they are: a slip in one is found before any load is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from robot.running import TestCase
from robotlibcore import DynamicCore

from ApiLoadLibrary.session.acceptance import check_condition, check_criterion
from ApiLoadLibrary.session.capacity import check_conditions
from ApiLoadLibrary.session.flood import CONNECTION_NAME, MESSAGE_NAME

from .called import Call, calls
from .judging import NAMED, clauses

__all__ = ["end_before_load", "slips"]

_ENDPOINTS = ("define_endpoint", "define_action")
_MANY_ENDPOINTS = "import_endpoints_from"
_SEARCHES = ("find_highest_rate", "find_highest_rate_mixed")
_SOCKETS = ("open_websocket_connections", "start_load")
_OPEN = ("call_method", "evaluate")
_FINDING_OTHERS = ("import_library", "import_resource", "set_library_search_order")


def slips(test: TestCase, library: DynamicCore, scopes: Collection[str] | None) -> list[str]:
    """What is wrong with the literal criteria of a test, a sentence each.

    A test that might pass is never refused.  So nothing is said of what another keyword may
    turn out to mean, or of a failure that the test may be waiting for.  And names of endpoints
    are looked at only where nothing in the test can define more of them than can be seen: all
    that it calls is of this library, or harmless.

    Args:
        test: About to begin.
        library: Whose sentences are looked at.
        scopes: The names of endpoints and groups that are known by now; None where that is open.
    """
    made = list(calls(test))
    if any(call.built_in in _FINDING_OTHERS for call in made):
        return []
    names = _known_names(made, library, scopes)
    found = []
    for call in made:
        method = call.method(library)
        if method and call.is_literal and not call.is_caught:
            try:
                _check(call, method, names)
            except ValueError as error:
                found.append(str(error))
    return found


def end_before_load(test: Any, found: Iterable[str]) -> None:
    """Let a test that is about to begin fail with these sentences, and do nothing else.

    Only its teardown is left.  Its setup may send load; and so may its body, where tags or a
    template let it go on after a failure.
    """
    test.setup = None
    test.body.clear()
    test.body.create_error(["Read before any load is sent"], error="\n".join(found))


def _known_names(
    made: Iterable[Call], library: DynamicCore, scopes: Collection[str] | None
) -> list[str] | None:
    """The names that a scope may have in the test; None when that cannot be seen."""
    if scopes is None:
        return None
    known = list(scopes)
    for call in made:
        method = call.method(library)
        defines = method is not None and method.__name__ in _ENDPOINTS
        if not (method or _is_harmless(call)) or (defines and not call.is_literal):
            return None
        if method and method.__name__.startswith(_MANY_ENDPOINTS):
            return None
        if method and defines:
            known += _defined(call, method)
        if method and method.__name__ in _SOCKETS:
            known += [CONNECTION_NAME, MESSAGE_NAME]
    return known


def _is_harmless(call: Call) -> bool:
    """Whether a keyword of others cannot define an endpoint that is not seen."""
    if not call.built_in or call.built_in in _OPEN:
        return False
    return call.passed_on() is not None


def _defined(call: Call, method: Callable[..., Any]) -> list[str]:
    """The names that it gives."""
    bound = call.bound(method)
    given = bound.arguments if bound else {}
    return [given[each] for each in ("name", "group") if given.get(each)]


def _check(call: Call, method: Callable[..., Any], names: Collection[str] | None) -> None:
    """See whether its criteria can be read.

    Raises:
        ValueError: One cannot.
    """
    bound = call.bound(method)
    if bound is None:
        return
    if method.__name__ == "stop_load_when":
        check_condition(bound.arguments["condition"], names)
        return
    if method.__name__ in _SEARCHES:
        check_conditions(bound.arguments.get("criteria", ()), names)
        return
    write = getattr(method, "write", None)
    # A file of criteria is read when it is needed: the test may write it.
    if write is None or method.__name__ == "verify_criteria_from":
        return
    named = {key: bound.arguments.pop(key, None) for key in NAMED}
    written = write(None, *bound.args, **bound.kwargs)
    del named["run"]  # which run it is about is seen later
    added = _clauses(named)
    for text in [written] if isinstance(written, str) else written:
        check_criterion(f"{text} {added}".rstrip(), names)


def _clauses(named: dict[str, str | None]) -> str:
    try:
        return clauses(**named)
    except ValueError as error:  # of how sure to be: the others are read with the criterion
        raise ValueError(f"confidence='{named['confidence']}': {error}") from None
