"""Sentences that stand in a test as they are: a slip in one is found before any load is sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

from robot.running import TestCase
from robotlibcore import DynamicCore

from ApiLoadLibrary.errors import BadInput, nearest
from ApiLoadLibrary.session.capacity import check_conditions
from ApiLoadLibrary.session.checking import check_condition, check_criterion
from ApiLoadLibrary.session.endpoints import check_mix, check_names
from ApiLoadLibrary.session.flood import CONNECTION_NAME, MESSAGE_NAME

from .called import Call, calls
from .judging import NAMED, clauses

__all__ = ["end_before_load", "is_harmless", "may_find_others", "names_after", "slips", "slips_in"]

_DEFINING = ("define_endpoint", "define_action", "define_journey")
_DEFINING_MORE = ("define_", "import_")
_DEFINING_NO_ENDPOINT = ("define_check",)
_SEARCHES = ("find_highest_rate", "find_highest_rate_mixed")
_SOCKETS = ("open_websocket_connections", "start_load")
_OPEN = ("call_method", "evaluate")
_FINDING_OTHERS = ("import_library", "import_resource", "set_library_search_order")
_HARMLESS = ("robot", "RequestsLibrary")
_NAMING: dict[str, Callable[[str, Collection[str]], None]] = {
    "endpoints": check_names,
    "endpoint": check_names,
    "probe": check_names,
    "mix": check_mix,
    "journeys": partial(check_names, kind="journey"),
}
"""Arguments of load sentences that name endpoints, and who reads them."""


def slips(test: TestCase, library: DynamicCore, scopes: Collection[str] | None) -> list[str]:
    """What is wrong with the literal sentences of a test, a sentence each.

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
    return slips_in(made, library, names_after(made, library, scopes))


def slips_in(
    made: Sequence[Call], library: DynamicCore, names: Collection[str] | None
) -> list[str]:
    """The same of calls.

    Args:
        made: In their order.
        library: Whose sentences are looked at.
        names: Of all endpoints and groups that there will be; None where that is open.
    """
    if may_find_others(made):
        return []
    found = []
    for call in made:
        method = call.method(library)
        if method and call.is_literal and not call.is_caught:
            try:
                _check(call, method, names)
            except ValueError as error:
                found.append(str(error))
    return list(dict.fromkeys(found))


def may_find_others(made: Iterable[Call]) -> bool:
    """Whether names of keywords may mean something else by the time that they are called."""
    return any(call.built_in in _FINDING_OTHERS for call in made)


def end_before_load(test: Any, found: Iterable[str]) -> None:
    """Let a test that is about to begin fail with these sentences, and do nothing else.

    Only its teardown is left.  Its setup may send load; and so may its body, where tags or a
    template let it go on after a failure.
    """
    test.setup = None
    test.body.clear()
    test.body.create_error(["Read before any load is sent"], error="\n".join(found))


def names_after(
    made: Iterable[Call], library: DynamicCore, scopes: Collection[str] | None
) -> list[str] | None:
    """The names that a scope may have once these calls were made; None where that is open."""
    if scopes is None:
        return None
    known = list(scopes)
    for call in made:
        method = call.method(library)
        name = method.__name__ if method else ""
        defines = name.startswith(_DEFINING_MORE) and name not in _DEFINING_NO_ENDPOINT
        if not (method or is_harmless(call)):
            return None
        if defines and not (name in _DEFINING and call.is_literal):
            return None
        if method and defines:
            known += _defined(call, method)
        if name in _SOCKETS:
            known += [CONNECTION_NAME, MESSAGE_NAME]
    return list(dict.fromkeys(known))


def is_harmless(call: Call) -> bool:
    """Whether a keyword of others can do nothing with this library that is not seen."""
    if call.steps is not None:
        return True  # it has been looked into
    if call.package not in _HARMLESS or call.built_in in _OPEN:
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
        _check_spelling(call, method)
        return
    if names is not None and "load" in getattr(method, "robot_tags", ()):
        for argument, check in _NAMING.items():
            if written := bound.arguments.get(argument):
                check(written, names)
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


def _check_spelling(call: Call, method: Callable[..., Any]) -> None:
    """Of named arguments; what else a call gets wrong Robot says.

    Raises:
        BadInput: One looks like another that there is.
    """
    named = [each for each in inspect.signature(method).parameters if each not in "self"]
    for each in call.arguments()[0]:
        name, equals, _ = each.partition("=")
        guess = nearest(name, named) if equals else None
        if guess:
            raise BadInput(f"{call.name} has no argument '{name}=': did you mean '{guess}='?")


def _clauses(named: dict[str, str | None]) -> str:
    try:
        return clauses(**named)
    except ValueError as error:  # of how sure to be: the others are read with the criterion
        raise ValueError(f"confidence='{named['confidence']}': {error}") from None
