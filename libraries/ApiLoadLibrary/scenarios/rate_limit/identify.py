"""Which kind of limiter it is: the model that explains best what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .decisions import Decisions
from .fitting import Fit, Hint, fit
from .models import MODELS
from .shaping import Line, find_line, line_of_rate

__all__ = ["DELAYING", "UNCLASSIFIED", "Identity", "identify"]

UNCLASSIFIED_ABOVE_PERCENT = 5.0
TOLD_APART = 6.0
"""A difference in Schwarz's criterion that is strong evidence (Kass and Raftery, 1995)."""
UNCLASSIFIED, DELAYING = "unclassified", "delaying_bucket"
_DELAYING_WORDS = "leaky bucket that delays"


@dataclass(frozen=True, slots=True)
class Identity:
    """What kind of limiter it is.

    Attributes:
        kind: Its name; `unclassified` where none can be given.
        words: The same for people.
        reason: Why none can be given.
        settings: `limit`, `window_s`, `phase_s`; of a bucket `rate_per_s`, `burst`.
        mismatch_percent: Decisions that it would have made otherwise; None where nothing fits.
        fits: All models, the best first.
        line: How requests wait, where they do.
    """

    kind: str
    words: str
    reason: str
    settings: dict[str, float]
    mismatch_percent: float | None
    fits: tuple[Fit, ...] = ()
    line: Line | None = None

    @property
    def runner_up(self) -> Fit | None:
        """The best model of another kind."""
        return _other(self.fits)

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "kind": self.kind,
            "words": self.words,
            "reason": self.reason,
            "settings": self.settings,
            "mismatch_percent": self.mismatch_percent,
            "runner_up": self.runner_up.model.words if self.runner_up else None,
            "models": [
                {
                    "kind": each.model.name,
                    "words": each.model.words,
                    "settings": dict(each.settings),
                    "mismatch_percent": each.mismatch_percent,
                    "decisions": each.decisions,
                }
                for each in self.fits
            ],
        }


def identify(seen: Decisions, hint: Hint) -> Identity:
    """The kind of limiter that made these decisions.

    Args:
        seen: What was decided on the requests of `identifying_offsets`.
        hint: The limit and its window, as far as they are known.
    """
    if not seen.refused:
        return _without_refusals(seen)
    fits = sorted((fit(each, seen, hint) for each in MODELS), key=lambda each: each.score)
    best, other = fits[0], _other(fits)
    line = line_of_rate(seen, best.settings["rate_per_s"]) if _is_bucket(best) else None
    kind, words, reason = best.model.name, best.model.words, ""
    if line is not None:
        kind, words = DELAYING, _DELAYING_WORDS
    if best.mismatch_percent > UNCLASSIFIED_ABOVE_PERCENT:
        reason = (
            f"the model that fits best, a {best.model.words}, would have decided "
            f"{best.mismatch_percent:.1f} % of the requests otherwise"
        )
    elif (
        other is not None
        and other.score - best.score < TOLD_APART
        and not _are_the_same(best, other)
    ):
        reason = f"a {best.model.words} and a {other.model.words} explain it equally well"
    if reason:
        kind = words = UNCLASSIFIED
    settings = dict(best.settings)
    return Identity(kind, words, reason, settings, best.mismatch_percent, tuple(fits), line)


def _without_refusals(seen: Decisions) -> Identity:
    line = find_line(seen)
    if line is None:
        reason = f"not one of {len(seen):,} requests was refused or delayed"
        return Identity(UNCLASSIFIED, UNCLASSIFIED, reason, {}, None)
    settings = {"rate_per_s": line.rate_per_s}
    mismatch = 100 * (1 - line.as_expected)
    return Identity(DELAYING, _DELAYING_WORDS, "", settings, mismatch, line=line)


def _other(fits: tuple[Fit, ...] | list[Fit]) -> Fit | None:
    """The best of another kind than the best of all."""
    others = (each for each in fits if each.model.words != fits[0].model.words)
    return next(others, None)


def _is_bucket(found: Fit) -> bool:
    return "burst" in found.settings


def _are_the_same(one: Fit, other: Fit) -> bool:
    """Where one request at a time is allowed, a log, a window and a bucket do the same."""
    return all(
        each.settings.get("limit", each.settings.get("burst", 0)) < 2 for each in (one, other)
    )
