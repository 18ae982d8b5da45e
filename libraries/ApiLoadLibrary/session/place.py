"""Where a suite stands: which runs a `Verify …` may judge depends on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """The test that is being run, or the suite whose setup or teardown is.

    Attributes:
        suite: The suite's long name.
        test: The test's long name; None in a suite's setup or teardown.
        metadata: The test's metadata: requirement, owner, clause.
    """

    suite: str = ""
    test: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What a run made here belongs to."""
        return self.test or self.suite

    def outwards(self) -> Iterator[str]:
        """This test, its suite, and the suites around it."""
        if self.test:
            yield self.test
        name = self.suite
        while name:
            yield name
            name = name.rpartition(".")[0]
