"""Load shedding: what would wait too long is turned away at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from pos_api.errors import ApiError


class Gate:
    """Lets so many payments in at once. Nobody queues before it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = self._peak = self._shed = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Be inside for as long as the block runs.

        Raises:
            ApiError: 503, it is full.
        """
        if self._inside >= self._most:
            self._shed += 1
            message = f"{self._most} card payments are under way, more are not taken at once."
            raise ApiError(503, "overloaded", message, headers={"Retry-After": "1"})
        self._inside += 1
        self._peak = max(self._peak, self._inside)
        try:
            yield
        finally:
            self._inside -= 1

    def snapshot(self) -> dict[str, object]:
        """The part of ``/api/metrics``."""
        return {
            "at_once": self._most,
            "under_way": self._inside,
            "peak": self._peak,
            "shed": self._shed,
        }
