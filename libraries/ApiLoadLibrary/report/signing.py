"""Signatures under a report: who approves, in which role, and exactly what.

An approval names the SHA-256 of all that it is given for: the report's JSON without any approvals,
in one spelling (keys sorted, no spaces).  So a second approval leaves the first as it is, and one
whose report was changed afterwards can be told: it is void.  It is a statement by somebody, tied to
figures; no proof of who made it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from .document import Approval

__all__ = ["judged_sha256", "signed"]

APPROVALS = "approvals"


def judged_sha256(text: str) -> str:
    """Of all that a report's JSON says, but for its approvals."""
    return _sha256(json.loads(text))


def _sha256(data: dict[str, Any]) -> str:
    judged = {name: value for name, value in data.items() if name != APPROVALS}
    spelled = json.dumps(judged, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def signed(text: str, approval: Approval) -> str:
    """A report's JSON with one approval more, for what it says now; all else stays as it is.

    Args:
        text: The JSON of a report that can be read.
        approval: Whatever it names as its SHA-256.
    """
    data = json.loads(text)
    over = dataclasses.replace(approval, judged_sha256=_sha256(data))
    data[APPROVALS] = [*data.get(APPROVALS, ()), dataclasses.asdict(over)]
    dumped = json.dumps(data, indent=2, ensure_ascii=False)
    # As in `to_json`: half a surrogate pair has no UTF-8.
    return dumped.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"
