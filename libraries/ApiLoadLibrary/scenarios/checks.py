"""What the checks of answers found in a run, and what looking at answers did to the measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ApiLoadLibrary.engine.plan import ShardEnd
from ApiLoadLibrary.measurement.checked import Checked
from ApiLoadLibrary.values import NS_PER_S, Duration

from .plan import LoadPlan

__all__ = ["checked", "held_up"]

TOLERATED_DELAY_NS = 1_000_000
"""So much later, on average, may answers be read because others are being looked at."""


def checked(plan: LoadPlan, ends: Sequence[ShardEnd]) -> list[dict[int, Checked]]:
    """The checks of each endpoint, by the outcome of a request that fails one; of a journey those
    of its steps.

    Args:
        plan: What was sent.
        ends: What its shards said at their end, as far as they have said it.
    """
    examples: dict[tuple[int, int], str] = {}
    for end in ends:
        examples = {**end.checked.examples, **examples}
    of_items = [
        {
            each.outcome: Checked(each.text, each.sample.value, examples.get((place, each.outcome)))
            for each in item.checks
        }
        for place, item in enumerate(plan.items)
    ]
    for item, found in zip(plan.items, of_items, strict=True):
        for step in item.places:
            found.update(of_items[step])
    return of_items


def held_up(ends: Sequence[ShardEnd]) -> Iterator[str]:
    """Whether answers look slower than they were because others were looked at meanwhile."""
    delays = [each.checked.held_up_ns2 / max(each.wall_s * NS_PER_S, 1) for each in ends]
    worst_ns = max(delays, default=0.0)
    if worst_ns <= TOLERATED_DELAY_NS:
        return
    share = max(each.checked.spent_ns / NS_PER_S / max(each.wall_s, 1e-9) for each in ends)
    slower = Duration(round(worst_ns / 1e5) * 100_000)
    yield (
        f"checks of answers took the load generator {100 * share:.0f} % of its time, so that "
        f"answers look {slower} slower on average than they were; check a share of them "
        "(`Define Check … sample=10 %`), or less of each"
    )
