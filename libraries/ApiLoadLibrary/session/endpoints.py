"""The endpoints that a suite has defined, by name."""

from __future__ import annotations

from ApiLoadLibrary.errors import BadInput, UnknownName
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint

from .config import split_list

__all__ = ["Endpoints"]

EACH_ENDPOINT = "each endpoint"


class Endpoints:
    """Finds endpoints whatever the case, and in the order asked."""

    def __init__(self) -> None:
        self._by_name: dict[str, Endpoint | Action] = {}

    def define(self, endpoint: Endpoint | Action) -> None:
        """Register an endpoint; a name that is taken is defined anew.

        Raises:
            BadInput: It is an action whose code cannot be called.
        """
        if isinstance(endpoint, Action):
            endpoint.call.resolve()
        self._by_name[endpoint.name.casefold()] = endpoint

    def named(self, names: str) -> list[Endpoint | Action]:
        """The endpoints of a list with commas, or all of them for `Each Endpoint`.

        Raises:
            UnknownName: One of them is not defined.
            BadInput: No endpoint is named, or one twice.
        """
        if names.strip().casefold() == EACH_ENDPOINT:
            wanted = list(self._by_name.values())
        else:
            wanted = [self._one(name) for name in split_list(names)]
        if not wanted:
            raise BadInput(f"endpoints='{names}' names no endpoint: define one first.")
        if len({each.name for each in wanted}) < len(wanted):
            raise BadInput(f"endpoints='{names}' names an endpoint twice.")
        return wanted

    @property
    def names(self) -> list[str]:
        """All names, as they were defined."""
        return [each.name for each in self._by_name.values()]

    def _one(self, name: str) -> Endpoint | Action:
        found = self._by_name.get(name.casefold())
        if found is None:
            raise UnknownName("endpoint", name, self.names)
        return found
