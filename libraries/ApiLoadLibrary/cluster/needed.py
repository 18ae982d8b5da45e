"""Files that a plan names, and a worker's machine must have as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ApiLoadLibrary.engine.plan import ShardPlan
from ApiLoadLibrary.errors import BadInput

__all__ = ["require_files_of"]


def require_files_of(plan: ShardPlan) -> None:
    """See whether they are here, before anything is sent.

    Raises:
        BadInput: One is missing.
        EngineFailed: One that requests are fed from has another content.
    """
    for file in _named(plan):
        if not Path(file).is_file():
            raise BadInput(f"{file} is no file there: copy it to each worker, at this path.")
    for draw in (each for request in plan.requests for each in request.draws):
        draw.feeder.table.row(0)


def _named(plan: ShardPlan) -> Iterator[str]:
    if isinstance(plan.verify, str):
        yield plan.verify
    yield from plan.cert
    for request in plan.requests:
        yield from (str(draw.feeder.table.path) for draw in request.draws)
