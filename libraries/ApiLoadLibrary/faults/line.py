"""How bad the line between load and server is: plain data, with Toxiproxy's words."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

__all__ = ["HEALTHY", "Faults", "Line", "Stream"]

Stream = Literal["downstream", "upstream"]
"""`downstream` is from the server to the client, `upstream` from the client to the server."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with one direction of every connection; nothing unless set.

    Attributes:
        latency_ns: How much later data arrives.
        jitter_ns: By how much that varies, both ways.
        bytes_per_s: How much passes in a second, on each connection.
        timeout_ns: Nothing passes, and the connection is closed after so long; 0 never closes it.
        reset_ns: The connection is reset (RST) after so long.
        slow_close_ns: How much later the other side hears that the connection was closed.
        limit_bytes: The connection is closed after so many bytes.
    """

    latency_ns: int = 0
    jitter_ns: int = 0
    bytes_per_s: int | None = None
    timeout_ns: int | None = None
    reset_ns: int | None = None
    slow_close_ns: int = 0
    limit_bytes: int | None = None


HEALTHY = Faults()


@dataclass(frozen=True, slots=True)
class Line:
    """The state of the whole line.

    Attributes:
        upstream, downstream: What is wrong with each direction.
        down: Whether all connections are cut, and new ones refused.
    """

    upstream: Faults = field(default=HEALTHY)
    downstream: Faults = field(default=HEALTHY)
    down: bool = False

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with it."""
        return self == Line()

    def worse(self, stream: Stream, **faults: int) -> Line:
        """The line with these faults, of `Faults`, besides those that it has."""
        assert stream in get_args(Stream)
        return replace(self, **{stream: replace(getattr(self, stream), **faults)})

    def written(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Line:
        """The reverse of `written`."""
        found: dict[str, Any] = json.loads(text)
        upstream, downstream = Faults(**found["upstream"]), Faults(**found["downstream"])
        return cls(upstream, downstream, found["down"])
