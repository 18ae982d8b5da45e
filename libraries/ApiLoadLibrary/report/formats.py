"""Figures as people read them.  All of it is plain arithmetic and text; no locale."""

from __future__ import annotations

from datetime import datetime

__all__ = [
    "amount",
    "byte_rate",
    "clock",
    "count",
    "duration",
    "limit",
    "milliseconds",
    "number",
    "percent",
    "plural",
    "rate",
    "sentence",
    "size",
    "visible",
    "when",
]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOTHING = "–"


def count(value: int) -> str:
    """12000 → `12,000`."""
    return f"{value:,}"


def plural(value: int, noun: str) -> str:
    """1 → `1 request`, 12000 → `12,000 requests`."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def sentence(text: str) -> str:
    """`too few samples` → `Too few samples.`"""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def number(value: float, most_decimals: int = 6) -> str:
    """A number without needless zeros: 20.0 → `20`, 1234.5 → `1,234.5`."""
    text = f"{value:,.{most_decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def milliseconds(value: float | None, extra: int = 0) -> str:
    """A measured time: `0.42 ms`, `9.8 ms`, `612 ms`, `1.24 s`, `2 min 5 s`.

    Args:
        value: In milliseconds.
        extra: So many decimals more than usual.
    """
    if value is None:
        return NOTHING
    if value == 0:
        return "0 ms"
    for below, decimals in ((0.1, 3), (1, 2), (100, 1), (1_000, 0)):
        if round(value, decimals) < below:
            return f"{value:.{decimals + extra}f} ms"
    for below, decimals in ((10, 2), (100, 1)):
        if round(value / 1_000, decimals) < below:
            return f"{value / 1_000:.{decimals + extra}f} s"
    return duration(value / 1_000)


def duration(seconds: float) -> str:
    """A span of time: `30 s`, `5 min`, `1 min 30 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{number(seconds, 1)} s"
    whole = round(seconds)
    parts = ((whole // 3_600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)


def clock(seconds: float) -> str:
    """A moment in a run: `0:05`, `1:02:03`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def percent(value: float | None, extra: int = 0) -> str:
    """`61.3 %`; near 0 and 100 with as many decimals as it takes to tell it from them."""
    if value is None:
        return NOTHING
    decimals = (2 if 0 < value < 1 or 99 < value < 100 else 1) + extra
    while decimals < 4 and value not in (0, 100) and round(value, decimals) in (0, 100):
        decimals += 1
    if value not in (0, 100) and round(value, decimals) in (0, 100):
        return "under 0.0001 %" if value < 50 else "over 99.9999 %"
    return f"{number(value, decimals)} %"


def rate(per_s: float | None, extra: int = 0) -> str:
    """`166.7/s`, `12,000/s`, `0.05/s`."""
    if per_s is None:
        return NOTHING
    decimals = 0 if per_s >= 1_000 else 1 if per_s >= 1 else 3
    return f"{number(per_s, decimals + extra)}/s"


def size(value: float) -> str:
    """Bytes, in steps of 1,000: `412 B`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1_000:
            return f"{number(value, 0 if unit == 'B' or value >= 100 else 1)} {unit}"
        value /= 1_000
    return f"{number(value, 1)} TB"


def byte_rate(per_s: float) -> str:
    """Network traffic, in bits as it is sold: `42 Mbit/s`."""
    bits = per_s * 8
    for unit in ("bit/s", "kbit/s", "Mbit/s"):
        if bits < 1_000:
            return f"{number(bits, 0 if bits >= 10 else 1)} {unit}"
        bits /= 1_000
    return f"{number(bits, 1)} Gbit/s"


def limit(value: float, unit: str) -> str:
    """A limit as it was set: `20 ms`, `1.5 s`, `98 %`, `16.7/s`."""
    if unit == "ms":
        return f"{number(value / 1_000)} s" if value >= 1_000 else f"{number(value)} ms"
    return f"{number(value, 3)}/s" if unit == "/s" else f"{number(value)} {unit}".strip()


def amount(value: float | None, unit: str, apart_from: float | None = None) -> str:
    """A measured value in its unit.

    Args:
        value: None for nothing measured.
        unit: `ms`, `%`, `/s` or another.
        apart_from: A limit that it must not look equal to unless it is.
    """
    if value is None:
        return NOTHING
    text = _amount(value, unit, 0)
    if apart_from is not None and value != apart_from:
        same = {limit(apart_from, unit), _amount(apart_from, unit, 0)}
        for extra in (1, 2, 3):
            if text not in same:
                break
            text = _amount(value, unit, extra)
            same.add(_amount(apart_from, unit, extra))
    return text


def _amount(value: float, unit: str, extra: int) -> str:
    if unit == "ms":
        return milliseconds(value, extra)
    if unit == "%":
        return percent(value, extra)
    if unit == "times":
        return f"{number(value, (1 if value < 10 else 0) + extra)} times"
    return rate(value, extra) if unit == "/s" else f"{number(value, 3 + extra)} {unit}".strip()


def when(iso: str) -> str:
    """An ISO 8601 moment: `Monday 23 November 2026, 14:02 (UTC+01:00)`; as it is if it is none."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    day = f"{DAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]} {moment.year}"
    return f"{day}, {moment:%H:%M} ({moment.tzname() or 'no time zone'})"


def visible(text: str) -> str:
    """The text with characters that hide, or turn what stands around them, named instead."""
    return "".join(f"⟨U+{ord(each):04X}⟩" if _hides(each) else each for each in text)


def _hides(character: str) -> bool:
    code = ord(character)
    is_control = (code < 0x20 and character not in "\t\n") or 0x7F <= code < 0xA0
    is_direction = code in (0x061C, 0x200E, 0x200F) or 0x202A <= code <= 0x202E
    return is_control or is_direction or 0x2066 <= code <= 0x2069 or 0xD800 <= code <= 0xDFFF
