"""Keywords about requirements that somebody has decided to live without, for a while."""

from __future__ import annotations

from datetime import date

from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession

__all__ = ["Waivers"]


class Waivers:
    """What notes a waiver."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["report"])
    def waive_requirement(self, requirement: str, *, owner: str, reason: str, until: date) -> None:
        """Notes in the report that somebody has decided to live with a requirement unmet.

        It changes no verdict: what was not met stays so, fails its test, and the report says so;
        beside it stands who waived it, why, and until when.

        Args:
            requirement: The requirement's or the criterion's id: `PERF-1`.
            owner: Who has decided it.
            reason: Why.
            until: The last day on which it holds: `2026-12-31`.

        Example:

        ```robotframework
        Waive Requirement    PERF-3    owner=Retail Operations    until=2026-12-31
        ...    reason=The new cache comes in December.
        ```
        """
        self._session.notes.add_waiver(requirement, owner, reason, until)
