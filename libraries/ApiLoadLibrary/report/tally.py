"""How many requirements were met, in words."""

from __future__ import annotations

from collections.abc import Sequence

from .document import Verdict

__all__ = ["tally", "verdict_words"]

_OF_ONE = {
    Verdict.PASS: "is met",
    Verdict.FAIL: "is not met",
    Verdict.INCONCLUSIVE: "could not be judged",
}


def verdict_words(verdict: Verdict, verdicts: Sequence[Verdict]) -> str:
    """`Ready: all 6 requirements met`.

    Args:
        verdict: What it comes to.
        verdicts: Of each requirement.
    """
    word = {Verdict.PASS: "Ready", Verdict.FAIL: "Not ready"}.get(verdict, "Cannot be judged")
    return f"{word}: {tally(verdicts)}"


def tally(verdicts: Sequence[Verdict]) -> str:
    """`6 of 8 requirements met, 1 not met, 1 could not be judged`."""
    total = len(verdicts)
    if not total:
        return "no requirement was put to the test"
    if total == 1:
        return f"the one requirement {_OF_ONE[verdicts[0]]}"
    if verdicts.count(Verdict.PASS) == total:
        return f"all {total} requirements met"
    parts = [f"{verdicts.count(Verdict.PASS)} of {total:,} requirements met"]
    if failed := verdicts.count(Verdict.FAIL):
        parts.append(f"{failed} not met")
    if undecided := verdicts.count(Verdict.INCONCLUSIVE):
        parts.append(f"{undecided} could not be judged")
    return ", ".join(parts)
