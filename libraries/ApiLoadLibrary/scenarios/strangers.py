"""Strangers: requests that must be refused, sent beside the load of those who may come in.

Each endpoint is asked by strangers of several kinds: without a token; with one whose signature
is forged; with one that claims to need none (a JWT of `alg: none`, RFC 8725, section 3.1); and
with one that has expired, where the suite has such a one.  Refused is who is answered with 401
or 403; admitted, who gets what it asked for or is sent on to it: any status below 400.  What
ends in another way is neither; of whom nobody was refused, nothing is known.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import is_status
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint

from .load import Load, sustained

__all__ = ["Disguise", "by_strangers", "disguises", "let_in", "stranger_load"]

REFUSALS = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Disguise:
    """One kind of stranger.

    Attributes:
        kind: What it comes with: `no token`.
        token: The bearer token that it shows; None where it shows none.
    """

    kind: str
    token: str | None


def disguises(token: str, expired: str | None) -> list[Disguise]:
    """Every kind of stranger that can be made of a good token, and of an expired one.

    Raises:
        BadInput: The expired token is the good one.
    """
    if expired == token:
        raise BadInput("expired= is the token that is in use: give one that has run out.")
    found = [Disguise("no token", None), Disguise("forged token", _forged(token))]
    if (unsigned := _unsigned(token)) not in (None, token):
        found.append(Disguise("unsigned token", unsigned))
    if expired is not None:
        found.append(Disguise("expired token", expired))
    return found


def _forged(token: str) -> str:
    """As long and of the same letters, but signed by nobody."""
    rest, dot, signature = token.rpartition(".")
    forged = signature[::-1]
    if forged == signature:
        forged = f"{'B' if signature.startswith('A') else 'A'}{signature[1:]}"
    return f"{rest}{dot}{forged}"


def _unsigned(token: str) -> str | None:
    """The same claims of a JWT in one that says it needs no signature; None of other tokens."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    return f"{header.decode().rstrip('=')}.{parts[1]}."


def by_strangers(endpoints: Sequence[Endpoint], kinds: Sequence[Disguise]) -> list[Endpoint]:
    """Each of these endpoints, asked by each kind of stranger: without cookies, for a session
    that signing in has begun would let anybody in."""
    return [
        replace(
            endpoint,
            name=f"{endpoint.name} ({each.kind})",
            headers={
                **_others(endpoint),
                "Authorization": each.token and f"Bearer {each.token}",
                "Cookie": None,
            },
            expected=REFUSALS,
            group=endpoint.name,
        )
        for endpoint in endpoints
        for each in kinds
    ]


def _others(endpoint: Endpoint) -> dict[str, str | None]:
    """The endpoint's own headers, but for its own token and cookies."""
    own = ("authorization", "cookie")
    return {k: v for k, v in endpoint.headers.items() if k.casefold() not in own}


def stranger_load(rate: Rate, length: Duration) -> Load:
    """How often each stranger comes."""
    return replace(sustained(rate, length), scenario="strangers", words=f"strangers at {rate}")


def let_in(kinds: Sequence[Disguise], beside: Sequence[str]) -> Callable[[RunResult], RunResult]:
    """Finds in a result who was admitted.

    Args:
        kinds: All kinds of strangers, in the order in which each endpoint was asked by them.
        beside: The names of load runs that went on meanwhile.
    """

    def conclude(run: RunResult) -> RunResult:
        rows = [
            _row(endpoint, kinds[place % len(kinds)].kind)
            for place, endpoint in enumerate(run.endpoints)
        ]
        details = {"strangers": rows, "beside": list(beside)}
        return replace(run, details=details, readings=(_reading(rows, beside),))

    return conclude


def _row(endpoint: EndpointResult, kind: str) -> dict[str, Any]:
    outcomes = endpoint.tally.outcomes
    answered = {code: count for code, count in outcomes.items() if is_status(code)}
    admitted = {str(code): count for code, count in answered.items() if code < 400}
    return {
        "endpoint": endpoint.group,
        "kind": kind,
        "requests": endpoint.tally.requests,
        "answered": sum(answered.values()),
        "refused": sum(answered.get(code, 0) for code in REFUSALS),
        "admitted": sum(admitted.values()),
        "admitted_by_status": admitted,
    }


def _reading(rows: Sequence[dict[str, Any]], beside: Sequence[str]) -> Reading:
    answered, admitted = (sum(row[name] for row in rows) for name in ("answered", "admitted"))
    if not answered:
        return Reading("admitted strangers", None, 0, "no stranger got an answer")
    guilty = [row for row in rows if row["admitted"]]
    unproven = [row for row in rows if not row["refused"]]
    if unproven and not guilty:
        return Reading("admitted strangers", None, answered, _not_refused(unproven))
    told = "; ".join(
        f"{row['endpoint']} let in {row['admitted']:,} with {_article(row['kind'])}"
        for row in guilty[:3]
    )
    more = f"; and {len(guilty) - 3} more" if len(guilty) > 3 else ""
    meanwhile = f" while {' and '.join(beside)} went on" if beside else ""
    return Reading(
        "admitted strangers",
        100 * admitted / answered,
        answered,
        f"{told}{more}",
        basis=f"{answered:,} strangers{meanwhile}",
        counted=True,
    )


def _not_refused(rows: Sequence[dict[str, Any]]) -> str:
    first = rows[0]
    more = f" (and {len(rows) - 1} more such)" if len(rows) > 1 else ""
    return (
        f"{first['endpoint']} turned nobody away with {_article(first['kind'])}{more}: of "
        f"{first['requests']:,} requests {first['answered']:,} were answered, none with 401 or 403"
    )


def _article(kind: str) -> str:
    if kind.startswith("no "):
        return kind
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
