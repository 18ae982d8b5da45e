"""Times as people write them: ``500ms``, ``0.5s``."""

import re

LONGEST_S = 60.0
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ms|s)", re.ASCII)


def read_time(text: str) -> float:
    """Seconds of a time such as ``500ms``, ``0.5 s`` or ``0``.

    Raises:
        ValueError: it has no unit, or is longer than a minute.
    """
    match = _TIME.fullmatch(text.strip())
    if match:
        seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
        if seconds <= LONGEST_S:
            return seconds
    elif text.strip() == "0":
        return 0.0
    raise ValueError(f"{text!r} is not a time from 0 to {LONGEST_S:.0f} s; write 500ms or 0.5s")
