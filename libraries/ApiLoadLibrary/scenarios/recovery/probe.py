"""The load of a probe: a steady rate, from before the trouble until after it."""

from __future__ import annotations

from dataclasses import replace

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.scenarios.load import Load, sustained
from ApiLoadLibrary.values import NS_PER_S, Duration, Factor, Percent, Rate

from .level import FEWEST
from .stable import Steadiness

__all__ = ["SCENARIO", "interval_ns", "probe", "require_healthy_time", "steadiness"]

SCENARIO = "recovery"
SLOWEST = Rate.parse("1/s")
FASTEST = Rate.parse("1000/s")


def probe(rate: Rate, at_most: Duration) -> Load:
    """Probes at a steady rate, until they are ended.

    Args:
        rate: How many.
        at_most: They end by themselves then.

    Raises:
        BadInput: So few find no moment, and so many are load.
    """
    if not SLOWEST.per_second <= rate.per_second <= FASTEST.per_second:
        raise BadInput(
            f"rate='{rate}' is no rate of probes: write one from {SLOWEST} to {FASTEST}, like 50/s."
        )
    load = sustained(rate, at_most)
    return replace(load, scenario=SCENARIO, words=f"probes at {rate}")


def interval_ns(rate: Rate) -> int:
    """From one probe to the next."""
    return round(NS_PER_S / rate.per_second)


def require_healthy_time(rate: Rate, healthy: Duration) -> None:
    """Let nobody compare with a level that was hardly measured.

    Raises:
        BadInput: The healthy time holds too few probes.
    """
    if rate.per_second * healthy.ns < FEWEST * NS_PER_S:
        raise BadInput(
            f"healthy='{healthy}' holds too few probes at {rate} to tell how the server usually "
            f"is: {FEWEST} are needed, so write {Duration(FEWEST * interval_ns(rate))} at least, "
            "or probe more often (rate=)."
        )


def steadiness(
    stable: Duration, success: Percent, slow_down: Factor, observe: Duration | None = None
) -> Steadiness:
    """What is called well again.

    Args:
        stable: How long it must go on.
        success: What share of the probes must succeed meanwhile.
        slow_down: How many times as long as when healthy 95 of 100 may take.
        observe: How long the probes go on after the trouble, if that is known.

    Raises:
        BadInput: Nothing could meet that, or everything.
    """
    if not stable.ns:
        raise BadInput("stable='0 s' is no stretch of time: write how long it lasts, like 3 s.")
    if observe is not None and observe < stable:
        raise BadInput(
            f"observe='{observe}' is too short to see {stable} that are stable (stable=): "
            "observe for longer than that."
        )
    if slow_down.value < 1:
        raise BadInput(
            f"slow_down='{slow_down}' asks for more than when all was well: write 1 or more."
        )
    return Steadiness(stable.ns, success.value / 100, float(slow_down.value))
