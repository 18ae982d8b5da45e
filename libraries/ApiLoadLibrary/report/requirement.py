"""A criterion in plain words: `95 of 100` before `P95`."""

from __future__ import annotations

import re

from . import formats
from .document import Criterion

__all__ = ["finding", "margin", "requirement", "scope_of", "share_words", "target"]

SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
EACH = "each endpoint"


def share_words(metric: str) -> str | None:
    """`p95` → `95 of 100`, `p99.9` → `999 of 1,000`, `median` → `half`; None of no percentile."""
    if metric in ("median", "p50"):
        return "half"
    written = re.fullmatch(r"p(\d+)(?:\.(\d+))?", metric)
    if not written:
        return None
    decimals = written[2] or ""
    return f"{int(written[1] + decimals):,} of {10 ** (2 + len(decimals)):,}"


def scope_of(criterion: Criterion) -> str | None:
    """The endpoint that the criterion names; None when it is about all, or the run as a whole."""
    name = criterion.endpoint
    named = name and re.search(
        rf' of "?{re.escape(name.casefold())}"?(?= |$)', criterion.criterion.casefold()
    )
    return name if named else None


def requirement(criterion: Criterion) -> str:
    """The criterion as a sentence that somebody without the trade can read aloud."""
    metric = criterion.metric.casefold()
    of_all = metric.endswith(" of all answers")
    metric = metric.removesuffix(" of all answers").removesuffix(" response time")
    served = metric.endswith(" service time")
    metric = metric.removesuffix(" service time")
    if criterion.unit == "ms":
        sentence = _latency(criterion, metric, served)
    else:
        sentence = _FIGURES.get(metric, _other)(criterion)
    return f"{sentence}, failed ones included" if of_all else sentence


def _limit(criterion: Criterion) -> str:
    return formats.limit(criterion.target, criterion.unit)


def _within(criterion: Criterion) -> str:
    """The comparison and the limit, as the tail of a sentence about a time."""
    if criterion.criterion.casefold().endswith("threshold") and scope_of(criterion) is None:
        return "within the endpoint's own limit"
    word = "within" if criterion.operator.startswith("<") else "in no less than"
    return f"{word} {_limit(criterion)}"


def _latency(criterion: Criterion, metric: str, served: bool) -> str:
    where = scope_of(criterion) or EACH
    share = share_words(metric)
    done = "served" if served else "answered"
    who = f"half of the requests to {where}" if share == "half" else f"{share} requests to {where}"
    sentence = {
        "average": f"on average, a request to {where} is {done}",
        "max": f"every request to {where} is {done}",
        "min": f"the fastest request to {where} is {done}",
    }.get(metric, f"{who} are {done}" if share else f"{criterion.metric} of {where} stays")
    sentence += f" {_within(criterion)}"
    return sentence[0].upper() + sentence[1:] + (", once sent" if served else "")


def _where(criterion: Criterion) -> str:
    name = scope_of(criterion)
    if name:
        return f" to {name}"
    return " to each endpoint" if f"of {EACH}" in criterion.criterion.casefold() else ""


def _error_rate(criterion: Criterion) -> str:
    if criterion.operator.startswith(">"):
        return f"{_compared(criterion)} of the requests{_where(criterion)} go wrong"
    share = criterion.target / 100
    if share == 0:
        return f"No request{_where(criterion)} goes wrong"
    one_in = round(1 / share)
    if abs(one_in * share - 1) < 1e-9:
        fewer = "Fewer than" if criterion.operator == "<" else "At most"
        return f"{fewer} 1 in {one_in:,} requests{_where(criterion)} go wrong"
    return f"{_compared(criterion)} of the requests{_where(criterion)} go wrong"


def _achieved_rate(criterion: Criterion) -> str:
    if criterion.unit == "%":
        return f"{_compared(criterion)} of the load asked for{_where(criterion)} is carried in time"
    return f"{_compared(criterion)} requests{_where(criterion)} are carried in time"


def _cpu(criterion: Criterion) -> str:
    return f"The system's processor is {_compared(criterion).lower()} busy, on average"


def _memory(criterion: Criterion) -> str:
    return f"The system's memory is {_compared(criterion).lower()} full, on average"


def _other(criterion: Criterion) -> str:
    words = criterion.metric[:1].upper() + criterion.metric[1:]
    return f"{words}{_where(criterion)} is {_compared(criterion).lower()}"


_FIGURES = {
    "error rate": _error_rate,
    "achieved rate": _achieved_rate,
    "cpu": _cpu,
    "memory": _memory,
}


def _compared(criterion: Criterion) -> str:
    words = {"<": "Less than", "<=": "At most", ">": "More than", ">=": "At least"}
    return f"{words[criterion.operator]} {_limit(criterion)}"


def target(criterion: Criterion) -> str:
    """`< 20 ms`, `≥ 98 %`."""
    return f"{SIGNS[criterion.operator]} {_limit(criterion)}"


def margin(criterion: Criterion) -> str:
    """How far from the limit: `51 % below the limit`, `29 points below`; empty when unknown."""
    if criterion.measured is None or criterion.margin is None:
        return ""
    if criterion.measured == 0 and criterion.metric.startswith("error rate"):
        return "none at all"
    upper = criterion.operator.startswith("<")
    if criterion.measured == criterion.target:
        return "exactly at the limit" if upper else "exactly on target"
    below = criterion.measured < criterion.target
    side = f"{'below' if below else 'over'} the {'limit' if upper else 'target'}"
    if criterion.unit == "%" and criterion.target >= 10:
        return f"{formats.number(abs(criterion.measured - criterion.target), 1)} points {side}"
    if abs(criterion.margin) >= 2:
        times = criterion.measured / criterion.target
        return f"{formats.number(times, 1)} times the {'limit' if upper else 'target'}"
    return f"{formats.number(100 * abs(criterion.margin), 0)} % {side}"


def finding(criterion: Criterion) -> str:
    """What was measured, and what is asked: a plain sentence; the judgement's own for the rest."""
    metric = criterion.metric.casefold().removesuffix(" response time")
    name = criterion.endpoint
    share = share_words(metric)
    who = "half of the requests" if share == "half" else f"{share} requests" if share else ""
    told = {
        "average": "on average, a request{to} took {measured}",
        "max": "the slowest request{to} took {measured}",
        "error rate": "{measured} of the requests{to} went wrong",
        "achieved rate": "{measured} of the load asked for{to} was carried in time",
        "cpu": "the system's processor was {measured} busy on average",
        "memory": "the system's memory was {measured} full on average",
    }.get(metric, f"{who}{{to}} took up to {{measured}}" if who else None)
    if told is None or criterion.measured is None or criterion.unit == "/s":
        return f"{criterion.sentence.rstrip('.')}."
    measured = formats.amount(criterion.measured, criterion.unit, criterion.target)
    sentence = told.replace("{measured}", measured).replace("{to}", f" to {name}" if name else "")
    asked = "the limit is" if criterion.operator.startswith("<") else "asked is"
    return f"{sentence[0].upper()}{sentence[1:]}; {asked} {_limit(criterion)}."
