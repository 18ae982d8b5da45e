"""A criterion in plain words: `95 of 100` before `P95`."""

from __future__ import annotations

import re

from . import formats
from .document import Criterion
from .requirement_watched import WATCHED_WORDS, watched_words
from .requirement_words import OBSERVED_FINDINGS, OBSERVED_WORDS, observed_words

__all__ = [
    "finding",
    "has_own_limits",
    "margin",
    "requirement",
    "scope_of",
    "share_words",
    "target",
]

SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
EACH = "each endpoint"
SHARE_OF = "share of "
_ALL = (EACH, "the run", "everything")
_ENDINGS = {
    "timeouts": "get no complete answer in time",
    "connection failures": "lose their connection",
    "tls failures": "fail to agree on encryption (TLS)",
    "protocol failures": "get an answer that is not valid",
    "failed checks": "fail a check of the answer",
    "dropped requests": "are never sent",
}
_ONE = {"go": "goes", "are": "is"}
"""Verbs of one request, where they do not just end in s."""


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
    """The endpoint or group that the criterion names; None when it is about all."""
    scope = criterion.scope
    return None if scope is None or scope.casefold() in _ALL else scope


def has_own_limits(criterion: Criterion) -> bool:
    """Whether each endpoint is held against its own threshold."""
    limit = criterion.criterion.casefold().partition(f" {criterion.operator} ")[2]
    return limit.startswith("threshold") and criterion.endpoint != criterion.scope


def requirement(criterion: Criterion) -> str:
    """The criterion as a sentence that somebody without the trade can read aloud."""
    metric = criterion.metric.casefold()
    if metric in OBSERVED_WORDS:
        sentence = observed_words(criterion, metric)
    elif metric in WATCHED_WORDS:
        sentence = watched_words(criterion, metric)
    elif criterion.unit == "ms":
        sentence = _latency(criterion, metric)
    elif metric.startswith(SHARE_OF):
        sentence = _share(criterion, _ending(metric))
    else:
        sentence = _FIGURES.get(metric, _other)(criterion)
    return ", ".join(filter(None, [sentence, _when(criterion.when)]))


def _when(text: str) -> str:
    """Of what part of the run it speaks, as the tail of a sentence."""
    return re.sub(r"^for (\S+ \S+)", r"for \1 running", text)


def _limit(criterion: Criterion) -> str:
    return formats.limit(criterion.target, criterion.unit)


def _within(criterion: Criterion) -> str:
    """The comparison and the limit, as the tail of a sentence about a time."""
    if has_own_limits(criterion):
        return "within the endpoint's own limit"
    word = "within" if criterion.operator.startswith("<") else "in no less than"
    return f"{word} {_limit(criterion)}"


def _latency(criterion: Criterion, metric: str) -> str:
    all_answers = metric.endswith(" of all answers")
    statistic = metric.removesuffix(" of all answers").removesuffix(" response time")
    served = statistic.endswith(" service time")
    statistic = statistic.removesuffix(" service time")
    done = "served" if served else "answered"
    to, share = _to(criterion), share_words(statistic)
    who = f"half of the requests{to}" if share == "half" else f"{share} requests{to}"
    sentence = {
        "average": f"on average, a request{to} is {done}",
        "max": f"every request{to} is {done}",
        "min": f"the fastest request{to} is {done}",
    }.get(statistic, f"{who} are {done}" if share else f"{metric}{_of(criterion)} stays")
    sentence += f" {_within(criterion)}"
    tails = [sentence[0].upper() + sentence[1:], "once sent" if served else ""]
    return ", ".join(filter(None, [*tails, "failed ones included" if all_answers else ""]))


def _of(criterion: Criterion) -> str:
    return _to(criterion).replace(" to ", " of ", 1)


def _to(criterion: Criterion) -> str:
    """Whose times they are: those of each endpoint, unless something else is said."""
    scope = criterion.scope or EACH
    if scope.casefold() == "the run":
        return ""
    if scope.casefold() == "everything":
        return " of all load runs"
    if scope.casefold() == EACH:
        return f" to {EACH}"
    is_group = criterion.endpoint is not None and criterion.endpoint != scope
    return f" to {EACH} of {scope}" if is_group else f" to {scope}"


def _where(criterion: Criterion) -> str:
    """Whose requests are counted: all of them, unless something is said."""
    scope = criterion.scope
    if scope is None or scope.casefold() == "the run":
        return ""
    if scope.casefold() == "everything":
        return " of all load runs"
    return f" to {EACH if scope.casefold() == EACH else scope}"


def _ending(metric: str) -> str:
    """`share of 429` → `end with status 429`."""
    what = metric.removeprefix(SHARE_OF)
    return _ENDINGS.get(what, f"end with status {what}")


def _error_rate(criterion: Criterion) -> str:
    return _share(criterion, "go wrong")


def _share(criterion: Criterion, end: str) -> str:
    """How many of the requests may end so.

    Args:
        end: What they do: `go wrong`.
    """
    share, where = criterion.target / 100, _where(criterion)
    one_in = round(1 / share) if share else 0
    if criterion.operator.startswith("<") and not share:
        verb, _, rest = end.partition(" ")
        return f"No request{where} {_ONE.get(verb, f'{verb}s')} {rest}".rstrip()
    if criterion.operator.startswith("<") and abs(one_in * share - 1) < 1e-9:
        fewer = "Fewer than" if criterion.operator == "<" else "At most"
        return f"{fewer} 1 in {one_in:,} requests{where} {end}"
    return f"{_compared(criterion)} of the requests{where} {end}"


def _finished_journeys(criterion: Criterion) -> str:
    scope = scope_of(criterion)
    of = f" of {scope}" if scope else ""
    return f"{_compared(criterion)} of the journeys{of} come to their end"


def _achieved_rate(criterion: Criterion) -> str:
    if criterion.unit == "%":
        return f"{_compared(criterion)} of the load asked for{_where(criterion)} is carried in time"
    return f"{_compared(criterion)} requests{_where(criterion)} are carried in time"


def _throughput(criterion: Criterion) -> str:
    return f"{_compared(criterion)} requests{_where(criterion)} are answered"


def _slow_down(criterion: Criterion) -> str:
    against = criterion.criterion.partition(" against ")[2].partition(" <= ")[0]
    than = f"than in earlier runs ({against})"
    return f"No endpoint answers more than {_limit(criterion)} slower {than}"


def _generator_cpu(criterion: Criterion) -> str:
    words = _compared(criterion).lower()
    return f"The load generator's busiest process takes {words} of a processor core"


def _other(criterion: Criterion) -> str:
    words = criterion.metric[:1].upper() + criterion.metric[1:]
    return f"{words}{_where(criterion)} is {_compared(criterion).lower()}"


_FIGURES = {
    "error rate": _error_rate,
    "finished journeys": _finished_journeys,
    "achieved rate": _achieved_rate,
    "throughput": _throughput,
    "generator cpu": _generator_cpu,
    "slow-down": _slow_down,
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
        apart = formats.number(abs(criterion.measured - criterion.target), 1)
        return f"{apart} {'point' if apart == '1' else 'points'} {side}"
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
        "finished journeys": "{measured} of the journeys came to their end",
        "achieved rate": "{measured} of the load asked for{to} was carried in time",
        "cpu": "the system's processor was {measured} busy on average",
        "memory": "the system's memory was {measured} full on average",
        **OBSERVED_FINDINGS,
    }.get(metric, f"{who}{{to}} took up to {{measured}}" if who else None)
    named = metric in WATCHED_WORDS and (criterion.scope or criterion.unit != "%")
    kept_as_it_is = named or criterion.unit == "/s" or bool(criterion.when)
    if told is None or kept_as_it_is or criterion.measured is None:
        return f"{criterion.sentence.rstrip('.')}."
    measured = formats.amount(criterion.measured, criterion.unit, criterion.target)
    sentence = told.replace("{measured}", measured).replace("{to}", f" to {name}" if name else "")
    asked = "the limit is" if criterion.operator.startswith("<") else "asked is"
    return f"{sentence[0].upper()}{sentence[1:]}; {asked} {_limit(criterion)}."
