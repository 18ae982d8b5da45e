"""Reads metrics in the Prometheus text format from an address."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput

from .probe import Unseen

__all__ = ["Gauge", "Series", "fetch", "names_in", "parse"]

CONNECT_S, READ_S = 1.0, 2.0
MOST_BYTES = 20_000_000
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


@dataclass(frozen=True, slots=True)
class Series:
    """One value of a metric.

    Attributes:
        only_grows: Whether it is a counter, so that its rate is what counts.
    """

    name: str
    labels: Mapping[str, str]
    value: float
    only_grows: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """A metric that a suite asks for: `jvm_memory_used_bytes{area="heap"}`.

    Attributes:
        name: The metric's own name.
        labels: Values that its labels must have; whatever others it has, the sum counts.
    """

    name: str
    labels: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> Gauge:
        """The metric of a selector.

        Raises:
            BadInput: It cannot be read.
        """
        wanted = 'write a metric\'s name, and labels if need be: pool_used{pool="orders"}'
        try:
            found = list(parse(f"{text.strip()} 0\n", None))
        except ValueError:
            found = []
        if len(found) != 1:
            raise BadInput(f"'{text}' names no metric: {wanted}.")
        return cls(found[0].name, found[0].labels)

    def holds(self, series: Series) -> bool:
        """Whether it is about this value."""
        return series.name == self.name and self.labels.items() <= series.labels.items()


def fetch(http: requests.Session, url: str) -> str:
    """What an address answers.

    Raises:
        Unseen: Nothing, or not with status 200.
    """
    accept = {"Accept": "text/plain;version=0.0.4"}
    try:
        with http.get(
            url,
            headers=accept,
            timeout=(CONNECT_S, READ_S),
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise Unseen(f"its metrics were answered with status {answer.status_code}")
            return _text(answer)
    except requests.RequestException as error:
        # Not its words: they hold the address, and that may hold a password.
        raise Unseen(f"its metrics could not be read ({type(error).__name__})") from None


def _text(answer: requests.Response) -> str:
    parts, size = [], 0
    for part in answer.iter_content(65_536):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise Unseen(f"its metrics are more than {MOST_BYTES:,} bytes")
    return b"".join(parts).decode("utf-8", "replace")


def names_in(text: str) -> list[str]:
    """The names of the metrics in a text, each once."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    found = (_NAME.match(line) for line in lines)
    return list(dict.fromkeys(each[0] for each in found if each))


def parse(text: str, wanted: Collection[str] | None) -> Iterator[Series]:
    """The values in a text.

    Args:
        text: In the Prometheus text format.
        wanted: The names that count; None for all.  The others are not even parsed: a node
            exporter tells 1,500 values, of which 60 count here.

    Raises:
        ValueError: It is no such text.
    """
    # Only who reads metrics needs it.
    from prometheus_client.parser import text_string_to_metric_families

    chosen = text if wanted is None else "\n".join(_lines(text, wanted)) + "\n"
    families: Any = text_string_to_metric_families(chosen)
    for family in families:
        for each in family.samples:
            grows = family.type == "counter" or (
                family.type in ("histogram", "summary") and not each.labels.get("quantile")
            )
            yield Series(each.name, each.labels, _float(each.value), grows)


def _float(value: float) -> float:
    """A value as a float: the parser leaves whole numbers whole, however long they are."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _lines(text: str, wanted: Collection[str]) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name = line.removeprefix("# TYPE ").partition(" ")[0]
            if any(each.startswith(name) for each in wanted):
                yield line
        else:
            found = _NAME.match(line)
            if found and found[0] in wanted:
                yield line
