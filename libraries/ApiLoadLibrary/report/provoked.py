"""Which load runs make a system refuse or fail on purpose: what happens then is no customer's."""

from __future__ import annotations

__all__ = ["PROVOKED"]

PROVOKED = ("strangers", "rate_limit", "overload", "recovery")
