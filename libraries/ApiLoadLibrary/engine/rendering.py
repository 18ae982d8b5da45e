"""Renders a shard's requests, signed with the tokens that hold at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ApiLoadLibrary.workload.request import RequestTemplate

from .plan import ShardPlan

__all__ = ["Render", "Rendering", "UserRender"]

Render = Callable[[int], bytes]
"""From an arrival's number to the whole request's bytes."""

UserRender = Callable[[int, Mapping[str, Any]], bytes]
"""From that, and what the user has taken from answers, to the same."""


class Rendering:
    """The renderers of a shard's requests.

    Args:
        plan: Whose requests these are, and whose tokens are the first.

    Attributes:
        renderers: By the endpoint's place; always the same object, with what holds now in it.
            It may be read in any thread.
        user_renderers: The same in a run of journeys, where requests show what users took.
    """

    def __init__(self, plan: ShardPlan) -> None:
        self._tokens = list(plan.tokens)
        self._templates = {
            place: each.request
            for place, each in enumerate(plan.endpoints)
            if isinstance(each.request, RequestTemplate)
        }
        self._for_users = bool(plan.journeys)
        self.renderers: dict[int, Render] = {}
        self.user_renderers: dict[int, UserRender] = {}
        self._signed: dict[int, RequestTemplate] = {}
        for place in self._templates:
            self._render_anew(place)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Let these tokens take the place of those that these users had, by their numbers."""
        for user, token in tokens.items():
            self._tokens[user] = token
        for place, each in self._templates.items():
            if each.is_signed and len(self._tokens) > 1:
                self._signed[place].renew(tokens)
            elif each.is_signed:
                self._render_anew(place)

    def _render_anew(self, place: int) -> None:
        signed = self._signed[place] = self._templates[place].signed(self._tokens)
        if self._for_users:
            self.user_renderers[place] = signed.user_renderer()
        else:
            self.renderers[place] = signed.renderer()
