"""Any document that the schema allows, and that a report can be asked to show."""

from __future__ import annotations

import dataclasses
import types
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.outcomes import FAILURES
from ApiLoadLibrary.report import document as doc

__all__ = ["documents"]

NAMES = ("Products", "Orders", "Create Order", "")
RUNS = ("run-1", "run-2", "elsewhere")
SCENARIOS = ("sustained", "closed", "burst", "ramp", "steps", "strangers", "recovery", "another")
METRICS = (
    *("p95", "median", "average", "p99.9", "p95 service time", "connect time", "error rate"),
    *("cpu", "memory", "slow-down", "degradation", "share of 5xx", "achieved rate", ""),
)
WHATS = (
    *(info.words for info in FAILURES.values()),
    *(f"status {status} was not expected" for status in (302, 404, 429, 500, 503, 999)),
    "",
)
HISTOGRAMS = tuple(
    Histogram(values).encode() for values in ([1], [5_000_000] * 90, [5_000_000, 900_000_000] * 50)
)

# Rather what happens than what may: few different values, so that limits are met exactly.
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, 10.0, 50.0, 90.0, 100.0, 1_000.0, 1e9]),
    st.floats(0, 1e12, allow_subnormal=False),
)
COUNTS = st.one_of(st.sampled_from([0, 1, 20, 100, 1_000, 100_000]), st.integers(0, 10**12))
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(NAMES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["endpoints", "strangers", "name", "admitted", "returned", "phases"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)

BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "run": st.sampled_from(RUNS),
    "endpoint": st.sampled_from(NAMES),
    "scope": st.sampled_from([*NAMES, "each endpoint", "the run", "everything"]),
    "scenario": st.sampled_from(SCENARIOS),
    "metric": st.sampled_from(METRICS),
    "operator": st.sampled_from(["<", "<=", ">", ">="]),
    "unit": st.sampled_from(["ms", "%", "/s", ""]),
    "criterion": st.sampled_from(["p95 < threshold", "p95 < 50 ms", "error rate < 1 %", "?"]),
    "method": st.sampled_from(["GET", "POST", "action", ""]),
    "what": st.sampled_from(WHATS),
    "histogram": st.sampled_from(HISTOGRAMS),
    "details": st.dictionaries(st.sampled_from(["endpoints", "strangers"]), JSON, max_size=2),
    "host": st.sampled_from(["pos-1", "localhost"]),
    "name": st.sampled_from(NAMES),
    "why": st.sampled_from(["failed", "slow"]),
    "status": st.sampled_from([200, 503]),
    "confidence": st.sampled_from([0.95, 0.99]),
    "started_at": st.just("2026-11-23T14:02:00+01:00"),
    "finished_at": st.just("2026-11-23T14:03:00+01:00"),
    "error_rate": st.floats(0, 1),
    "settled_after_s": st.integers(0, 90),
    "margin": st.floats(-10, 10),
}
LENGTHS = (0, 1, 3, 19, 20, 45, 130)


@st.composite
def sequences(draw: st.DrawFn, inner: st.SearchStrategy[Any], long: bool) -> tuple[Any, ...]:
    """A few, or as many as a run has seconds: those repeat what was drawn, with the index moved on.

    Drawing thousands of fields one by one would take minutes, and find nothing more.
    """
    drawn = draw(st.lists(inner, max_size=3))
    if not long or not drawn:
        return tuple(drawn)
    length = draw(st.sampled_from(LENGTHS))
    return tuple(_moved(drawn[place % len(drawn)], place) for place in range(length))


def _moved(value: Any, place: int) -> Any:
    """The value as that of another second."""
    for name in ("second", "at_s"):
        if hasattr(value, name):
            return dataclasses.replace(value, **{name: type(getattr(value, name))(place)})
    return value


def of_type(hint: Any, name: str = "") -> st.SearchStrategy[Any]:
    """Values of a field of this type and name."""
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of([of_type(each, name) for each in get_args(hint)])
    if name in BY_NAME and hint is not type(None):
        return BY_NAME[name]
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), name)
    if get_origin(hint) is dict:
        return st.dictionaries(st.sampled_from(["200", "503", "done"]), of_type(get_args(hint)[1]))
    return of_class(hint) if dataclasses.is_dataclass(hint) else _plain(hint)


def _tuple(hints: tuple[Any, ...], name: str) -> st.SearchStrategy[Any]:
    if hints[-1] is not ...:
        return st.tuples(*map(of_type, hints))
    return sequences(of_type(hints[0]), name in ("timeline", "samples", "p95_ms_by_second"))


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return {
        bool: st.booleans(),
        int: COUNTS,
        float: NUMBERS,
        str: st.sampled_from(["", "text", "Löwe & Söhne"]),
        type(None): st.none(),
    }[hint]


KNOWN: dict[type, st.SearchStrategy[Any]] = {}


def of_class(cls: type, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of a class of the document."""
    if fixed or cls not in KNOWN:
        hints = get_type_hints(cls)
        fields = {
            each.name: of_type(hints[each.name], each.name) for each in dataclasses.fields(cls)
        }
        made = st.builds(cls, **{**fields, **fixed})
        if fixed:
            return made
        KNOWN[cls] = made
    return KNOWN[cls]


def documents() -> st.SearchStrategy[doc.Document]:
    """Documents of up to two runs."""
    runs = [of_class(doc.Run, id=st.just(name)) for name in RUNS[:2]]
    return of_class(
        doc.Document,
        runs=st.one_of(st.just(()), st.tuples(runs[0]), st.tuples(*runs)),
        schema_version=st.just(doc.SCHEMA_VERSION),
        verdict=st.sampled_from([doc.Verdict.FAIL, doc.Verdict.INCONCLUSIVE]),
        environment=st.dictionaries(
            st.just("generator_host"), st.sampled_from(["pos-1", "ci-7", None])
        ),
        alerts=st.just(()),
        recommendations=st.just(()),
        waivers=st.just(()),
        approvals=st.just(()),
        headroom=st.just(()),
    )
