"""The machines that load came from, where it came from several: plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["GeneratorHost", "HostNow", "HostShare"]


@dataclass(frozen=True, slots=True)
class HostShare:
    """What one shard's host had to carry.

    Attributes:
        host: Its name or address.
        cpu_percent: How busy its processors together were on average, while there was load.
        descriptors: The most that the shard had open; None where that is not known.
        begun_late_ns: How much too late the shard heard when to begin.
        clock_doubt_ns: How far off its clock may be thought.
    """

    host: str
    cpu_percent: float
    descriptors: int | None
    begun_late_ns: int
    clock_doubt_ns: int


@dataclass(frozen=True, slots=True)
class HostNow:
    """How a machine that load comes from is at this moment.

    Attributes:
        cpu_percent: How busy its processors together were, when it was last heard of; None before.
        shards: How many shards it runs, or ran.
        lost: How many of them were lost.
    """

    cpu_percent: float | None
    shards: int
    lost: int


@dataclass(frozen=True, slots=True)
class GeneratorHost:
    """A machine that load came from.

    Attributes:
        name: Its name or address.
        shards: How many shards it ran.
        lost: How many of them were lost.
        cpu_percent: How busy its processors together were on average, while there was load.
        descriptors: The most that its shards had open, summed; None where that is not known.
        begun_late_ms: How much too late a shard of it heard when to begin, at most.
        clock_doubt_ms: All hosts begin at one moment, as far as their clocks are known: so far
            off may this one's be.
    """

    name: str
    shards: int
    lost: int
    cpu_percent: float
    descriptors: int | None
    begun_late_ms: float
    clock_doubt_ms: float

    @classmethod
    def of(cls, shares: Iterable[tuple[HostShare, bool]]) -> tuple[GeneratorHost, ...]:
        """The hosts in the order of their names.

        Args:
            shares: Of each shard its share, and whether it was lost.
        """
        by_host: dict[str, list[tuple[HostShare, bool]]] = {}
        for share, lost in shares:
            by_host.setdefault(share.host, []).append((share, lost))
        return tuple(cls._of_one(name, by_host[name]) for name in sorted(by_host))

    @classmethod
    def _of_one(cls, name: str, parts: list[tuple[HostShare, bool]]) -> GeneratorHost:
        shares = [share for share, _ in parts]
        known = [each.descriptors for each in shares if each.descriptors is not None]
        return cls(
            name=name,
            shards=len(shares),
            lost=sum(lost for _, lost in parts),
            cpu_percent=max(each.cpu_percent for each in shares),
            descriptors=sum(known) if known else None,
            begun_late_ms=max(each.begun_late_ns for each in shares) / 1e6,
            clock_doubt_ms=max(each.clock_doubt_ns for each in shares) / 1e6,
        )
