"""From what is bad now to an alert: told once when it begins, and once when it is over."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.measurement.alert import Alert

__all__ = ["Bad", "Episodes", "Kind", "News", "clock"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of trouble an alert tells of.

    Attributes:
        what: Which figure: `cpu`, `error rate` ….
        unit: Of its values; empty where there is no value.
        subject: What it is about, with a place for `{where}`.
        begins: What is the matter with it, with a place for `{value}`.
        was: The same when it is over.
        worst: What was the worst of it, with a place for `{value}`; empty where nothing is.
        lowest: Whether the smallest value is the worst.
        after_s: It must have lasted so long.
        calm_s: It is over when it was away for so long.
        momentary: Whether it is over as soon as it has happened.
    """

    what: str
    unit: str
    subject: str
    begins: str
    was: str
    worst: str = ""
    lowest: bool = False
    after_s: float = 0.0
    calm_s: float = 5.0
    momentary: bool = False


@dataclass(frozen=True, slots=True)
class Bad:
    """Something is bad at this moment.

    Attributes:
        value: How bad, in the kind's unit; None where there is no value.
        words: The value as a person says it.
        before: What is usual, as a person says it; empty where nobody knows.
    """

    value: float | None = None
    words: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told at once.

    Attributes:
        began: Whether it has just begun; else it is over.
        text: What to tell, a sentence without its full stop.
    """

    began: bool
    text: str


@dataclass(slots=True)
class _Episode:
    start_s: float
    last_bad_s: float
    worst: Bad
    first: Bad
    told: bool = False
    end_s: float | None = None


class Episodes:
    """The alerts of one kind at one place.

    Args:
        kind: Which trouble.
        where: The host, the process or the load.
    """

    def __init__(self, kind: Kind, where: str) -> None:
        self.kind = kind
        self.where = where
        self._open: _Episode | None = None
        self._over: list[_Episode] = []

    @property
    def is_open(self) -> bool:
        """Whether it is known to be bad, and not over."""
        return self._open is not None and self._open.told

    def see(self, at_s: float, bad: Bad | None, since_s: float | None = None) -> News | None:
        """Take note of one moment.

        Args:
            at_s: When, in seconds from the run's start.
            bad: What is bad; None where nothing is.
            since_s: When what was looked at began; a second before, unless given.
        """
        if bad is None:
            return self._calm(at_s)
        if self._open is None:
            start_s = at_s - 1.0 if since_s is None else since_s
            self._open = _Episode(max(0.0, start_s), at_s, bad, bad)
        episode = self._open
        episode.last_bad_s = at_s
        episode.worst = self._worse(episode.worst, bad)
        # A second is seen at its end, and ends are a little apart.
        if episode.told or at_s - episode.start_s < self.kind.after_s - 0.25:
            return None
        episode.told = True
        if self.kind.momentary:
            self._open, episode.end_s = None, at_s
            self._over.append(episode)
        before = f"{bad.before} before; " if bad.before else ""
        since = f" ({before}since {clock(episode.start_s)} into the load)"
        return News(True, self._words(self.kind.begins, bad) + since)

    def _calm(self, at_s: float) -> News | None:
        episode = self._open
        if episode is None:
            return None
        if not episode.told:
            self._open = None  # it was too short to speak of
            return None
        if at_s - episode.last_bad_s < self.kind.calm_s - 0.25:
            return None
        self._open = None
        episode.end_s = episode.last_bad_s
        self._over.append(episode)
        return News(False, f"It is over: {self._told(episode)}")

    def _worse(self, one: Bad, other: Bad) -> Bad:
        if one.value is None or other.value is None:
            return one
        return (min if self.kind.lowest else max)((one, other), key=lambda each: each.value or 0.0)

    def _words(self, pattern: str, bad: Bad) -> str:
        subject = self.kind.subject.format(where=self.where)
        return f"{subject} {pattern.format(value=bad.words)}"

    def _told(self, episode: _Episode) -> str:
        words = self._words(self.kind.was, episode.first)
        if self.kind.momentary:
            return f"{words} at {clock(episode.start_s)}"
        until = "until the end" if episode.end_s is None else f"to {clock(episode.end_s)}"
        worst = f", {self.kind.worst.format(value=episode.worst.words)}" if self.kind.worst else ""
        before = f" ({episode.first.before} before)" if episode.first.before else ""
        return f"{words} from {clock(episode.start_s)} {until}{worst}{before}"

    def alerts(self) -> list[Alert]:
        """What there was to tell until now."""
        told = [*self._over, *([self._open] if self._open and self._open.told else [])]
        return [
            Alert(
                what=self.kind.what,
                where=self.where,
                start_s=round(each.start_s, 3),
                end_s=None if each.end_s is None else round(each.end_s, 3),
                peak=each.worst.value,
                unit=self.kind.unit,
                message=f"{self._told(each)}.",
            )
            for each in told
        ]


def clock(seconds: float) -> str:
    """A moment in a run: `0:05`, `1:02:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
