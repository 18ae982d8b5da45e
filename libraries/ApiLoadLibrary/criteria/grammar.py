"""The language of criteria, read.

    criterion  ::= metric [ "of" scope ] operator target { clause }
    metric     ::= statistic [ clock ] [ "of all answers" ]
                 | "error rate" | "share of" ending | "achieved rate" | "throughput"
                 | "cpu" | "memory" | "disk" | "network" | "swap" | "open files" | "gauge"
                 | "generator cpu"
                 | a figure that one kind of load shows: see `observed`
    statistic  ::= "p" PERCENTILE | "average" | "mean" | "median"
                 | "min" | "minimum" | "max" | "maximum"
    clock      ::= "response time" | "service time" | "schedule delay"
                 | "connect time" | "tls time" | "first byte time"
    ending     ::= STATUS | "1xx" … "9xx" | "timeouts" | "connection failures" | "tls failures"
                 | "protocol failures" | "failed checks" | "dropped requests"
    scope      ::= "each endpoint" | "the run" | "everything" | NAME | '"' ANY NAME '"'
    operator   ::= "<=" | ">=" | "<" | ">" | "at most" | "at least" | "below" | "above"
    target     ::= DURATION | "threshold"             of a time
                 | PERCENT                            of a share, cpu, memory, disk and swap
                 | BYTES                              of memory
                 | PERCENT [ "of target" ] | RATE     of achieved rate
                 | RATE                               of throughput
                 | BYTES "/" TIME                     of network
                 | NUMBER                             of open files and of a gauge
                 | DURATION | PERCENT | FACTOR "times" | NUMBER    of what a kind of load shows
    clause     ::= see `when`: windows, phases, how sure

PERCENTILE is above 0 and below 100, with at most two decimals; DURATION, PERCENT,
RATE and BYTES are those of `values`.  Case does not matter.  A NAME is an endpoint's or a
group's; it may hold spaces, and one that holds a comma, a comparison or the word `of` takes
double quotes.

Without a scope, times are judged endpoint by endpoint, and so are those of a group; shares
and rates are those of all the requests together.  `the run` takes all its endpoints as one,
`everything` all load runs of the session.  Of cpu and what else is watched the scope names a
host or a process; without one it is the system under test's host.  A gauge is always named.

The comparison is looked for first, because it is the one thing that a name
without quotes cannot hold: what stands before it is metric and scope, what
stands behind it is the target.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from ApiLoadLibrary.errors import BadCriterion, nearest
from ApiLoadLibrary.values import Amount, ByteRate, Duration, Factor, Percent, Rate, Size

from .figure import Figure
from .limits import Target
from .metrics import FINISHED, METRIC_NAMES, SHARES, Dimension, Metric, find_metric
from .observed import OBSERVED, Observed
from .when import ALL, CONFIDENCE, When, read_clauses

__all__ = [
    "EACH_ENDPOINT",
    "EVERYTHING",
    "THE_RUN",
    "Criterion",
    "not_of_everything",
    "parse",
    "parse_metric",
    "spelled",
]

EACH_ENDPOINT = "Each Endpoint"
THE_RUN = "The Run"
EVERYTHING = "Everything"

_OPERATORS = {
    "<=": "<=",
    ">=": ">=",
    "<": "<",
    ">": ">",
    "at most": "<=",
    "at least": ">=",
    "below": "<",
    "above": ">",
}
_TOKEN = re.compile(r'"[^"]*"|"|[<>=]+|at\s+(?:most|least)\b|[^\s"<>=]+', re.IGNORECASE)
_ODD = re.compile(r"[,<>=]|\b(?:of|below|above|at)\b|^all answers$", re.IGNORECASE)
_WORDS = {each.lower(): each for each in (EACH_ENDPOINT, THE_RUN, EVERYTHING)}
_OF_TARGET = re.compile(r"(?<!\s)\s+of\s+target$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement, read; printing it gives text that reads as the same.

    Attributes:
        metric: What is measured.
        scope: A name, `EACH_ENDPOINT`, `THE_RUN`, `EVERYTHING`, or None where none was written.
        operator: `<`, `<=`, `>` or `>=`.
        target: The limit; None for the threshold registered for each endpoint.
        text: As it was written.
        when: In what part of the run it holds.
        confidence: How sure a verdict must be, as a share of one; None for a point estimate.
    """

    metric: Metric
    scope: str | None
    operator: str
    target: Target | None
    text: str = field(compare=False)
    when: When = ALL
    confidence: float | None = CONFIDENCE

    def __str__(self) -> str:
        scope = "" if self.scope is None else f" of {_quoted(self.scope)}"
        target = "threshold" if self.target is None else str(self.target)
        if self.metric.dimension is Dimension.RATE and isinstance(self.target, Percent):
            target += " of target"
        clauses = " ".join(filter(None, [str(self.when), self._sureness()]))
        return f"{self.metric.name}{scope} {self.operator} {target} {clauses}".rstrip()

    def _sureness(self) -> str:
        if self.confidence is None:
            return "as point estimate"
        percent = Percent(round(100 * self.confidence, 4))
        return "" if self.confidence == CONFIDENCE else f"with {percent} confidence"


def _quoted(name: str) -> str:
    is_plain = name == " ".join(name.split()) and not _ODD.search(name)
    return name if is_plain else f'"{name}"'


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """In lower case, with single spaces; a quoted name keeps its quotes."""
        return " ".join(self.text.lower().split())


def parse(text: str, endpoints: Collection[str] | None = None) -> Criterion:
    """Read a criterion such as `p95 of Products < 50 ms`.

    Args:
        text: The criterion.
        endpoints: The names that its scope may have, those of groups too; None lets any name
            through.

    Raises:
        BadCriterion: It cannot be read, or names what does not exist.
    """
    tokens = [_Token(each[0], *each.span()) for each in _TOKEN.finditer(text)]
    place = _find_comparison(text, tokens)
    left, comparison = tokens[:place], tokens[place]
    metric, rest = _read_metric(text, left, comparison.start)
    # What is watched is known when it is judged: endpoints are looked for among endpoints only.
    known = None if isinstance(metric, Figure) and metric.watched else endpoints
    scope = _read_scope(text, rest, comparison.start, known) if rest else None
    _require_fitting_scope(text, rest[1].start if rest else comparison.start, metric, scope)
    end, when, confidence = read_clauses(text, comparison.end)
    _require_by_second(text, end, metric, when)
    target = _read_target(text, comparison.end, end, metric)
    if target is None and scope in (THE_RUN, EVERYTHING):
        raise BadCriterion(
            text, rest[1].start, "only endpoints have thresholds: write Each Endpoint, or a time."
        )
    operator = _OPERATORS[comparison.word]
    return Criterion(metric, scope, operator, target, text, when, confidence)


def _require_fitting_scope(text: str, position: int, metric: Metric, scope: str | None) -> None:
    if isinstance(metric, Figure) and metric.watched:
        if scope is None and metric.name == "gauge":
            raise BadCriterion(text, position, "say which: gauge of pool < 18.")
        if scope in (EACH_ENDPOINT, THE_RUN):
            raise BadCriterion(
                text, position, f"{metric.title} is that of a host or process: name one, or none."
            )
    elif scope is not None and not metric.has_endpoints:
        raise BadCriterion(text, position, f"{metric.title} is known of all of it: leave this out.")
    if scope == EVERYTHING and isinstance(metric, Observed):
        raise BadCriterion(text, position, not_of_everything(metric))


def not_of_everything(metric: Observed) -> str:
    """Why several load runs have no such figure together, and what to write."""
    return (
        f"{metric.title} is known of one load run at a time: leave out everything, or name "
        "another run with run=."
    )


def _require_by_second(text: str, position: int, metric: Metric, when: When) -> None:
    if when == ALL or metric.by_second:
        return
    in_phases = metric.has_endpoints and not isinstance(metric, Observed)
    if in_phases and when.phase and when.window is None and not when.after_s:
        return
    raise BadCriterion(
        text, position, f"{metric.title} is known of the whole run only: leave out this clause."
    )


def parse_metric(text: str) -> Metric:
    """Read a metric alone, such as `p95 service time`.

    Raises:
        BadCriterion: There is no such metric.
    """
    metric = find_metric(text)
    if metric is None:
        raise BadCriterion(text, 0, _no_metric(text.strip()))
    return metric


def _find_comparison(text: str, tokens: list[_Token]) -> int:
    """The index of the first operator."""
    for index, token in enumerate(tokens):
        if token.text == '"':
            raise BadCriterion(text, token.start, "this double quote is not closed.")
        if token.word in _OPERATORS:
            return index
        if token.text[0] in "<>=":
            raise BadCriterion(text, token.start, f"write one of {', '.join(_OPERATORS)}.")
    raise BadCriterion(
        text, len(text), f"a comparison is missing: write one of {', '.join(_OPERATORS)}."
    )


def _read_metric(text: str, left: list[_Token], end: int) -> tuple[Metric, list[_Token]]:
    """The metric, and the tokens behind it."""
    words = [token.word for token in left]
    # `share of 429 of Products`: an `of` may belong to the metric, or stand before the scope.
    breaks = [*(place for place, word in enumerate(words) if word == "of"), len(words)]
    for length in reversed(breaks):
        metric = find_metric(" ".join(words[:length]))
        if metric is not None:
            return metric, left[length:]
    length = breaks[0]
    if not length:
        raise BadCriterion(text, left[0].start if left else end, f"a metric is missing. {_known()}")
    if words[:2] == ["share", "of"]:
        raise BadCriterion(text, left[2].start if left[2:] else end, _NO_SHARE)
    _refuse_missing_of(text, left[:length])
    written = text[left[0].start : left[length - 1].end]
    raise BadCriterion(text, left[0].start, _no_metric(written))


_NO_SHARE = f"write a status like 429 or 5xx, or one of {', '.join(SHARES)}."


def _refuse_missing_of(text: str, tokens: list[_Token]) -> None:
    """`p95 Products` has a metric, and then something else."""
    for length in range(len(tokens) - 1, 0, -1):
        if find_metric(" ".join(token.word for token in tokens[:length])):
            name = tokens[length]
            raise BadCriterion(text, name.start, "write 'of' before the name of an endpoint.")


def _no_metric(written: str) -> str:
    shares = [f"share of {each}" for each in ("429", "5xx", *SHARES)]
    guess = nearest(
        written, ("p50", "p90", "p95", "p99", "p99.9", *METRIC_NAMES, FINISHED, *OBSERVED, *shares)
    )
    hint = f" Did you mean '{guess}'?" if guess else ""
    return f"there is no metric '{written}'.{hint} {_known()}"


def _known() -> str:
    names = ", ".join(METRIC_NAMES)
    return f"There is: p0.01 to p99.99, {names}, and share of 429, 5xx, timeouts and more."


def _read_scope(
    text: str, tokens: list[_Token], end: int, endpoints: Collection[str] | None
) -> str:
    """The scope behind `of`, spelled as the endpoint is."""
    names = tokens[1:]
    position = names[0].start if names else end
    if len(names) == 1 and names[0].text.startswith('"'):
        name = names[0].text[1:-1]
    else:
        _refuse_odd(text, names)
        name = " ".join(token.text for token in names)
    if not name.strip():
        raise BadCriterion(text, position, "the name of an endpoint is missing after 'of'.")
    if name.lower() in _WORDS:
        return _WORDS[name.lower()]
    return name if endpoints is None else _spelled(text, position, name, endpoints)


def spelled(scope: str | None) -> str | None:
    """A scope as the language spells it: `the run` is `The Run`; a name stays as it is."""
    return None if scope is None else _WORDS.get(scope.lower(), scope)


def _refuse_odd(text: str, names: list[_Token]) -> None:
    for token in names:
        if "," in token.text or token.word == "of" or token.text.startswith('"'):
            raise BadCriterion(
                text,
                token.start,
                "write one endpoint or Each Endpoint; "
                "a name that holds a comma, a comparison or 'of' takes double quotes.",
            )


def _spelled(text: str, position: int, name: str, endpoints: Collection[str]) -> str:
    for each in endpoints:
        if each.casefold() == name.casefold():
            return each
    guess = nearest(name, endpoints)
    hint = f" Did you mean '{guess}'?" if guess else ""
    known = f" There is: {', '.join(endpoints)}." if endpoints else " None has been defined yet."
    raise BadCriterion(text, position, f"there is no endpoint '{name}'.{hint}{known}")


def _read_target(text: str, start: int, end: int, metric: Metric) -> Target | None:
    written = text[start:end].strip()
    position = start + len(text[start:end]) - len(text[start:end].lstrip())
    wanted = metric.dimension.value
    if not written:
        raise BadCriterion(text, end, f"a limit is missing: write {wanted}.")
    try:
        return _target(written, metric.dimension)
    except ValueError as problem:
        raise BadCriterion(text, position, f"{problem} {metric.title} takes {wanted}.") from None


def _target(written: str, dimension: Dimension) -> Target | None:
    if dimension is Dimension.TIME:
        return None if written.lower() == "threshold" else Duration.parse(written)
    if dimension in _PARSED:
        return _PARSED[dimension](written)
    if dimension is Dimension.THROUGHPUT or (dimension is Dimension.RATE and "/" in written):
        return Rate.parse(written)
    if dimension is Dimension.MEMORY:
        return Percent.parse(written) if "%" in written else _memory(written)
    if dimension is Dimension.RATE:
        return Percent.parse(_OF_TARGET.sub("", written))
    return Percent.parse(written)


def _memory(written: str) -> Target:
    try:
        return Size.parse(written)
    except ValueError:
        return Percent.parse(written)  # `90 percent`; or it says what is wrong


_PARSED: dict[Dimension, Callable[[str], Target]] = {
    Dimension.TRAFFIC: ByteRate.parse,
    Dimension.SPAN: Duration.parse,
    Dimension.FACTOR: Factor.parse,
    Dimension.COUNT: Amount.parse,
}
