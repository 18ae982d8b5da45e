"""Criteria in a file that the business keeps: TOML or YAML, beside what the report says of each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import yaml

from ApiLoadLibrary.errors import BadInput, nearest

__all__ = ["Requirement", "read_criteria"]

_FIELDS = ("criterion", "id", "requirement", "owner", "clause")
_CHANGED = (bool, float, date, time)
"""What is no longer as it was written: `4.20` would be shown as 4.2, and `yes` as True."""
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError)
"""What the readers raise; PyYAML many things, for values that are not what they look like."""


class _Loader(yaml.SafeLoader):
    """Leaves whole numbers as they are written: `007` and `4:20` are not 7 and 260."""


def _as_written(loader: _Loader, node: yaml.ScalarNode) -> str:
    return loader.construct_yaml_str(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _as_written)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A criterion, and whose it is.

    Attributes:
        criterion: In the language.
        id, requirement, owner, clause: As the report shows them, where they are given.
    """

    criterion: str
    id: str | None = None
    requirement: str | None = None
    owner: str | None = None
    clause: str | None = None


def read_criteria(file: str) -> list[Requirement]:
    """The requirements of a file, in its order.

    Args:
        file: Its path; the suffix says what it is: .toml, .yaml or .yml.

    Raises:
        BadInput: It cannot be read, or an entry is not what it may be.
    """
    found = _read(Path(file))
    criteria = found.get("criteria") if isinstance(found, Mapping) else None
    if not isinstance(criteria, list) or not criteria:
        raise BadInput(f"file='{file}' has no list named criteria: see Verify Criteria From.")
    return [_requirement(file, number, each) for number, each in enumerate(criteria, 1)]


def _read(path: Path) -> Any:
    suffix = path.suffix.lower()
    if suffix not in (".toml", ".yaml", ".yml"):
        raise BadInput(f"file='{path}' must end in .toml, .yaml or .yml.")
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows likes to begin with a mark
        if suffix == ".toml":
            return tomllib.loads(text)
        return yaml.load(text, _Loader)  # noqa: S506 - it is the safe one, but for numbers
    except FileNotFoundError:
        raise BadInput(f"file='{path}' does not exist in {Path.cwd()}.") from None
    except RecursionError:
        raise BadInput(f"file='{path}' cannot be read: it is nested too deeply.") from None
    except _UNREADABLE as error:
        raise BadInput(f"file='{path}' cannot be read: {' '.join(str(error).split())}") from None


def _requirement(file: str, number: int, entry: Any) -> Requirement:
    where = f"file='{file}', entry {number}"
    if isinstance(entry, str):
        return Requirement(entry)
    if not isinstance(entry, Mapping):
        raise BadInput(f"{where} is no criterion: write it as text, or behind criterion:.")
    for key, value in entry.items():
        if key not in _FIELDS:
            guess = nearest(str(key), _FIELDS)
            hint = f" Did you mean '{guess}'?" if guess else ""
            raise BadInput(f"{where} has '{key}'.{hint} There is: {', '.join(_FIELDS)}.")
        if isinstance(value, _CHANGED):
            raise BadInput(f"{where}: {key} is read as {value}: put it in quotes.")
        if not isinstance(value, str | int):
            raise BadInput(f"{where}: {key} must be one text.")
    if "criterion" not in entry:
        raise BadInput(f"{where} has no criterion: write for example criterion: error rate < 1 %.")
    return Requirement(**{key: str(value) for key, value in entry.items()})
