"""How a sentence becomes a keyword that judges: it says its criterion, and nothing more.

A sentence is a method that returns a criterion of the language, or several.  `judging` makes
a keyword of it that judges them, and gives it the named arguments that all of them have.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, get_type_hints

from robot.api import ContinuableFailure, logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import ApiLoadError
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.criteria_file import Requirement
from ApiLoadLibrary.session.verdicts import JudgedCriterion
from ApiLoadLibrary.values import Duration

from .converters import Confidence

__all__ = ["NAMED", "Judging", "clauses", "judging"]

P = ParamSpec("P")
Written = str | Sequence[str] | Sequence[Requirement]

NAMED = {
    "run": (str, "The name of another load run."),
    "in_every": (Duration, "Judge windows of this length, each of which must meet it: `10 s`."),
    "after_first": (Duration, "Leave out so much at the start: `30 s`."),
    "during": (str, "Judge another phase of the run: `warm-up`, `burst`, `after`."),
    "confidence": (Confidence, "How sure to be: `99 %`; or `point estimate`. Else `95 %`."),
}
"""Of every sentence: the type and the documentation of its named arguments."""


class Judging:
    """A class whose sentences judge.

    Args:
        session: Judges, and keeps what comes of it.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    def judge(self, written: Written, run: str | None, clause: str) -> None:
        """Judge what a sentence says; all of it, before it fails."""
        judged, errors = [], []
        for each in [written] if isinstance(written, str) else written:
            try:
                judged.append(self._session.verdicts.judge(each, run, clause))
            except ApiLoadError as error:
                if isinstance(written, str):
                    raise
                errors.append(str(error))
        self.tell(judged, errors)

    @staticmethod
    def tell(criteria: Sequence[JudgedCriterion], errors: Sequence[str] = ()) -> None:
        """Log what was met, and fail with what was not.

        Args:
            criteria: What was judged.
            errors: What could not even be read.

        Raises:
            ContinuableFailure: A criterion was not met, or could not be decided.
        """
        judged = [each.judgement for each in criteria]
        missed = [*(each.sentence for each in judged if not each.passed), *errors]
        for each in judged:
            if each.passed:
                logger.info(each.sentence)
        if missed:
            raise ContinuableFailure("\n".join(missed))


def clauses(
    in_every: Duration | str | None = None,
    after_first: Duration | str | None = None,
    during: str | None = None,
    confidence: str | None = None,
) -> str:
    """The named arguments as clauses of the language."""
    given = (
        f"in every {in_every}" if in_every else "",
        f"after the first {after_first}" if after_first else "",
        f"during {during}" if during else "",
        Confidence.parse(confidence) if confidence else "",
    )
    return " ".join(filter(None, given))


def judging(
    name: str | None = None,
) -> Callable[[Callable[Concatenate[Any, P], Written]], Callable[..., None]]:
    """Make a keyword of a sentence.

    Args:
        name: Of the keyword, where it has arguments embedded.
    """

    def decorate(write: Callable[Concatenate[Any, P], Written]) -> Callable[..., None]:
        def judge(self: Judging, /, *args: Any, **named: Any) -> None:
            given = {each: named.pop(each, None) for each in NAMED}
            run = given.pop("run")
            self.judge(write(self, *args, **named), run, clauses(**given))

        # Robot reads from here what a keyword takes, and Libdoc what it says.
        signature = inspect.signature(write)
        added = [
            inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=None) for each in NAMED
        ]
        judge.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[*signature.parameters.values(), *added], return_annotation=None
        )
        types: dict[str, Any] = {each: kind | None for each, (kind, _) in NAMED.items()}
        judge.__annotations__ = {**get_type_hints(write), **types, "return": None}
        judge.__doc__ = _documented(inspect.getdoc(write) or "")
        judge.__name__ = write.__name__
        made: Callable[..., None] = keyword(name, tags=["verify"])(judge)
        made.write = write  # type: ignore[attr-defined]
        return made

    return decorate


def _documented(text: str) -> str:
    """The documentation with the named arguments in it."""
    lines = "\n".join(f"    {each}: {words}" for each, (_, words) in NAMED.items())
    before, example, behind = text.partition("\n\nExample:")
    arguments = "" if "\nArgs:\n" in before else "\n\nArgs:"
    return f"{before}{arguments}\n{lines}{example}{behind}"
