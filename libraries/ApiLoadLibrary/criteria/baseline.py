"""Earlier load runs to compare a new one with: plain data, and its file.

    {"format": "ApiLoadLibrary baseline", "version": 1, "runs": [
        {"id": …, "name": …, "started_at": …, "workers": 50, "endpoints": [
            {"name": …, "offered": "1,000/min", "offered_rate_per_s": 16.67,
             "requests": 1000, "errors": 0, "blocks": [histogram, …], "own_delay": histogram}
        ]}
    ]}

Histograms are in HDR's V2 format, so that other tools read them too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.measurement.tally import Tally

from .doubt import doubt
from .subject import Subject

__all__ = [
    "Baseline",
    "EarlierEndpoint",
    "EarlierRun",
    "added",
    "as_earlier",
    "read_baseline",
    "write_baseline",
]

FORMAT = "ApiLoadLibrary baseline"
VERSION = 1

BLOCKS = 15
"""The longer a stretch, the more of what its requests have in common it shows; the more
stretches, the better their variance is known.  Of 15, 20 and 30, 15 covered best where
requests depend on each other (AR(1), rho 0.9), and no worse where they do not."""

LARGEST = 10**15
"""No run counts further; a float holds it exactly."""

KEPT = 10
"""With ten earlier runs noise between runs costs 1.2 times what it does with any number."""


@dataclass(frozen=True, slots=True)
class EarlierEndpoint:
    """One endpoint's part in a run.

    Attributes:
        name: Its name.
        offered: What was offered to it, as a person says it: `1,000/min`.
        offered_rate_per_s: Arrivals planned per second.
        requests: Arrivals that ended, dropped ones included.
        errors: How many of them failed.
        blocks: The response times that criteria use, stretch by stretch of the run.
        own_delay: How late requests started by the load generator's own fault.
    """

    name: str
    offered: str
    offered_rate_per_s: float
    requests: int
    errors: int
    blocks: tuple[Histogram, ...]
    own_delay: Histogram

    @property
    def samples(self) -> int:
        """How many response times there are."""
        return sum(each.count for each in self.blocks)


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A load run, as far as later ones are compared with it.

    Attributes:
        started_at: ISO 8601.
        workers: Concurrency slots: what makes the load where each sends as fast as it can.
    """

    id: str
    name: str
    started_at: str
    workers: int
    endpoints: tuple[EarlierEndpoint, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """Earlier runs, the oldest first; `name` is what criteria call them: that of the file."""

    name: str
    runs: tuple[EarlierRun, ...]


def as_earlier(run: RunResult) -> EarlierRun:
    """What a baseline keeps of a run."""
    endpoints = tuple(_as_earlier_endpoint(each) for each in run.endpoints)
    return EarlierRun(run.id, run.name, run.started_at, run.generator.workers, endpoints)


def _as_earlier_endpoint(endpoint: EndpointResult) -> EarlierEndpoint:
    tally = endpoint.tally
    return EarlierEndpoint(
        name=endpoint.name,
        offered=endpoint.offered,
        offered_rate_per_s=endpoint.offered_rate_per_s,
        requests=tally.requests,
        errors=tally.errors,
        blocks=_blocks(tally),
        # Of its cells alone, as the file keeps them.
        own_delay=Histogram.from_cells([tally.own_delay.cells()]),
    )


def _blocks(tally: Tally) -> tuple[Histogram, ...]:
    """Even stretches of whole seconds, in their order; those without samples are left out."""
    if not tally.seconds:
        return ()
    first, last = min(tally.seconds), max(tally.seconds)
    length = last - first + 1
    number = min(BLOCKS, length)
    edges = [first + length * place // number for place in range(number + 1)]
    blocks = [
        Histogram.from_cells(
            tally.seconds[second].judged for second in range(*ends) if second in tally.seconds
        )
        for ends in pairwise(edges)
    ]
    return tuple(each for each in blocks if each.count)


def added(baseline: Baseline, run: RunResult, keep: int = KEPT) -> Baseline:
    """The baseline with one more run, of which the latest `keep` stay.

    Args:
        baseline: One without runs is fine.
        run: When it is in the baseline already, it takes the place of what is there.
        keep: 1 or more.

    Raises:
        BadInput: What this run measured can be no measure for others.
    """
    problem = _unfit(run)
    if problem:
        raise BadInput(f"Run '{run.name}' can be no baseline: {problem}.")
    others = [each for each in baseline.runs if each.id != run.id]
    return Baseline(baseline.name, (*others, as_earlier(run))[-keep:])


def _unfit(run: RunResult) -> str | None:
    if run.stopped is not None:
        return f"it was cut short: {run.stopped}"
    if not any(each.tally.response.judged().count for each in run.endpoints):
        return "it has no successful requests"
    return doubt(Subject(run, run.endpoints))


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the file; it is there as a whole, or as it was before.

    Args:
        baseline: What to write.
        path: Its folder is made when it is missing.

    Raises:
        BadInput: It cannot be written there.
    """
    if path.is_dir():
        raise BadInput(f"Baseline '{path}' cannot be written: it is a folder.")
    runs = [asdict(each) for each in baseline.runs]
    data = {"format": FORMAT, "version": VERSION, "runs": runs}
    text = json.dumps(data, indent=1, default=Histogram.encode)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text + "\n")
    except OSError as error:
        raise BadInput(f"Baseline '{path}' cannot be written: {error.strerror}.") from error


def read_baseline(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        BadInput: There is none, or what is there is none.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"There is no baseline '{path}': save one first.") from error
    except OSError as error:
        raise BadInput(f"Baseline '{path}' cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"Baseline '{path}' cannot be read: it is not JSON ({error}).") from error
    try:
        return Baseline(path.name, _runs(data))
    except ValueError as error:
        raise BadInput(f"Baseline '{path}' cannot be read: {error}.") from error


# What reads a part of the file raises a ValueError with the end of the sentence.


def _runs(data: object) -> tuple[EarlierRun, ...]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"it does not say that it is an {FORMAT}")
    version = data.get("version")
    if version != VERSION:
        raise ValueError(
            f"its version is {version!r:.20}, and this library reads version {VERSION}; "
            "save it again, or use the library that wrote it"
        )
    runs = tuple(map(_run, _list(data, "runs")))
    if not runs:
        raise ValueError("it has no runs")
    return runs


def _run(data: object) -> EarlierRun:
    endpoints = tuple(map(_endpoint, _list(data, "endpoints")))
    run_id, name, started_at = (_text(data, each) for each in ("id", "name", "started_at"))
    return EarlierRun(run_id, name, started_at, _count(data, "workers"), endpoints)


def _endpoint(data: object) -> EarlierEndpoint:
    return EarlierEndpoint(
        name=_text(data, "name"),
        offered=_text(data, "offered"),
        offered_rate_per_s=_number(data, "offered_rate_per_s"),
        requests=_count(data, "requests"),
        errors=_count(data, "errors"),
        blocks=tuple(_histogram(each, "blocks") for each in _list(data, "blocks")),
        own_delay=_histogram(_field(data, "own_delay", str), "own_delay"),
    )


def _field(data: object, name: str, *kinds: type) -> Any:
    value = data.get(name) if isinstance(data, dict) else None
    # True is an int to Python, and no number to anybody else.
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise ValueError(f"'{name}' is missing in it, or is not what it should be")
    return value


def _list(data: object, name: str) -> Iterable[object]:
    found: list[object] = _field(data, name, list)
    return found


def _text(data: object, name: str) -> str:
    return str(_field(data, name, str))


def _count(data: object, name: str) -> int:
    return int(_in_range(_field(data, name, int), name))


def _number(data: object, name: str) -> float:
    return float(_in_range(_field(data, name, int, float), name))


def _in_range(value: float, name: str) -> float:
    if not 0 <= value <= LARGEST:
        raise ValueError(f"'{name}' is not a number from 0 to {LARGEST:,}")
    return value


def _histogram(text: object, name: str) -> Histogram:
    try:
        return Histogram.decode(str(text))
    except Exception as error:  # whatever HDR's package makes of damaged text
        raise ValueError(f"'{name}' holds a histogram that is damaged") from error
