"""Ids by which one request is found again: in the report, in the server's log, in its traces.

Each request carries `X-Request-Id` and, as W3C's Trace Context has it, `traceparent`:

    X-Request-Id: 6f1c…(16 digits of the run) 0003000000002a17
    traceparent: 00-6f1c…0003000000002a17-0003000000002a17-01

The last 16 digits say which endpoint it was and which arrival of it, so that nothing need be
remembered: a recorded row's id can be computed.  An endpoint whose own headers name one of
the two keeps its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

__all__ = ["RequestIds"]

REQUEST_ID, TRACE_PARENT = "X-Request-Id", "traceparent"
PLACE_BITS = 48
"""Above those of the arrival's number."""


@dataclass(frozen=True, slots=True)
class RequestIds:
    """The ids of one endpoint's requests.

    Attributes:
        run_id: The load run's, in hexadecimal; its first 16 digits begin each id.
        place: The endpoint's place in the run.
        own_headers: Names of headers, in small letters, that the endpoint sets itself.
    """

    run_id: str
    place: int
    own_headers: Collection[str] = ()

    def of(self, arrival: int) -> str | None:
        """What `X-Request-Id` says for this arrival; None where the endpoint says another."""
        if REQUEST_ID.lower() in self.own_headers:
            return None
        return f"{self.run_id[:16]}{self._base | arrival:016x}"

    def arrival_of(self, request_id: str) -> int | None:
        """The arrival that carried this id; None if it was none of these requests."""
        if not re.fullmatch(rf"{self.run_id[:16]}[0-9a-f]{{16}}", request_id):
            return None
        place, arrival = divmod(int(request_id[16:], 16), 1 << PLACE_BITS)
        return arrival if place == self.place + 1 else None

    def between(self, before: bytes, after: bytes) -> Callable[[int], bytes]:
        """A function from an arrival to these bytes with its ids' headers between.

        Every request is rendered by it, so it does as little as can be.
        """
        run, base = self.run_id[:16].encode(), self._base
        pieces = [before]
        if REQUEST_ID.lower() not in self.own_headers:
            pieces[-1] += b"%s: %s" % (REQUEST_ID.encode(), run)
            pieces.append(b"\r\n")
        if TRACE_PARENT not in self.own_headers:
            pieces[-1] += b"%s: 00-%s" % (TRACE_PARENT.encode(), run)
            pieces += [b"-", b"-01\r\n"]
        pieces[-1] += after
        return lambda arrival: (base | arrival).to_bytes(8).hex().encode().join(pieces)

    @property
    def _base(self) -> int:
        # Counted from 1: neither id may be all zeros.
        return (self.place + 1) << PLACE_BITS
