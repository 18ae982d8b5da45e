"""What a test calls, as Robot will find it, and what the suite's own keywords call for it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from robot.api.types import KeywordName
from robot.libraries.BuiltIn import BuiltIn
from robot.running import TestCase, UserKeyword
from robot.running.context import EXECUTION_CONTEXTS
from robot.utils import NormalizedDict, split_from_equals, unescape
from robotlibcore import DynamicCore

__all__ = ["Call", "calls", "calls_of_setup"]

# Robot has no types for these.
_unescaped: Callable[[str], str] = unescape
_split: Callable[[str], tuple[str, str | None]] = split_from_equals

_VARIABLE = re.compile(r"[$@&%]\{")
_SEVERAL = re.compile(r"[@&]\{")
_CATCHING = (
    "run_keyword_and_expect_error",
    "run_keyword_and_ignore_error",
    "run_keyword_and_return_status",
    "run_keyword_and_warn_on_failure",
)


class Call:
    """One call of a keyword.

    Robot itself is asked which keyword that is: one of the suite or of a resource goes before
    a library's, and a library may have another name here.

    Args:
        name: As it is written, with what may stand before it in behaviour-driven suites.
        args: As they are written.
        is_caught: Whether the test may go on, and pass, when this fails.
        by: The call that passes this one on, if one does.
    """

    def __init__(
        self, name: str, args: Sequence[Any], is_caught: bool, by: Call | None = None
    ) -> None:
        context: Any = EXECUTION_CONTEXTS.current
        runner = context.namespace.get_runner(name, recommend_on_failure=False)
        self.name = name
        self.is_caught = is_caught
        self.by = by
        self._keyword = runner.keyword
        self._embedded = getattr(runner, "embedded_args", ())
        self._args = [str(each) for each in args]
        self.is_literal = not any(map(_VARIABLE.search, (name, *self._args)))

    @property
    def built_in(self) -> str:
        """The keyword's name as Python writes it, if it is one of BuiltIn's; else empty."""
        name: str = self._keyword.name
        return name.lower().replace(" ", "_") if self._code is BuiltIn else ""

    def method(self, library: DynamicCore) -> Callable[..., Any] | None:
        """What is called of a library; None if it is a keyword of another, or of a suite."""
        if self._code is not type(library):
            return None
        # A second import, under another name, has an object of its own, but the same methods.
        methods = NormalizedDict(library.keywords, ignore="_")
        found: Callable[..., Any] = methods[self._keyword.name]
        return found

    @property
    def steps(self) -> UserKeyword | None:
        """What is done by it, if it is a keyword of the suite or of a resource."""
        return self._keyword if isinstance(self._keyword, UserKeyword) else None

    @property
    def package(self) -> str:
        """Where the keyword's library is from: `robot.libraries.Collections` from `robot`."""
        module = getattr(self._code, "__module__", None) or getattr(self._code, "__name__", "")
        return str(module).partition(".")[0]

    @property
    def _code(self) -> Any:
        """The class or the module of the keyword's library."""
        return getattr(self._keyword.owner, "code", None)

    def arguments(self) -> tuple[list[str], dict[str, str]]:
        """The positional and the named ones, as the keyword gets them when all is literal."""
        positional, named = [*self._embedded], {}
        for each in self._args:
            name, value = _split(each)
            if value is not None and name in self._keyword.args.named:
                named[name] = _unescaped(value)
            else:
                positional.append(each)
        return [_unescaped(each) for each in positional], named

    def bound(self, function: Callable[..., Any]) -> inspect.BoundArguments | None:
        """The arguments as a function would get them; None if it cannot: Robot says why."""
        positional, named = self.arguments()
        try:
            return inspect.signature(function).bind(*positional, **named)
        except TypeError:
            return None

    def passed_on(self) -> list[Sequence[str]] | None:
        """The calls that this one makes in its turn, a name and arguments each.

        None where it makes some, and which cannot be seen.
        """
        args = self._args
        if self._begins_with_a_sentence:
            return [args] if args else []
        if not self.built_in.startswith(("run_keyword", "wait_until_", "repeat_")):
            return []
        if any(map(_SEVERAL.match, args)):
            return None
        if self.built_in == "run_keywords":
            found = _between(args, "AND") if "AND" in args else [[each] for each in args]
        elif self.built_in == "run_keyword_if":
            found = list(_branches(args))
        else:
            found = [args[self._keyword.args.positional.index("name") :]]
        return [each for each in found if each]

    @property
    def _begins_with_a_sentence(self) -> bool:
        """Whether its first argument is a keyword, and the others are what that takes."""
        spec = self._keyword.args
        first = spec.types.get(spec.positional[0]) if spec.positional and spec.types else None
        return not self.built_in and getattr(first, "type", None) is KeywordName

    @property
    def catches(self) -> bool:
        """Whether what it calls may fail while it does not."""
        return self.built_in in _CATCHING


def calls(item: TestCase | Any, is_caught: bool = False) -> Iterator[Call]:
    """Everything that is called within a test or a control structure, in whatever branch.

    Args:
        item: The test, or the structure.
        is_caught: Whether it stands where the test goes on after a failure.
    """
    return _calls_of(_steps(item), is_caught, ())


def calls_of_setup(suite: Any) -> Iterator[Call]:
    """The same of a suite's setup."""
    return _calls_of([suite.setup], False, ())


def _steps(item: Any) -> list[Any]:
    return [getattr(item, "setup", None), *item.body, getattr(item, "teardown", None)]


def _calls_of(steps: Iterable[Any], is_caught: bool, within: tuple[str, ...]) -> Iterator[Call]:
    for step in steps:
        if step and getattr(step, "name", None) and hasattr(step, "args"):
            yield from _with_those_it_makes(Call(step.name, step.args, is_caught), within)
        if step and hasattr(step, "body"):
            yield from _calls_of(_steps(step), is_caught or _is_caught(step), within)


def _with_those_it_makes(call: Call, within: tuple[str, ...]) -> Iterator[Call]:
    """The call, what it passes on, and what is done in it.

    Args:
        call: One of the calls.
        within: Keywords of the suite that it is made in: one may call itself.
    """
    yield call
    if call.steps is not None and call.steps.full_name not in within:
        within = (*within, call.steps.full_name)
        yield from _calls_of(_steps(call.steps), call.is_caught, within)
    for name, *args in call.passed_on() or ():
        caught = call.is_caught or call.catches
        yield from _with_those_it_makes(Call(_unescaped(name), args, caught, call), within)


def _is_caught(step: Any) -> bool:
    """Whether this is the TRY before an EXCEPT; which failures that takes is not looked at."""
    return step.type == step.TRY and bool(step.parent.except_branches)


def _between(args: Sequence[str], word: str) -> list[Sequence[str]]:
    """The pieces of a list that a word cuts it into."""
    cuts = [-1, *(place for place, each in enumerate(args) if each == word), len(args)]
    return [args[start + 1 : end] for start, end in pairwise(cuts)]


def _branches(args: Sequence[str]) -> Iterator[Sequence[str]]:
    """What `Run Keyword If` may call: a condition stands before each call but that of ELSE."""
    for branch in _between(args, "ELSE IF"):
        first, *last = _between(branch, "ELSE")
        yield first[1:]
        yield from last
