"""Whether files that feed a load run have rows enough for it."""

from __future__ import annotations

from collections.abc import Sequence

from ApiLoadLibrary.engine.plan import Request
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.feeder import Draw, Order, share_out
from ApiLoadLibrary.workload.request import RequestTemplate

__all__ = ["draws_of", "share_rows"]


def draws_of(request: Request) -> tuple[Draw, ...]:
    """What a request draws from feeders."""
    return request.draws if isinstance(request, RequestTemplate) else ()


def share_rows(drawn: Sequence[tuple[Draw, int | None]]) -> None:
    """Let those who draw from one feeder take turns, where there are rows enough for all.

    Args:
        drawn: What is drawn, and by how many arrivals; None where no schedule says so.

    Raises:
        BadInput: A feeder that gives each row once has too few.
    """
    share_out(draw for draw, _ in drawn)
    for draw, arrivals in drawn:
        if draw.feeder.order is Order.UNIQUE:
            _require(draw, arrivals)


def _require(draw: Draw, arrivals: int | None) -> None:
    feeder = draw.feeder
    if arrivals is None:
        raise BadInput(
            f"{feeder.name} gives each row once, and this load has no schedule that says how "
            "many it needs: send it at a rate, or write order=sequential in `Feed From`."
        )
    if draw.needs(arrivals) > draw.left:
        used = f" ({feeder.used:,} are used)" if feeder.used else ""
        raise BadInput(
            f"{feeder.name} gives each row once, and has {draw.left:,} rows left of "
            f"{feeder.table.count:,}{used}; this load needs {draw.needs(arrivals):,}: "
            "add rows, send less, or write order=sequential in `Feed From`."
        )
