"""Criteria in a file that the business keeps: TOML or YAML, beside what the report says of each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ApiLoadLibrary.errors import BadInput, nearest

__all__ = ["Requirement", "read_criteria"]

_FIELDS = ("criterion", "id", "requirement", "owner", "clause")


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
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) if suffix == ".toml" else yaml.safe_load(text)
    except FileNotFoundError:
        raise BadInput(f"file='{path}' does not exist in {Path.cwd()}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as error:
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
        if not isinstance(value, str | int | float):
            raise BadInput(f"{where}: {key} must be one text.")
    if "criterion" not in entry:
        raise BadInput(f"{where} has no criterion: write for example criterion: error rate < 1 %.")
    return Requirement(**{key: str(value) for key, value in entry.items()})
