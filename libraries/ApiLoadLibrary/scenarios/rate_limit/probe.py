"""When a probe of a rate limit sends what.

    below the limit   |  rest  | above the limit, about three windows | single requests
    80 %, one window  | a window | twice the limit                     | a second and more apart

Below the limit nothing may be refused.  After the rest what came before is forgotten, so that
it is seen how much is accepted at once.  The single requests try what `Retry-After` says: some
come too early, and one on time.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ApiLoadLibrary.engine.listed import Listed
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

from .contract import Contract

__all__ = ["ABOVE", "AFTER", "BELOW", "SCENARIO", "Probe", "probe_of"]

SCENARIO = "rate_limit"
BELOW, ABOVE, AFTER = "below", "above", "after"
"""Its phases; what is sent above the limit is judged."""

BELOW_SHARE, ABOVE_FACTOR = 0.8, 2
WINDOWS = 2.55
"""How long the limit is exceeded.  Were they whole windows, the next would begin with the single
requests, and none of them could come too early."""
REST = 1.02
SEED = 5
"""Of the distances above the limit: each probe has the same."""

SINGLE_NS = 1_050_000_000
"""Between single requests at first: `Retry-After` counts whole seconds."""
SPARSER = 1.5

BYSTANDERS_SHARE, FEWEST_BYSTANDERS, BYSTANDERS_PER_S = 0.1, 8, 5.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe's moments, in ns from its start.

    Attributes:
        contract: What it probes.
        offsets: Of the requests to the endpoint that is limited.
        bystanders: Of those to each bystander.
        above_ns: When the limit is exceeded, from and to.
        length_ns: Of all of it.
    """

    contract: Contract
    offsets: tuple[int, ...]
    bystanders: tuple[int, ...]
    above_ns: tuple[int, int]
    length_ns: int

    def load(self, bystanders: int) -> Load:
        """The same as a load on the endpoint, and on so many bystanders after it."""
        start, end = self.above_ns
        quiet = Listed(self.bystanders, self.length_ns)
        rate = self.contract.rate
        above = Rate(rate.count * ABOVE_FACTOR, rate.per)
        seldom = Rate(Fraction(len(self.bystanders)), Duration(end))
        return Load(
            SCENARIO,
            f"twice its limit of {self.contract}",
            phases=(
                Phase(BELOW, 0, start, judged=False),
                Phase(ABOVE, start, end),
                Phase(AFTER, end, self.length_ns, judged=False),
            ),
            rates=(above, *(seldom for _ in range(bystanders))),
            schedules=(Listed(self.offsets, self.length_ns), *(quiet for _ in range(bystanders))),
            late_after_ns=self.contract.late_after_ns,
            one_source=True,
        )


def probe_of(contract: Contract) -> Probe:
    """The probe of a limit: it takes about six of its windows."""
    span = contract.span_ns
    interval = contract.window_ns / contract.limit
    below = _even(0, span, interval / BELOW_SHARE)
    start = round((1 + REST) * span)
    end = start + round(WINDOWS * span)
    above = _uneven(start, end, interval / ABOVE_FACTOR)
    singles = _singles(end, span)
    return Probe(
        contract,
        offsets=(*below, *above, *singles),
        bystanders=_bystanders(interval, end),
        above_ns=(start, end),
        length_ns=singles[-1] + SINGLE_NS,
    )


def _even(start_ns: int, end_ns: int, interval_ns: float) -> tuple[int, ...]:
    """Moments at even distances, the first of them at the start."""
    count = max(1, int((end_ns - start_ns) / interval_ns))
    return tuple(start_ns + round(each * interval_ns) for each in range(count))


def _uneven(start_ns: int, end_ns: int, interval_ns: float) -> tuple[int, ...]:
    """As many at uneven distances: even ones beat with the limiter's own, and hide its rate."""
    count = max(2, int((end_ns - start_ns) / interval_ns))
    gaps = np.random.default_rng(SEED).uniform(0.4, 1.6, count)
    moments = np.cumsum(gaps) - gaps[0]
    stretched = moments * (end_ns - start_ns - interval_ns) / moments[-1]
    return tuple(start_ns + round(each) for each in stretched.tolist())


def _singles(start_ns: int, span_ns: int) -> tuple[int, ...]:
    """Until a window and a second have passed; later ones are further apart, each by half."""
    moments, after_ns, number = [start_ns + SINGLE_NS], SINGLE_NS, 1
    while after_ns < span_ns + NS_PER_S:
        number += 1
        after_ns = (
            max(number * SINGLE_NS, round(after_ns * SPARSER)) if number > 2 else 2 * SINGLE_NS
        )
        moments.append(start_ns + min(after_ns, span_ns + SINGLE_NS))
    return tuple(moments)


def _bystanders(interval_ns: float, end_ns: int) -> tuple[int, ...]:
    """A tenth of the limit and at most five a second, but some in each phase at least."""
    apart = max(interval_ns / BYSTANDERS_SHARE, NS_PER_S / BYSTANDERS_PER_S)
    apart = min(apart, end_ns / FEWEST_BYSTANDERS / 2)
    return _even(round(apart / 2), end_ns, apart)
