"""Counts how often an interval covers the truth, and how often a criterion passes in error.

    .venv/bin/python tests/benchmarks/coverage.py [--only quantiles] [--runs 2000]

| part      | what is simulated                                                             |
| --------- | ----------------------------------------------------------------------------- |
| quantiles | p95 and p50, beside a block bootstrap and plain order statistics               |
| averages  | the average, of response times that are skewed, and heavily so                |
| shares    | an error rate whose errors come in clusters                                   |
| chain     | verdicts of `p95 < limit` through all of the criteria, the limit at the truth |

Response times are log-normal with a median of 10 ms and a p95 of 23 ms.  They depend on
each other in one of two ways, each an AR(1) process of lag-one correlation rho:

- *requests*: each resembles the one before it, whatever the rate;
- *seconds*: half of the variance (of the logarithm) belongs to the second that a request
  falls into, and each second resembles the one before it.  It is the harder one: at rho 0.9
  a slow spell lasts twenty seconds, so that a minute has seen about three of them.

A cell is `covers / passes / open`, in percent of the runs: how often the 95 % interval holds
the true value, how often all of it lies below the truth (`p95 < truth` passes, in error), and
how often nothing bounds it from above (the verdict is inconclusive then).

It takes a few minutes on one core, and gives the same figures each time.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import signal, stats

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent / "libraries"), str(TESTS)]

from tables import table  # noqa: E402 -- the lines above say where they are found

from ApiLoadLibrary.criteria.confidence import (  # noqa: E402
    effective_samples,
    mean_interval,
    quantile_interval,
)

Doubles = NDArray[np.float64]

CONFIDENCE = 0.95
SECONDS, RATES, RHOS = (15, 60, 300), (4, 17, 170), (0.0, 0.5, 0.9)
MODELS = ("requests", "seconds")
SPREAD = 0.5
"""Standard deviation of the logarithm of a response time."""

OF_THE_SECOND = 0.5
"""The part of the logarithm's variance that belongs to the second, in the model *seconds*."""

SPREADS = (SPREAD, 1.0)
"""For averages, which depend on how skewed response times are."""

GRID = np.linspace(-8, 8, 4_001)
AT_ONCE = 4_000_000
RESAMPLES, EDGES, BOOTSTRAP_RUNS = 200, 400, 500


class Cell(NamedTuple):
    """What is simulated: a model, a length in seconds, requests a second and a correlation."""

    model: str
    seconds: int
    rate: int
    rho: float


class Outcome(NamedTuple):
    """What became of one interval."""

    covers: bool
    passes: bool
    open: bool


def outcome(low: float, high: float, truth: float) -> Outcome:
    """Held against the true value."""
    return Outcome(low <= truth <= high, high < truth, math.isinf(high))


def told(outcomes: list[Outcome]) -> str:
    """`covers / passes / open` in percent."""
    covers, passes, opened = 100 * np.array(outcomes, float).mean(axis=0)
    return f"{covers:.0f} / {passes:.1f} / {opened:.0f}"


# What is simulated.


def autoregressive(random: np.random.Generator, runs: int, length: int, rho: float) -> Doubles:
    """Rows of a stationary AR(1) process, standard normal."""
    noise = random.standard_normal((runs, length))
    noise[:, 1:] *= math.sqrt(1 - rho**2)
    rows: Doubles = signal.lfilter([1.0], [1.0, -rho], noise, axis=1)
    return rows


def normals(random: np.random.Generator, runs: int, cell: Cell) -> Doubles:
    """Standard normal values, a row per run, that depend on each other as the cell says."""
    number = cell.seconds * cell.rate
    if cell.model == "requests":
        return autoregressive(random, runs, number, cell.rho)
    levels = autoregressive(random, runs, cell.seconds, cell.rho)
    own = random.standard_normal((runs, number))
    return math.sqrt(OF_THE_SECOND) * np.repeat(levels, cell.rate, axis=1) + (
        math.sqrt(1 - OF_THE_SECOND) * own
    )


def batches(cell: Cell, runs: int) -> Iterator[Doubles]:
    """So many runs, as many at once as fit into memory; always the same ones."""
    random = np.random.default_rng([MODELS.index(cell.model), *cell[1:3], int(10 * cell.rho)])
    size = max(1, AT_ONCE // (cell.seconds * cell.rate))
    for start in range(0, runs, size):
        yield normals(random, min(size, runs - start), cell)


def by_second(values: Doubles, cell: Cell) -> Doubles:
    """Their sums, second by second."""
    sums: Doubles = values.reshape(len(values), cell.seconds, cell.rate).sum(axis=2)
    return sums


# Quantiles: by ours, by a bootstrap over blocks, and as if all samples were independent.


class Ranks(NamedTuple):
    """In a histogram's place: tells which rank is asked for, instead of the value there."""

    count: int

    def value_at_rank(self, rank: int) -> int:
        return rank


@cache
def ranks(count: int, worth: int, share: float) -> tuple[float, float]:
    """Of the sorted samples: where a quantile's interval begins (0: nowhere) and ends."""
    interval = quantile_interval(Ranks(count), share, CONFIDENCE, worth)  # type: ignore[arg-type]
    return interval.low, interval.high


def by_ranks(ordered: Doubles, worth: float, share: float) -> Outcome:
    """An interval between two of a run's sorted samples, held against the standard normal."""
    low, high = ranks(len(ordered), int(worth), share)
    return outcome(
        float(ordered[int(low) - 1]) if low else -math.inf,
        math.inf if math.isinf(high) else float(ordered[int(high) - 1]),
        float(stats.norm.ppf(share)),
    )


def resampled(
    values: Doubles, ordered: Doubles, weights: NDArray[np.int64], share: float
) -> Outcome:
    """A bootstrap's interval: the middle 95 % of what resampled blocks come to.

    Args:
        values: A run's samples, a row per block.
        ordered: The same, sorted.
        weights: A row per resample: how often it holds each of the blocks.
    """
    first = int(len(ordered) * (1 - 2 * (1 - share)))
    edges = np.unique(ordered[np.linspace(first, len(ordered) - 1, EDGES).astype(int)])
    blocks = len(values)
    places = np.searchsorted(edges, values) + len(edges) * np.arange(blocks)[:, None]
    counts = np.bincount(places.ravel(), minlength=blocks * len(edges))
    reached = weights @ counts.reshape(blocks, -1).cumsum(axis=1)
    found = edges[np.argmax(reached >= share * len(ordered), axis=1)]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    return outcome(float(low), float(high), float(stats.norm.ppf(share)))


def of_quantiles(cell: Cell, runs: int) -> dict[str, list[Outcome]]:
    """Outcomes of p95 and p50 by ours, and of p95 by the others."""
    found: dict[str, list[Outcome]] = {name: [] for name in ("p95", "p50", "bootstrap", "plain")}
    random = np.random.default_rng(1)
    blocks = cell.seconds // max(1, cell.seconds // 30)
    weights = random.multinomial(blocks, np.full(blocks, 1 / blocks), RESAMPLES)
    for values in batches(cell, runs):
        ordered = np.sort(values, axis=1)
        found["p95"] += ours(values, ordered, cell, 0.95)
        found["p50"] += ours(values, ordered, cell, 0.5)
        found["plain"] += [by_ranks(each, len(each), 0.95) for each in ordered]
        missing = max(0, BOOTSTRAP_RUNS - len(found["bootstrap"]))
        for each, row in zip(values[:missing], ordered, strict=False):
            found["bootstrap"].append(resampled(each.reshape(blocks, -1), row, weights, 0.95))
    return found


def ours(values: Doubles, ordered: Doubles, cell: Cell, share: float) -> list[Outcome]:
    """What the criteria make of each of these runs."""
    number = values.shape[1]
    rank = math.ceil(share * number - 1e-9)
    part = 1 - rank / number
    hits = by_second(values > ordered[:, rank - 1 : rank], cell) - part * cell.rate
    worths = [effective_samples(each, number, part * (1 - part), CONFIDENCE) for each in hits]
    return [by_ranks(*each, share) for each in zip(ordered, worths, strict=True)]


def quantiles(runs: int) -> None:
    """A row per length, rate and correlation."""
    for model in MODELS:
        rows = []
        for cell in _grid(model):
            found = of_quantiles(cell, runs)
            rows.append([name_of(cell), *map(told, found.values())])
        show(model, ["p95", "p50", "p95, bootstrap", "p95, plain"], rows)


def _grid(model: str) -> list[Cell]:
    sizes = [(seconds, rate) for seconds in SECONDS for rate in RATES]
    return [Cell(model, *size, rho) for size in sizes for rho in RHOS]


def name_of(cell: Cell) -> str:
    """As the first column writes it."""
    return f"{cell.seconds} s, {cell.rate}/s, rho {cell.rho:g}"


def show(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table; its first column has the title."""
    print(f"\n{title}\n\n{table([title, *head], rows)}", flush=True)


# Averages.


def of_average(cell: Cell, runs: int, spread: float) -> list[Outcome]:
    """Outcomes of the interval of the average, in units of the median."""
    found = []
    for normal in batches(cell, runs):
        values = np.exp(spread * normal)
        means, variances = values.mean(axis=1), values.var(axis=1)
        sums = by_second(values, cell) - cell.rate * means[:, None]
        for mean, variance, each in zip(means, variances, sums, strict=True):
            worth = effective_samples(each, values.shape[1], variance, CONFIDENCE, allowed=0.0)
            interval = mean_interval(mean, variance, CONFIDENCE, worth)
            found.append(outcome(interval.low, interval.high, math.exp(spread**2 / 2)))
    return found


def averages(runs: int) -> None:
    """A row per length, rate and correlation; a skewness of 1.75, and one of 6.2."""
    rows = []
    for cell in _grid(MODELS[0]):
        cells = [cell._replace(model=model) for model in MODELS]
        figures = [told(of_average(each, runs, spread)) for spread in SPREADS for each in cells]
        rows.append([name_of(cell), *figures])
    head = [f"{model}, {skew}" for skew in ("skewed", "heavily") for model in MODELS]
    show("average", head, rows)


# Shares: what a request of a second fails with is log-normal, from second to second AR(1).


def of_share(cell: Cell, runs: int, share: float) -> list[Outcome]:
    """Outcomes of the interval of an error rate."""
    random = np.random.default_rng([cell.seconds, cell.rate, int(10 * cell.rho)])
    levels = autoregressive(random, runs, cell.seconds, cell.rho)
    errors = random.binomial(cell.rate, failing(levels, share))
    hits = errors.sum(axis=1)
    worths = [_worth_of_errors(row, cell) for row in errors]
    truth = float(np.average(failing(GRID, share), weights=stats.norm.pdf(GRID)))
    ends = clopper_pearson(hits / (cell.seconds * cell.rate), np.array(worths))
    return [outcome(*each, truth) for each in zip(*ends, strict=True)]


def failing(levels: Doubles, share: float) -> Doubles:
    """The probability that a request fails: by its second, `share` on the whole."""
    return np.minimum(share * np.exp(levels - 0.5), 1.0)


def _worth_of_errors(errors: NDArray[np.int64], cell: Cell) -> float:
    count = cell.seconds * cell.rate
    share = float(errors.sum()) / count
    variance = share * (1 - share)
    allowed = (1 - 2 * share) / math.sqrt(variance) if variance else math.inf
    return effective_samples(errors - share * cell.rate, count, variance, CONFIDENCE, allowed)


def clopper_pearson(found: Doubles, worth: Doubles) -> tuple[Doubles, Doubles]:
    """As `share_interval`, of many at once."""
    none = found == 0
    tail = np.where(none, 1 - CONFIDENCE, (1 - CONFIDENCE) / 2)
    hits, misses = found * worth, (1 - found) * worth
    low = np.where(none, 0.0, stats.beta.ppf(tail, hits, misses + 1))
    return low, stats.beta.ppf(1 - tail, hits + 1, misses)


def shares(runs: int) -> None:
    """A row per length, rate and correlation, for error rates of 1 % and 10 %."""
    rows = [
        [name_of(cell), *(told(of_share(cell, runs, part)) for part in (0.01, 0.1))]
        for cell in _grid("seconds")
    ]
    show("errors in clusters", ["error rate 1 %", "error rate 10 %"], rows)


# The whole chain, from samples to the verdict.


def verdict(durations_ms: list[float], rate: int, criterion: str) -> str:
    """What becomes of a criterion on a run of these requests."""
    from unit.criteria.builders import Request, a_run, an_endpoint, judge

    requests = [Request(service_ms=each) for each in durations_ms]
    return judge(criterion, a_run(an_endpoint(requests, rate=f"{rate}/s"))).verdict.value


def chain(runs: int) -> None:
    """A row per model, length and correlation, at 17 requests a second."""
    rows = []
    for model in MODELS:
        for seconds in (5, 15, 60):
            for rho in RHOS:
                cell = Cell(model, seconds, 17, rho)
                samples = [row for batch in batches(cell, runs // 4) for row in batch]
                verdicts = [_verdicts(samples, share) for share in (0.95, 0.5, None)]
                rows.append([f"{model}, {name_of(cell)}", *verdicts])
    show("pass / fail / inconclusive", ["p95", "p50", "average"], rows)


def _verdicts(samples: list[Doubles], share: float | None) -> str:
    """Of `metric < truth`, in percent; without a share the metric is the average."""
    truth = SPREAD**2 / 2 if share is None else SPREAD * float(stats.norm.ppf(share))
    metric = "average" if share is None else f"p{100 * share:g}"
    criterion = f"{metric} of Products < {10 * math.exp(truth):.4f} ms"
    found = [verdict((10 * np.exp(SPREAD * row)).tolist(), 17, criterion) for row in samples]
    parts = [100 * found.count(each) / len(found) for each in ("pass", "fail", "inconclusive")]
    return " / ".join(f"{part:.1f}" for part in parts)


PARTS: dict[str, Callable[[int], None]] = {
    "quantiles": quantiles,
    "averages": averages,
    "shares": shares,
    "chain": chain,
}


def main() -> None:
    """Run what is asked for, one part after the other."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks/coverage.py")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--runs", type=int, default=2_000, help="in each cell (2000)")
    arguments = parser.parse_args()
    for name in arguments.only or PARTS:
        PARTS[name](arguments.runs)


if __name__ == "__main__":
    main()
