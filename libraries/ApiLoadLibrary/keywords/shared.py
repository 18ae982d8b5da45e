"""The acceptance session that the library and the listener share."""

from __future__ import annotations

from ApiLoadLibrary.session.acceptance import AcceptanceSession

__all__ = ["session"]

session = AcceptanceSession()
"""One for the whole run, however often the library is imported."""
