"""What travels between a load run's parent and its shards on a cluster: plain data.

From each shard news come about twice a second, whatever the rate of requests; to it go a few
commands a run, and a sign of life every other second.  Both are objects of this module and of the
engine's, pickled as all of Dask's traffic is: whoever may join the cluster has to be trusted.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import dataclass
from typing import Any

__all__ = ["ALIVE", "EVERY_S", "NEVER", "Begin", "Died", "HostLoad", "News"]

EVERY_S = 0.5
"""How often a shard on a worker is heard of, even if it has nothing to tell."""

NEVER = "never"
"""To an attempt that must not begin: another one has, or the load run is over."""

ALIVE = "alive"
"""The parent is still there."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The load begins at this moment of the monotonic clock of the machine that is told so.

    It is what a shard needs before its first byte, and is given out once: Dask runs a task
    again when a worker dies, and for load that would mean sending it twice.
    """

    start_ns: int


@dataclass(frozen=True, slots=True)
class Died:
    """A shard's process has died, with these last words."""

    last_words: str


@dataclass(frozen=True, slots=True)
class HostLoad:
    """What the host of a shard had to carry.

    Attributes:
        cpu_percent: Of all its processors together, since the news before.
        descriptors: That the shard has open; None where the platform does not tell.
    """

    cpu_percent: float
    descriptors: int | None


@dataclass(frozen=True, slots=True)
class News:
    """What is heard of a shard.

    Attributes:
        shard: Its number in the run.
        attempt: Unique: a task that is run again is another attempt.
        number: Counts the news of an attempt, from 0, so that a gap is seen.
        said: What the shard has said meanwhile, in order.
        load: Of its host.
        begun_late_ns: How much too late it was told to begin; None until it was told, and 0
            for in time.
    """

    shard: int
    attempt: str
    number: int
    said: tuple[object, ...]
    load: HostLoad
    begun_late_ns: int | None = None

    def packed(self) -> bytes:
        """As it travels: a third to a tenth of what it is, for histograms hold many zeros."""
        return zlib.compress(pickle.dumps(self), level=1)

    @classmethod
    def unpacked(cls, data: bytes) -> News:
        """The reverse of `packed`; only ever of what this run's own shards have sent."""
        found: Any = pickle.loads(zlib.decompress(data))
        assert isinstance(found, cls)
        return found
