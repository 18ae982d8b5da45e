"""The values that a suite is written in: durations, rates, percentages, counts.

Each is parsed from what a person would write (`200 ms`, `1,000/min`, `1 %`) and
prints as that again: `X.parse(str(x)) == x`.  A bare number is refused where a
unit is due, because `500` has been read as 500 seconds before.  The ValueErrors
say only what to write instead; whoever calls adds which argument was wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum
from fractions import Fraction

__all__ = [
    "Amount",
    "Arrivals",
    "ByteRate",
    "Count",
    "Duration",
    "Percent",
    "Rate",
    "Size",
    "TimeUnit",
]

NS_PER_S = 1_000_000_000
MAX_DIGITS = 20
"""More would overflow a float, or not print as they were written; nobody means them."""
LONGEST_NS = 2**63 - 1
"""292 years: what arrays of 64-bit integers hold."""

_UNIT_NS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": NS_PER_S,
    "min": 60 * NS_PER_S,
    "h": 3_600 * NS_PER_S,
}
_UNIT_NAMES = {
    "nanosecond": "ns",
    "µs": "us",
    "μs": "us",
    "microsecond": "us",
    "millisecond": "ms",
    "msec": "ms",
    "sec": "s",
    "second": "s",
    "m": "min",
    "minute": "min",
    "hour": "h",
}
_UNIT_BYTES = {
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
_NUMBER = r"\d+(?:[,_]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_BYTES = re.compile(rf"({_NUMBER})\s*([a-z]+)", re.IGNORECASE)
_PERCENT = re.compile(r"(.*?)(?:%|percent)", re.IGNORECASE)
_PART = re.compile(rf"\s*({_NUMBER})\s*([a-zµμ]+)\s*", re.IGNORECASE)


def _number(text: str) -> Fraction:
    """`1,000`, `1_000`, `16.7` as an exact fraction."""
    if not re.fullmatch(_NUMBER, text):
        raise ValueError(f"'{text}' is not a number like 1000, 1,000 or 16.7.")
    if len(re.sub(r"\D", "", text).lstrip("0")) > MAX_DIGITS:
        raise ValueError(f"'{text}' has more than {MAX_DIGITS} digits.")
    return Fraction(text.replace(",", "").replace("_", ""))


def _exact(value: float) -> Fraction:
    """A float as the decimal that it prints as; nan, inf and negatives are refused."""
    try:
        number = Fraction(Decimal(str(value)))
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"'{value}' is not a number.") from None
    if number < 0:
        raise ValueError(f"'{value}' is negative; it must be 0 or more.")
    return number


def _not_negative(value: object, least: str) -> Fraction:
    """What was written, or given as a number, as an exact fraction; `least` says what may be."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _exact(value)
    text = str(value).strip()
    if text.startswith("-"):
        raise ValueError(f"'{text}' is negative: write a number {least}.")
    return _number(text)


def _decimal(value: Fraction) -> str:
    """A fraction as a plain decimal with thousands separated: 1000 → '1,000'."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    return f"{Decimal(value.numerator) / Decimal(value.denominator):,f}"


def _unit_of(word: str) -> str | None:
    lower = word.lower()
    for name in (lower, lower.removesuffix("s")):
        if name in _UNIT_NS:
            return name
        if name in _UNIT_NAMES:
            return _UNIT_NAMES[name]
    return None


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole nanoseconds, 0 or longer.

    | written                | means                   |
    | ---------------------- | ----------------------- |
    | `200 ms`, `200ms`      | 200 milliseconds        |
    | `1.5 s`, `1.5 seconds` | one second and a half   |
    | `1 min 30 s`           | ninety seconds          |
    | `250 us`, `250 µs`     | 250 microseconds        |
    | `2 h`                  | two hours               |
    | `500`                  | refused: 500 of what?   |
    """

    ns: int

    def __post_init__(self) -> None:
        if self.ns < 0:
            raise ValueError("a time cannot be negative; write for example 200 ms.")
        if self.ns > LONGEST_NS:
            raise ValueError("a time cannot be longer than 292 years; write for example 200 ms.")

    @classmethod
    def parse(cls, value: object) -> Duration:
        """A Duration from text, from a timedelta, or from a Duration itself.

        Raises:
            ValueError: No unit, an unknown unit, a negative or unreadable number.
        """
        if isinstance(value, Duration):
            return value
        if isinstance(value, timedelta):
            whole = (value.days * 86_400 + value.seconds) * NS_PER_S
            return cls(whole + value.microseconds * 1_000)
        text = str(value).strip()
        if text.startswith("-"):
            raise ValueError(f"'{text}' is negative: write a time of 0 or more, like 200 ms.")
        if re.fullmatch(rf"\+?(?:{_NUMBER})", text):
            raise ValueError(f"'{text}' has no unit: write for example {text} ms or {text} s.")
        return cls(round(cls._sum_of_parts(text)))

    @staticmethod
    def _sum_of_parts(text: str) -> Fraction:
        total, position = Fraction(0), 0
        while position < len(text):
            part = _PART.match(text, position)
            unit = _unit_of(part[2]) if part else None
            if part is None or unit is None:
                raise ValueError(
                    f"'{text}' is not a time: write a number and a unit "
                    "(ns, us, ms, s, min, h), like 200 ms, 1.5 s or 1 min 30 s."
                )
            total += _number(part[1]) * _UNIT_NS[unit]
            position = part.end()
        if not text:
            raise ValueError("a time is missing: write for example 200 ms, 1.5 s or 2 min.")
        return total

    @property
    def seconds(self) -> float:
        """The same in seconds."""
        return self.ns / NS_PER_S

    @property
    def ms(self) -> float:
        """The same in milliseconds."""
        return self.ns / 1_000_000

    def __str__(self) -> str:
        if self.ns == 0:
            return "0 s"
        for unit in ("h", "min"):
            if self.ns % _UNIT_NS[unit] == 0:
                return f"{self.ns // _UNIT_NS[unit]:,} {unit}"
        for unit in ("s", "ms", "us"):
            if self.ns >= _UNIT_NS[unit]:
                return f"{_decimal(Fraction(self.ns, _UNIT_NS[unit]))} {unit}"
        return f"{self.ns} ns"


class TimeUnit(Enum):
    """What a rate is counted per."""

    SECOND = "s"
    MINUTE = "min"
    HOUR = "h"

    @property
    def duration(self) -> Duration:
        """One such unit."""
        return Duration(_UNIT_NS[self.value])

    @classmethod
    def parse(cls, value: object) -> TimeUnit:
        """`second`, `Minute`, `h` … as a unit.

        Raises:
            ValueError: Anything but a second, a minute or an hour.
        """
        if isinstance(value, TimeUnit):
            return value
        unit = _unit_of(str(value).strip())
        if unit not in ("s", "min", "h"):
            raise ValueError(f"'{value}' is no unit of a rate: write Second, Minute or Hour.")
        return cls(unit)


@dataclass(frozen=True, slots=True)
class Count:
    """A positive number that may have thousands separated: `1000`, `1,000`, `16.7`."""

    value: Fraction

    @classmethod
    def parse(cls, value: object) -> Count:
        """A Count from text or from a number.

        Raises:
            ValueError: Zero, negative, nan, inf or not a number at all.
        """
        if isinstance(value, Count):
            return value
        number = _not_negative(value, "above 0")
        if number == 0:
            raise ValueError("'0' is not enough: write a number above 0.")
        return cls(number)

    def __str__(self) -> str:
        return _decimal(self.value)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that may also be none: `0`, `10`, `1,000`, `16.7`."""

    value: Fraction

    @classmethod
    def parse(cls, value: object) -> Amount:
        """An Amount from text or from a number.

        Raises:
            ValueError: Negative, nan, inf or not a number at all.
        """
        return value if isinstance(value, Amount) else cls(_not_negative(value, "of 0 or more"))

    def per(self, time: Duration) -> Rate | None:
        """So many in such a time; None of none."""
        return Rate(self.value, time) if self.value else None

    def __str__(self) -> str:
        return _decimal(self.value)


@dataclass(frozen=True, slots=True)
class Factor:
    """How many times as much: `3 times`, `1.5 times`, `3`."""

    value: Fraction

    @classmethod
    def parse(cls, value: object) -> Factor:
        """A Factor from text or from a number.

        Raises:
            ValueError: 0, negative, nan, inf or not a number at all.
        """
        if isinstance(value, Factor):
            return value
        number = (
            re.sub(r"(?<!\s)\s*(?:times|x)$", "", value.strip())
            if isinstance(value, str)
            else value
        )
        found = _not_negative(number, "above 0, like 3 times")
        if not found:
            raise ValueError(f"'{value}' is not enough: write a number above 0, like 3 times.")
        return cls(found)

    def __str__(self) -> str:
        return f"{_decimal(self.value)} times"


class Arrivals(Enum):
    """How requests are spaced: evenly, or at random and independent of each other."""

    EVEN = "even"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in such a time: `1,000/min`, `50/5 s`, `16.7 per second`.

    Two rates are equal when count *and* time are: `60/min` and `1/s` offer the
    same load, but a limit of 60 in any minute is not one of 1 in any second.
    """

    count: Fraction
    per: Duration

    def __post_init__(self) -> None:
        if self.count <= 0 or self.per.ns <= 0:
            raise ValueError("a rate must be above 0; write for example 1,000/min.")

    @classmethod
    def parse(cls, value: object) -> Rate:
        """A Rate from text, or a Rate itself.

        Raises:
            ValueError: No time given, or a count that is not above 0.
        """
        if isinstance(value, Rate):
            return value
        text = str(value).strip()
        count, found, per = re.sub(r"(?<!\s)\s+per\s+", "/", text, flags=re.IGNORECASE).partition(
            "/"
        )
        if not found or not per.strip():
            raise ValueError(
                f"'{text}' does not say per what: write for example {text or '1,000'}/min."
            )
        return cls(Count.parse(count.strip()).value, _time(per.strip()))

    @property
    def per_second(self) -> Fraction:
        """The exact rate per second."""
        return self.count * NS_PER_S / self.per.ns

    @property
    def rounded(self) -> Rate:
        """The same for people: what is no whole number has four digits, as a third of a rate."""
        if self.count.denominator == 1:
            return self
        return Rate(Fraction(f"{float(self.count):.4g}"), self.per)

    def __str__(self) -> str:
        per = str(self.per)
        return f"{_decimal(self.count)}/{per.removeprefix('1 ')}"


def _time(text: str) -> Duration:
    """What something is counted per: `min`, `5 s`."""
    unit = _unit_of(text)
    return Duration(_UNIT_NS[unit]) if unit else Duration.parse(text)


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Whole bytes: `500 MB`, `1.5 GB`; a MB has 10**6."""

    bytes: int

    @classmethod
    def parse(cls, value: object) -> Size:
        """A Size from text, or a Size itself.

        Raises:
            ValueError: No unit of bytes, or not a number.
        """
        if isinstance(value, Size):
            return value
        text = str(value).strip()
        written = _BYTES.fullmatch(text)
        unit = _UNIT_BYTES.get(written[2].lower()) if written else None
        if written is None or unit is None:
            raise ValueError(f"'{text}' is no size: write for example 500 MB.")
        return cls(round(_number(written[1]) * unit))

    @property
    def mb(self) -> float:
        """The same in megabytes (10**6 bytes)."""
        return self.bytes / 10**6

    def __str__(self) -> str:
        return f"{_decimal(Fraction(self.bytes, 10**6))} MB"


@dataclass(frozen=True, slots=True, order=True)
class ByteRate:
    """Whole bytes per second: `10 MB/s`, `600 kB/min`."""

    per_second: int

    @classmethod
    def parse(cls, value: object) -> ByteRate:
        """A ByteRate from text, or a ByteRate itself.

        Raises:
            ValueError: No unit of bytes, no time, or not a number.
        """
        if isinstance(value, ByteRate):
            return value
        text = str(value).strip()
        amount, found, per = text.partition("/")
        written = _BYTES.fullmatch(amount.strip())
        unit = _UNIT_BYTES.get(written[2].lower()) if written else None
        if not found or written is None or unit is None or not per.strip():
            raise ValueError(f"'{text}' is no rate of bytes: write for example 10 MB/s.")
        time = _time(per.strip())
        if not time.ns:
            raise ValueError(f"'{text}' is counted per no time at all: write for example 10 MB/s.")
        return cls(round(_number(written[1]) * unit * NS_PER_S / time.ns))

    @property
    def mb_per_s(self) -> float:
        """The same in megabytes (10**6 bytes) per second."""
        return self.per_second / 10**6

    def __str__(self) -> str:
        return f"{_decimal(Fraction(self.per_second, 10**6))} MB/s"


@dataclass(frozen=True, slots=True, order=True)
class Percent:
    """A share of a hundred, 0 % to 100 %: `1 %`, `0.5%`, `98 percent`."""

    value: float

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 100:
            raise ValueError(f"'{self.value:g} %' is outside 0 % to 100 %.")

    @classmethod
    def parse(cls, value: object) -> Percent:
        """A Percent from text, or a Percent itself.

        Raises:
            ValueError: No percent sign, not a number, or outside 0 to 100.
        """
        if isinstance(value, Percent):
            return value
        text = str(value).strip()
        written = _PERCENT.fullmatch(text)
        if not written:
            raise ValueError(f"'{text}' is not a percentage: write for example 1 % or 0.5 %.")
        number = written[1].strip()
        if number.startswith("-"):
            raise ValueError(f"'{text}' is outside 0 % to 100 %.")
        return cls(float(_number(number)))

    @property
    def share(self) -> float:
        """The same as a share of one."""
        return self.value / 100

    def __str__(self) -> str:
        return f"{_decimal(_exact(self.value))} %"
