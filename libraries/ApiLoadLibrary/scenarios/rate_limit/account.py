"""What all answers of a probe told of the limit, and what contradicts what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

from .contract import Contract
from .headers import Answer, Told, read_headers

__all__ = ["Account", "account", "contract_told", "read_answers"]

MALFORMED_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Account:
    """What was told.

    Attributes:
        forms: How many answers told something, by the form of their headers.
        limits: The limits told, with the window where that was told too.
        resets: How the time until there is more was written.
        malformed: How many fields could not be read, and were ignored.
        examples: The first of these.
        contradictions: What does not go together, a sentence each.
    """

    forms: dict[str, int]
    limits: tuple[str, ...]
    resets: tuple[str, ...]
    malformed: int
    examples: tuple[str, ...]
    contradictions: tuple[str, ...]

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "forms": [{"form": form, "answers": count} for form, count in self.forms.items()],
            "limits": list(self.limits),
            "resets": list(self.resets),
            "malformed": self.malformed,
            "malformed_examples": list(self.examples),
            "contradictions": list(self.contradictions),
        }


def read_answers(
    requests: Sequence[Exchange], started_at: datetime, window_ns: int | None
) -> list[Answer]:
    """What the headers of each answer told.

    Args:
        started_at: The time of day of the run's start.
        window_ns: The contract's window, if there is a contract.
    """
    return [
        read_headers(
            dict(reversed(each.headers)),
            started_at + timedelta(microseconds=each.done_ns / 1_000),
            window_ns,
        )
        for each in requests
    ]


def account(
    requests: Sequence[Exchange],
    answers: Sequence[Answer],
    contract: Contract | None,
    refused: int,
) -> Account:
    """What was told in all.

    Args:
        contract: With what it is compared; None where there is none.
        refused: The status of refusals.
    """
    told = [each for answer in answers for each in answer.told]
    malformed = [each for answer in answers for each in answer.malformed]
    rejected = [
        answer for each, answer in zip(requests, answers, strict=True) if each.outcome == refused
    ]
    return Account(
        forms=dict(Counter(each.form for each in told)),
        limits=tuple(dict.fromkeys(_limit(each) for each in told if each.limit is not None)),
        resets=tuple(dict.fromkeys(each.reset_as for each in told if each.reset_as)),
        malformed=len(malformed),
        examples=tuple(dict.fromkeys(malformed))[:MALFORMED_SHOWN],
        contradictions=(
            *_between_forms(answers),
            *(_with_contract(told, contract) if contract else ()),
            *_of_refusals(rejected),
        ),
    )


def contract_told(answers: Sequence[Answer]) -> Contract | None:
    """The limit that headers tell, with its window; the one with the least left, of several.

    A window that no header tells is taken to be the longest time until there is more.
    """
    told = [each for answer in answers for each in answer.told if each.limit]
    whole = [each for each in told if each.window_ns]
    if whole:
        least = min(whole, key=lambda each: (each.remaining is None, _left(each)))
        return Contract(_rate(least.limit or 1, least.window_ns or 1), source="headers")
    resets = [each.reset_ns for each in told if each.reset_ns]
    if not resets:
        return None
    window_ns = round(max(resets) / NS_PER_S) * NS_PER_S or max(resets)
    return Contract(_rate(told[0].limit or 1, window_ns), source="headers")


def _left(told: Told) -> float:
    """How much of it is left, as a share."""
    return (told.remaining or 0) / (told.limit or 1)


def _rate(limit: int, window_ns: int) -> Rate:
    return Rate.parse(f"{limit}/{Duration(window_ns)}")


def _limit(told: Told) -> str:
    if told.window_ns:
        return str(_rate(told.limit, told.window_ns)) if told.limit else "0"
    return f"{told.limit:,}"


def _between_forms(answers: Sequence[Answer]) -> Iterator[str]:
    """Two forms on one answer that tell different limits."""
    found: dict[str, None] = {}
    for answer in answers:
        limits = {(each.form, each.limit) for each in answer.told if each.limit is not None}
        policies: Counter[str] = Counter(form for form, _ in limits)
        single = sorted((form, limit) for form, limit in limits if policies[form] == 1)
        for (form, limit), (other, another) in pairwise(single):
            if limit != another:
                found[f"{form} tells a limit of {limit:,}, {other} one of {another:,}"] = None
    yield from found


def _with_contract(told: Sequence[Told], contract: Contract) -> Iterator[str]:
    """No policy that was told is the one that was stated."""
    if contract.source != "stated":
        return
    limits = [each for each in told if each.limit is not None]
    if limits and not any(_fits(each, contract) for each in limits):
        names = " and ".join(dict.fromkeys(_limit(each) for each in limits))
        yield f"the headers tell a limit of {names}, and {contract.rate} was stated"


def _fits(told: Told, contract: Contract) -> bool:
    limits = {round(contract.limit), contract.burst}
    return told.limit in limits and told.window_ns in (None, contract.window_ns)


def _of_refusals(answers: Collection[Answer]) -> Iterator[str]:
    """What a refusal should not say."""
    left = sum(
        1 for answer in answers if answer.told and all(each.remaining for each in answer.told)
    )
    if left:
        yield f"{left:,} refusals told that requests were left"
    earlier = sum(1 for answer in answers if _is_early(answer))
    if earlier:
        yield (
            f"{earlier:,} refusals had a Retry-After that is earlier than the moment at which "
            "their other headers promise more"
        )


def _is_early(answer: Answer) -> bool:
    """The draft: it should not be; a second is rounding."""
    resets = [each.reset_ns for each in answer.told if each.reset_ns is not None]
    wait = answer.retry_after_ns
    return wait is not None and bool(resets) and wait + NS_PER_S < min(resets)
