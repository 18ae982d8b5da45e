"""A `requests` session that cannot be led astray: it goes to allowed origins only.

It serves for signing in, and it prepares the requests that the engine sends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import requests

from ApiLoadLibrary.workload.guard import GuardedAdapter, own_session
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["guarded_session"]


def guarded_session(allowed: Callable[[], Collection[Origin]]) -> requests.Session:
    """A session that asks `allowed` before each request.

    Proxies and .netrc of the environment are left aside: what signs in must take
    the same way as the load, which takes proxies only where it is told to.
    """
    return own_session(GuardedAdapter(allowed))
