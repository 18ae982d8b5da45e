"""The endpoints that a suite has defined, by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from ApiLoadLibrary.errors import BadInput, UnknownName
from ApiLoadLibrary.measurement.outcomes import MOST_CHECKS
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.check import Check
from ApiLoadLibrary.workload.endpoint import Endpoint

from .config import split_list

__all__ = ["Endpoints", "check_mix", "check_names", "weighed"]

EACH_ENDPOINT = "each endpoint"
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|x|×)?\s+(\S.*)")
_A_MIX = "write for example 6 Products, 3 Orders, 1 Create Order."


class Endpoints:
    """Finds endpoints whatever the case, and in the order asked.

    What a suite defines ends with it: `Each Endpoint` of the next one has nothing to do with it.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, Endpoint | Action] = {}
        self._around: dict[str, dict[str, Endpoint | Action]] = {}
        self._checks: dict[str, int] = {}
        self._journeys: set[str] = set()

    def enter(self, suite: str) -> None:
        """A suite of this name begins; it has what was defined around it."""
        self._around[suite] = dict(self._by_name)

    def leave(self, suite: str) -> None:
        """It has ended."""
        self._by_name = self._around.pop(suite, self._by_name)

    def define(self, endpoint: Endpoint | Action) -> None:
        """Register an endpoint; a name that is taken is defined anew.

        Raises:
            BadInput: It is an action whose code cannot be called, or a group has its name.
        """
        others = [each for each in self._by_name.values() if each.name != endpoint.name]
        names = {each.name.casefold() for each in (*others, endpoint)}
        for each in (*others, endpoint):
            if each.group and each.group.casefold() in names:
                raise BadInput(f"group='{each.group}' is the name of an endpoint: write another.")
        if isinstance(endpoint, Action):
            endpoint.call.resolve()
        self._by_name[endpoint.name.casefold()] = endpoint

    def note_journey(self, name: str) -> None:
        """What is called so is a journey, unless an endpoint is."""
        self._journeys.add(name.casefold())

    def check(self, names: str, checks: Sequence[Check]) -> None:
        """Hold the answers of these endpoints to checks; one that they have is replaced.

        Raises:
            UnknownName: One of the endpoints is not defined.
            BadInput: There is no check, or there are more than can be counted; or only actions
                are named.
        """
        if not checks:
            raise BadInput(
                f"Define Check says nothing of '{names}': write a check behind it, "
                "like $.items is not empty."
            )
        endpoints = [each for each in self.named(names) if isinstance(each, Endpoint)]
        if not endpoints:
            raise BadInput(
                f"endpoints='{names}' names actions alone: let their code check, with assert."
            )
        new = [replace(each, number=self._number_of(each.text)) for each in checks]
        for endpoint in endpoints:
            kept = [each for each in endpoint.checks if not any(map(each.says_what, new))]
            self.define(replace(endpoint, checks=(*kept, *new)))

    def _number_of(self, check: str) -> int:
        """What failures of this check are counted under, in all load runs."""
        number = self._checks.setdefault(check, len(self._checks))
        if number >= MOST_CHECKS:
            raise BadInput(f"check='{check}' is one too many: a session has {MOST_CHECKS} at most.")
        return number

    def named(self, names: str) -> list[Endpoint | Action]:
        """The endpoints of a list with commas, groups among them; all for `Each Endpoint`.

        Raises:
            UnknownName: One of them is not defined.
            BadInput: No endpoint is named, or one twice.
        """
        if names.strip().casefold() == EACH_ENDPOINT:
            wanted = list(self._by_name.values())
        else:
            wanted = [each for name in split_list(names) for each in self._named(name)]
        if not wanted:
            raise BadInput(f"endpoints='{names}' names no endpoint: define one first.")
        if len({each.name for each in wanted}) < len(wanted):
            raise BadInput(f"endpoints='{names}' names an endpoint twice.")
        return wanted

    def mixed(self, mix: str) -> list[tuple[Endpoint | Action, Fraction]]:
        """The endpoints of a mix, and the part of each: `6 Products, 3 Orders`, `60 % Products, …`.

        Raises:
            UnknownName: One of them is not defined.
            BadInput: It is no mix, or names an endpoint twice.
        """
        found = [(self._single(name, mix), part) for name, part in weighed(mix)]
        names = [endpoint.name for endpoint, _ in found]
        if len(set(names)) < len(names):
            raise BadInput(f"mix='{mix}' names an endpoint twice.")
        return found

    def _single(self, name: str, mix: str) -> Endpoint | Action:
        endpoints = self._named(name)
        if len(endpoints) > 1:
            raise BadInput(f"mix='{mix}' names the group {name}: name its endpoints.")
        return endpoints[0]

    @property
    def names(self) -> list[str]:
        """All names, as they were defined."""
        return [each.name for each in self._by_name.values()]

    @property
    def scopes(self) -> list[str]:
        """All names that a criterion may have as its scope: endpoints, and then groups."""
        groups = (each.group for each in self._by_name.values() if each.group)
        return list(dict.fromkeys((*self.names, *groups)))

    def _named(self, name: str) -> list[Endpoint | Action]:
        """The endpoint of this name, or those of the group."""
        folded = name.casefold()
        if folded in self._by_name:
            return [self._by_name[folded]]
        of_group = [
            each
            for each in self._by_name.values()
            if each.group and each.group.casefold() == folded
        ]
        if not of_group and folded in self._journeys:
            raise BadInput(
                f"'{name}' is a journey, which users take: write a load sentence for journeys, "
                f"like Start 60 Journeys Per Minute Of {name}."
            )
        if not of_group:
            raise UnknownName("endpoint", name, self.scopes)
        return of_group


def weighed(mix: str) -> list[tuple[str, Fraction]]:
    """The names of a mix, and the part of each: `6 Products, 3 Orders`, `60 % Products, …`.

    Raises:
        BadInput: It is no mix.
    """
    found = [_part(each, mix) for each in split_list(mix)]
    if not found:
        raise BadInput(f"mix='{mix}' is empty: {_A_MIX}")
    return found


def _part(text: str, mix: str) -> tuple[str, Fraction]:
    written = _PART.fullmatch(text)
    if not written or not Fraction(written[1]):
        raise BadInput(f"mix='{mix}' has no number above 0 before '{text}': {_A_MIX}")
    return written[2], Fraction(written[1])


def check_names(names: str, known: Collection[str], kind: str = "endpoint") -> None:
    """See whether a list of endpoints and groups, or of journeys, names only what there will be.

    Raises:
        UnknownName: One of them is not known.
    """
    folded = {each.casefold() for each in (*known, EACH_ENDPOINT)}
    for name in split_list(names):
        if name.casefold() not in folded:
            raise UnknownName(kind, name, known)


def check_mix(mix: str, known: Collection[str]) -> None:
    """The same of a mix; what is no part of one is left to those who read it."""
    parts = map(_PART.fullmatch, split_list(mix))
    check_names(", ".join(part[2] for part in parts if part), known)
