"""What `--dryrun` can tell of a suite besides what Robot says: it knows the tests before."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from robotlibcore import DynamicCore

from ApiLoadLibrary.errors import UnknownName, nearest

from .called import Call, calls, calls_of_setup
from .literal import is_harmless, may_find_others, names_after, slips_in

__all__ = ["Outlook", "besides"]

_SEND_NOTHING = ("calibrate_load_generator", "stop_load_when", "show_load_plan")
_OF_UNNAMED_RUNS = (" on ", " of ", " to ")


@dataclass(slots=True)
class _Runs:
    """Load runs that there will be by now.

    Attributes:
        names: Those that suites gave.
        is_open: Whether others may have other names.
    """

    names: list[str] = field(default_factory=list)
    is_open: bool = False

    def add(self, name: str | None, *, is_literal: bool) -> None:
        """A load sentence, which may name its run."""
        self.is_open = self.is_open or name is None or not is_literal
        if name is not None:
            self.names.append(name)

    def check(self, name: str) -> None:
        """Let a name pass that a run may have; where that is open, all but a near miss.

        Raises:
            UnknownName: No run has it.
        """
        folded = name.casefold()
        if folded in map(str.casefold, self.names):
            return
        may_be_unnamed = self.is_open and any(each in folded for each in _OF_UNNAMED_RUNS)
        if not may_be_unnamed and (nearest(name, self.names) or not self.is_open):
            raise UnknownName("load run", name, dict.fromkeys(self.names))


class Outlook:
    """What a dry run has seen so far, suite by suite and test by test.

    A name that no endpoint has is a slip, as are a load run that nothing makes and a criterion
    before any load.  Where a keyword of another library might do what is not seen, nothing is
    said from there on.

    Args:
        library: Whose sentences are looked at.
    """

    def __init__(self, library: DynamicCore) -> None:
        self._library = library
        self._names: list[str] | None = []
        self._runs = _Runs()
        self._loaded: set[str] = set()
        self._of_setups: list[str] = []
        self._around: dict[str, list[str] | None] = {}

    def enter(self, suite: Any) -> None:
        """A suite begins; slips in its setup are told by the first test."""
        self._around[suite.full_name] = self._names
        made = list(calls_of_setup(suite))
        has_load = self._has_load(suite)
        found = self._slips(made, has_load=has_load)
        self._of_setups += [f"In the setup of {suite.name}: {each}" for each in found]
        if any(map(self._may_send, made)):
            self._loaded.add(suite.full_name)

    def leave(self, suite: Any) -> None:
        """It has ended, and with it what it has defined."""
        self._names = self._around.pop(suite.full_name, self._names)

    def slips(self, test: Any) -> list[str]:
        """What is wrong with a test, a sentence each."""
        of_setups, self._of_setups = self._of_setups, []
        return [*of_setups, *self._slips(list(calls(test)), has_load=self._has_load(test))]

    def _has_load(self, item: Any) -> bool:
        """Whether the setup of a suite around it sends load, however far out it is."""
        around = item.parent
        return around is not None and (around.full_name in self._loaded or self._has_load(around))

    def _slips(self, made: Sequence[Call], *, has_load: bool) -> list[str]:
        self._names = (
            None if may_find_others(made) else names_after(made, self._library, self._names)
        )
        found = slips_in(made, self._library, self._names)
        return [*found, *dict.fromkeys(self._out_of_order(made, has_load=has_load))]

    def _out_of_order(self, made: Sequence[Call], *, has_load: bool) -> Iterator[str]:
        """Criteria that will find no load run; of those before any load the first."""
        if may_find_others(made):
            return
        for call in made:
            method = call.method(self._library)
            if self._may_send(call):
                has_load = True
                name = _argument(call, method, "name") if method else None
                self._runs.add(name, is_literal=call.is_literal)
            elif method and not call.is_caught and "run" in inspect.signature(method).parameters:
                run = _argument(call, method, "run")
                if run is None and not has_load and not _is_of_everything(call):
                    has_load = True  # the others are as wrong, and need no word
                    yield (
                        f"{call.name}: there is no load before it in its test, nor in its suite's "
                        "setup. Send load first (Sustain …), or name a run with run=."
                    )
                elif run is not None and call.is_literal:
                    yield from self._unknown(run)

    def _unknown(self, run: str) -> Iterator[str]:
        try:
            self._runs.check(run)
        except UnknownName as error:
            yield str(error)

    def _may_send(self, call: Call) -> bool:
        """Whether it makes a load run; a keyword of others may, unless it is harmless."""
        method = call.method(self._library)
        if method is None:
            return not is_harmless(call)
        is_shown = call.by is not None and _name(call.by.method(self._library)) in _SEND_NOTHING
        sends = "load" in getattr(method, "robot_tags", ())
        return sends and not is_shown and _name(method) not in _SEND_NOTHING


def besides(slips: Sequence[str], message: str) -> str:
    """Robot's message of a test, after the slips of which it does not tell.

    Robot says of a value what the criterion that it stands in would say.
    """
    return "\n".join(filter(None, [*(each for each in slips if not _told(each, message)), message]))


def _told(slip: str, message: str) -> bool:
    problem = slip.partition("': ")[2].partition(". ")[0]
    return bool(problem) and problem in message


def _name(method: Callable[..., Any] | None) -> str:
    return method.__name__ if method else ""


def _argument(call: Call, method: Callable[..., Any], name: str) -> str | None:
    """The value of an argument, as it is written."""
    bound = call.bound(method)
    return bound.arguments.get(name) if bound else None


def _is_of_everything(call: Call) -> bool:
    """Whether it is about all load of the session."""
    return any("everything" in each.casefold() for each in (call.name, *call.arguments()[0]))
