"""One request and what came of it: what a traced run keeps of each of its requests.

Most runs keep only what their requests came to together.  A run that looks for the moment at
which a server changed its behaviour, as a rate limit or a recovery, is traced.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Exchange"]


class Exchange(NamedTuple):
    """One request and what came of it; times are ns from the run's start.

    Attributes:
        endpoint: Its endpoint's place in the run.
        arrival: Its number there.
        scheduled_ns: When it was due.
        sent_ns: When it was sent.
        first_byte_ns: When its answer began; -1 where none did, or where that is not known.
        done_ns: When its answer had come, or its failure was known.
        outcome: Its HTTP status, or a `Failure`.
        headers: Those of the answer that were asked for, names in small letters, in order.
    """

    endpoint: int
    arrival: int
    scheduled_ns: int
    sent_ns: int
    first_byte_ns: int
    done_ns: int
    outcome: int
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def service_ns(self) -> int:
        """From the actual start to the last byte."""
        return self.done_ns - self.sent_ns

    @property
    def response_ns(self) -> int:
        """From the scheduled start to the last byte."""
        return self.done_ns - self.scheduled_ns

    def header(self, name: str) -> str | None:
        """The first header of this name, in small letters."""
        return next((value for each, value in self.headers if each == name), None)
