"""An action: a Python callable that is called where an endpoint would send a request.

| the callable                  | so                                                      |
| ----------------------------- | ------------------------------------------------------- |
| takes an argument             | it gets the request's number, from 1 (`{{counter}}`)    |
| takes none                    | it is called without                                    |
| is a class                    | each worker makes itself an object of it before the     |
|                               | load, and calls that                                    |
| returns None                  | it has done its work: a success                         |
| returns a whole number        | that is an HTTP status, judged by `expect=`             |
| raises AssertionError         | a check failed                                          |
| raises TimeoutError           | no answer in time                                       |
| raises ConnectionError        | the connection failed                                   |
| raises what `requests` raises | what that stands for; of `raise_for_status`, its status |
| does anything else            | its own code failed, and the server is not blamed       |
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from ApiLoadLibrary.errors import BadInput, nearest
from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.values import Duration

from .endpoint import check_name

__all__ = ["Action", "Call"]

_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"


@dataclass(frozen=True, slots=True)
class Call:
    """A Python callable by its name: plain data, so that it can go to other processes.

    Attributes:
        module: Where it is, as `import` has it.
        name: What it is called there; dots lead into what the module holds.
    """

    module: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Call:
        """The callable of `module:name`.

        Raises:
            BadInput: Something else.
        """
        found = re.fullmatch(rf"({_NAME}):({_NAME})", text.strip())
        if not found:
            raise BadInput(
                f"call='{text}' names no Python callable: write module:name, "
                "like shop_actions:export."
            )
        return cls(found[1], found[2])

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"

    def resolve(self) -> Callable[..., object]:
        """Import it.

        Raises:
            BadInput: It cannot be imported, or cannot be called as an action.
        """
        try:
            found: Any = importlib.import_module(self.module)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - modules may raise anything
            raise BadInput(
                f"Module '{self.module}' of call='{self}' cannot be imported "
                f"({type(error).__name__}: {error}): mend it, or name its folder to Robot "
                "with --pythonpath."
            ) from None
        for name in self.name.split("."):
            if not hasattr(found, name):
                guess = nearest(name, dir(found))
                hint = f" Did you mean '{guess}'?" if guess else ""
                raise BadInput(f"call='{self}' names no '{name}' that there is.{hint}")
            found = getattr(found, name)
        self._require_callable(found)
        function: Callable[..., object] = found
        return function

    @property
    def takes_argument(self) -> bool:
        """Whether it can be called with one argument.

        Raises:
            BadInput: See `resolve`.
        """
        found: Any = self.resolve()
        return _takes(found.__call__, None, 1) if inspect.isclass(found) else _takes(found, 1)

    def ready(self) -> Callable[[int], object]:
        """The function that one worker calls; of a class, an object that is its own.

        Raises:
            BadInput: See `resolve`.
        """
        found = self.resolve()
        function: Any = found() if inspect.isclass(found) else found
        return function if _takes(function, 1) else lambda number: function()

    def _require_callable(self, found: Any) -> None:
        function = found
        if inspect.isclass(found):
            callables = (vars(each).get("__call__") for each in found.__mro__)
            function = next(filter(None, callables), None)
            if function is None or not _takes(found):
                raise BadInput(
                    f"Class call='{self}' cannot be an action: it needs a __call__, "
                    "and an __init__ without arguments."
                )
            function = functools.partial(function, None)  # self
        if not callable(function):
            raise BadInput(f"call='{self}' cannot be called: name a function or a class.")
        if inspect.iscoroutinefunction(function):
            raise BadInput(
                f"call='{self}' is a coroutine function: name one that returns when its work is "
                "done, as with asyncio.run."
            )
        if not (_takes(function, 1) or _takes(function)):
            raise BadInput(
                f"call='{self}' needs more than one argument: "
                "it gets the request's number, or nothing."
            )


def _takes(function: Callable[..., object], *arguments: object) -> bool:
    """Whether it can be called with these arguments; C code that does not tell, with any."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """A callable with a name, which load sentences and criteria treat like an endpoint.

    Attributes:
        name: How suites and reports call it.
        call: What is called.
        statuses: Those that count as success, where it returns one.
        threshold: The response time to compare with in `Verify P95 Below Threshold`.
        group: A name for several endpoints together, which criteria and load sentences know.
    """

    name: str
    call: Call
    statuses: frozenset[int] = frozenset({200})
    threshold: Duration | None = None
    group: str | None = None
    method: ClassVar[str] = "CALL"

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.group is not None:
            check_name(self.group)

    @property
    def path(self) -> str:
        """What is called, where an endpoint has its path."""
        return str(self.call)

    @property
    def expected(self) -> frozenset[int]:
        """The outcomes that count as success."""
        return self.statuses | {DONE}
