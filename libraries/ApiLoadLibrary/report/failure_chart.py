"""When requests of a load run failed: a burst, a trickle, or from some moment on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from . import formats
from .bars import Bar, BarChart
from .charts import TIME_STEPS_S
from .document import Run, Second
from .drawing import Table

__all__ = ["failure_chart"]

MOST_BARS = 60
MOST_KINDS = 3
FEWEST_SECONDS = 2
"""One bar tells nothing of time."""


def failure_chart(run: Run) -> BarChart | None:
    """Failures over time; None where none failed, or where there is no time to speak of."""
    spans = _spans(run.timeline)
    counts = [sum(each.errors for each in span) for span in spans]
    if len(run.timeline) < FEWEST_SECONDS or not sum(counts):
        return None
    moments = [formats.clock(span[0].second) for span in spans]
    ends = [formats.clock(span[-1].second + 1) for span in spans]
    words = [
        f"{begun} to {ended}: {formats.plural(count, 'request')} failed"
        for begun, ended, count in zip(moments, ends, counts, strict=True)
    ]
    return BarChart(
        title="When requests failed",
        caption=_caption(run),
        unit="requests",
        bars=tuple(
            Bar(ended, count, text, "over")
            for ended, count, text in zip(ends, counts, words, strict=True)
        ),
        limit_after=None,
        limit_label="",
        table=Table(
            "Failures over time",
            ("From", "To", "Failed", "Of"),
            tuple(
                (begun, ended, formats.count(count), formats.count(sum(s.offered for s in span)))
                for begun, ended, count, span in zip(moments, ends, counts, spans, strict=True)
            ),
        ),
    )


def _spans(timeline: Sequence[Second]) -> list[Sequence[Second]]:
    """The seconds of each bar: one, or as many as a clock has in a step."""
    steps = (step for step in TIME_STEPS_S if len(timeline) <= step * MOST_BARS)
    step = next(steps, -(-len(timeline) // MOST_BARS))
    return [timeline[start : start + step] for start in range(0, len(timeline), step)]


def _caption(run: Run) -> str:
    """How many of which kind, the most frequent first."""
    kinds: Counter[str] = Counter()
    for endpoint in run.endpoints:
        for each in endpoint.failures:
            kinds[each.what] += each.count
    told = [f"{what} ({count:,})" for what, count in kinds.most_common(MOST_KINDS)]
    rest = len(kinds) - len(told)
    others = [formats.plural(rest, "other kind")] if rest else []
    return formats.sentence("; ".join([*told, *others]))
