"""ApiLoadLibrary: proves an API ready for production under heavy load, in Robot Framework.

This is a door and nothing else: `from ApiLoadLibrary import ApiLoadLibrary` loads
the library when it is asked for, so that importing a room further down (a shard
does) does not load Robot Framework with it.  `Timing` is the listener for suites
that send their requests with RequestsLibrary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .keywords.timing import Timing
    from .library import ApiLoadLibrary

__version__ = "0.1.0"
__all__ = ["ApiLoadLibrary", "Timing"]


def __getattr__(name: str) -> object:
    if name == "ApiLoadLibrary":
        from .library import ApiLoadLibrary

        return ApiLoadLibrary
    if name == "Timing":
        from .keywords.timing import Timing

        return Timing
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
