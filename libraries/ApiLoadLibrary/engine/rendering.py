"""Renders a shard's requests, signed with the tokens that hold at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ApiLoadLibrary.workload.request import RequestTemplate

from .plan import ShardPlan

__all__ = ["Render", "Rendering"]

Render = Callable[[int], bytes]
"""From an arrival's number to the whole request's bytes."""


class Rendering:
    """The renderers of a shard's requests.

    Args:
        plan: Whose requests these are, and whose tokens are the first.

    Attributes:
        renderers: By the endpoint's place; always the same object, with what holds now in it.
            It may be read in any thread.
    """

    def __init__(self, plan: ShardPlan) -> None:
        self._tokens = list(plan.tokens)
        self._templates = {
            place: each.request
            for place, each in enumerate(plan.endpoints)
            if isinstance(each.request, RequestTemplate)
        }
        self.renderers: dict[int, Render] = {}
        self._render_anew(self._templates)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Let these tokens take the place of those that these users had, by their numbers."""
        for user, token in tokens.items():
            self._tokens[user] = token
        self._render_anew(
            {place: each for place, each in self._templates.items() if each.is_signed}
        )

    def _render_anew(self, templates: Mapping[int, RequestTemplate]) -> None:
        for place, each in templates.items():
            self.renderers[place] = each.signed(self._tokens).renderer()
