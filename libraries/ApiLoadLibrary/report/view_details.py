"""What only one scenario knows, as a part of its run's section: sentences, facts, pictures.

A scenario enters its function in `_OF_SCENARIO`.  It gets the document's form of the run, and
reads `run.details`, so that the page can be made again from the JSON alone.
"""

from __future__ import annotations

from collections.abc import Callable

from .details_of_burst import details_of_burst
from .details_of_capacity import details_of_capacity
from .details_of_flood import details_of_flood
from .details_of_journeys import details_of_journeys
from .details_of_rate_limit import details_of_rate_limit
from .details_of_recovery import details_of_recovery
from .details_of_strangers import details_of_strangers
from .document import Run
from .scenario_details import Details

__all__ = ["view_details"]

_OF_SCENARIO: dict[str, Callable[[Run], Details]] = {
    "burst": details_of_burst,
    "capacity": details_of_capacity,
    "journey": details_of_journeys,
    "rate_limit": details_of_rate_limit,
    "recovery": details_of_recovery,
    "strangers": details_of_strangers,
    "websocket_flood": details_of_flood,
}


def view_details(run: Run) -> Details | None:
    """What its scenario has to say of a run; None where there is nothing of the kind."""
    view = _OF_SCENARIO.get(run.scenario)
    return view(run) if view is not None and run.details else None
