"""So many requests in so much time: what a limiter allows."""

import re
from typing import NamedTuple

_QUOTA = re.compile(r"([0-9]{1,9}) ?/ ?([0-9]{1,6})? ?(s|min|h)", re.ASCII)
_SECONDS = {"s": 1, "min": 60, "h": 3600}
_LONGEST_WINDOW_S = 24 * 60 * 60


class Quota(NamedTuple):
    """A number of requests and the window, in seconds, that they are for."""

    amount: int
    window_s: int

    def __str__(self) -> str:
        return f"{self.amount}/{self.window_s}s"


def read_quota(text: str) -> Quota:
    """The quota of a text such as ``50/5s``, ``600/min`` or ``10/s``.

    Raises:
        ValueError: it is not written like that, or one of its numbers is zero or too large.
    """
    match = _QUOTA.fullmatch(text.strip())
    if match:
        quota = Quota(int(match[1]), int(match[2] or 1) * _SECONDS[match[3]])
        if quota.amount and 1 <= quota.window_s <= _LONGEST_WINDOW_S:
            return quota
    raise ValueError(f"{text!r} is not a limit such as 50/5s or 600/min")
