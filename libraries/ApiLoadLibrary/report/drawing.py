"""A chart, before and after it is laid out for a frame."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "NARROW",
    "WIDE",
    "Chart",
    "Drawing",
    "Frame",
    "Hint",
    "Label",
    "Limit",
    "Line",
    "Span",
    "Stretch",
    "Table",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value for each step of time, None where there is none.

    Attributes:
        label: Stands at its end.
        role: Names its look: `l1` is the most important, then `l2`, `l3`; `under` lies below.
    """

    label: str
    role: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line that the others must stay below."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time that is marked behind the lines.

    Attributes:
        start_s: Where it begins, and `end_s` where it ends.
        label: What was going on; it is written where there is room for it.
        look: `ok`, `warn` or `bad`; `calm` is of no colour.
    """

    start_s: float
    end_s: float
    label: str
    look: str = "calm"


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a chart, as text."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is to be shown, whatever its size.

    Attributes:
        title: What it shows.
        caption: What it says, in a sentence or two.
        unit: Of its values; `ms` may be shown as seconds.
        length_s: How much time it spans.
        lines: The most important last: it is drawn on top.
        band: Whether the space between first and last line is filled.
        limit: Drawn across, if there is one.
        table: The figures behind it.
        stretches: Marked behind the lines, in order and apart.
        step_s: How much time there is from one value of a line to the next.
        of_lengths: Whether its axis has lengths of time, not moments of a run.
        at_rates: The rates that the values of a line belong to, where its axis has rates and no
            time; then its length and its stretches are rates too.
    """

    title: str
    caption: str
    unit: str
    length_s: float
    lines: tuple[Line, ...]
    band: bool
    limit: Limit | None
    table: Table
    stretches: tuple[Stretch, ...] = ()
    step_s: float = 1.0
    of_lengths: bool = False
    at_rates: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """The proportions of a drawing, in units that are pixels at its natural size.

    Attributes:
        name: The class that shows it on the screens it is made for.
        most_points: A longer line is thinned out.
        most_hints: How many columns tell their figures when pointed at.
        left: The margin for figures of up to five digits.
        letter: How wide a letter of a label may be, in whatever font there is.
        digit: The same of a digit.
    """

    name: str
    width: int
    height: int
    time_steps: int
    most_points: int
    most_hints: int
    top: int = 26
    bottom: int = 28
    left: int = 46
    letter: float = 7.6
    digit: float = 7.0


WIDE = Frame("wide", 800, 220, time_steps=6, most_points=400, most_hints=60)
NARROW = Frame("narrow", 360, 230, time_steps=3, most_points=200, most_hints=0, left=42)


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of text at a place."""

    x: float
    y: float
    text: str
    role: str = "tick"


@dataclass(frozen=True, slots=True)
class Hint:
    """A column that tells its figures when pointed at."""

    x: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in its place; its label is empty where there is no room for it."""

    x: float
    width: float
    label: str
    look: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart in a frame."""

    frame: Frame
    left: float
    right: float
    base: float
    unit: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    band: str
    lines: tuple[tuple[str, str], ...]
    limit_y: float | None
    labels: tuple[Label, ...]
    hints: tuple[Hint, ...]
    spans: tuple[Span, ...]
