"""A listener of Robot: how many requests the reference API itself has answered during each test."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Counter[str]]:
    """What the listener has written."""
    return {test: Counter(each) for test, each in json.loads(path.read_text()).items()}


class server_count:  # noqa: N801 - Robot looks for the class by the name of its module
    """Writes a JSON object: of each test's full name, counts by method and path.

    Args:
        address: The server's; it must take us for an operator.
        path: Where to write.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, address: str, path: str) -> None:
        self._address = address
        self._path = Path(path)
        self._found: dict[str, Counter[str]] = {}
        self._before: Counter[str] = Counter()

    def start_test(self, data: Any, result: Any) -> None:
        """Count what came before."""
        self._before = self._counted()

    def end_test(self, data: Any, result: Any) -> None:
        """What has come since then."""
        self._found[result.longname] = self._counted() - self._before

    def close(self) -> None:
        """Write it down."""
        self._path.write_text(json.dumps(self._found))

    def _counted(self) -> Counter[str]:
        with urllib.request.urlopen(f"{self._address}/api/metrics", timeout=10) as answer:
            rows = json.load(answer)["requests"]
        found: Counter[str] = Counter()
        for row in rows:
            found[f"{row['method']} {row['route']}"] += row["count"]
        return found
