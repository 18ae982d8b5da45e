"""Whether each accepted request left exactly one trace in the system under test.

A client knows of each request one of three things: it was accepted (answered as its endpoint
expects), refused (answered otherwise, with a status below 500), or neither: a time-out, a broken
connection or a server error leave open whether it was carried out.  So there must be one row
of each accepted request, none of a refused one or of one that was never sent, and at most one of
the others.

Whoever stores the requests' ids (`X-Request-Id`) is asked for them, and each is looked at;
whoever only counts is compared by the number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ApiLoadLibrary.measurement.outcomes import is_dropped, is_status
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.workload.tracing import RequestIds

__all__ = ["Account", "account_of", "reading_of_count", "reading_of_ids"]

UNACCOUNTED = "unaccounted writes"
SHOWN = 3
INCOMPLETE = "too many failed, or died with a part of the load generator, to know each of them"


@dataclass(frozen=True, slots=True)
class Account:
    """What a client knows of its requests to one endpoint, over all phases of a run.

    Attributes:
        endpoint: The endpoint's name.
        requests: All that ended.
        accepted: How many were accepted.
        refused: Arrivals that were refused, by their numbers.
        unknown: Arrivals of which nothing is known.
        complete: Whether all of those are listed; of very many they are not, nor of what a part
            of the load generator had not told before it died.
        ids: What its requests carried as ids; None where they carried none.
    """

    endpoint: str
    requests: int
    accepted: int
    refused: frozenset[int]
    unknown: frozenset[int]
    complete: bool
    ids: RequestIds | None = field(repr=False)


def account_of(run: RunResult, name: str) -> Account | None:
    """The account of an endpoint of a run; None where the run has none of this name."""
    phases = [each.endpoints for each in run.phases] or [run.endpoints]
    parts = [each for part in phases for each in part if each.name.casefold() == name.casefold()]
    if not parts:
        return None
    tallies = [each.tally for each in parts]
    others = [each for tally in tallies for each in tally.unaccepted]
    errors = sum(each.errors for each in tallies)
    unknown = frozenset(arrival for arrival, outcome in others if _leaves_open(outcome))
    requests = sum(each.requests for each in tallies)
    return Account(
        endpoint=parts[0].name,
        requests=requests,
        accepted=requests - errors,
        refused=frozenset(arrival for arrival, _ in others) - unknown,
        unknown=unknown,
        complete=len(others) == errors and not run.generator.lost_shards,
        ids=parts[0].ids,
    )


def _leaves_open(outcome: int) -> bool:
    """Whether a request that ended so may have been carried out."""
    return outcome >= 500 if is_status(outcome) else not is_dropped(outcome)


def reading_of_count(account: Account, stored: int) -> Reading:
    """The account compared with how many rows there are."""
    fewest, most = account.accepted, account.accepted + len(account.unknown)
    basis = _basis(account, stored)
    if stored < fewest:
        return _found(account, fewest - stored, f"{fewest - stored:,} are missing", basis)
    if stored > most and account.complete:
        return _found(account, stored - most, f"{stored - most:,} are too many", basis)
    if not account.complete:
        return _unknown(account, INCOMPLETE, basis)
    if account.unknown:
        reason = (
            f"a count cannot tell them apart from {len(account.unknown):,} requests of unknown "
            "fate: let the server list the request ids (ids=)"
        )
        return _unknown(account, reason, basis)
    return _found(account, 0, "", basis)


def reading_of_ids(account: Account, stored: Sequence[str]) -> Reading:
    """The account compared with the request id of each row."""
    if account.ids is None:
        return _unknown(account, "its requests carried no ids of ours: compare by count (count=)")
    # Another endpoint of the run may have written to the same place.
    own = account.ids.run_id[:16]
    strange = sum(not each.startswith(own) for each in stored)
    arrivals = map(account.ids.arrival_of, stored)
    times = Counter(each for each in arrivals if each is not None)
    doubled = sum(count - 1 for count in times.values())
    refused = len(times.keys() & account.refused)
    missing = account.accepted - len(times.keys() - account.refused - account.unknown)
    if not account.complete:
        return _unknown(account, INCOMPLETE)
    twice = _shown(account.ids, (each for each, count in times.items() if count > 1))
    told = [
        _told(missing, "accepted and not stored"),
        _told(doubled, f"stored once too often ({twice})"),
        _told(refused, "refused and stored all the same"),
        _told(strange, "stored under an id that no request of this run had"),
    ]
    value = max(missing, 0) + doubled + refused + strange
    basis = _basis(account, times.total() + strange)
    return _found(account, value, "; ".join(filter(None, told)), basis)


def _basis(account: Account, stored: int) -> str:
    unknown = f", {len(account.unknown):,} of unknown fate" if account.unknown else ""
    return f"{account.accepted:,} accepted, {stored:,} stored{unknown}"


def _told(count: int, words: str) -> str:
    return f"{count:,} {'was' if count == 1 else 'were'} {words}" if count > 0 else ""


def _shown(ids: RequestIds, arrivals: Iterable[int]) -> str:
    named = [str(ids.of(each)) for each in sorted(arrivals)]
    return f"{', '.join(named[:SHOWN])}{', …' if len(named) > SHOWN else ''}"


def _unknown(account: Account, reason: str, basis: str = "") -> Reading:
    return Reading(
        *(UNACCOUNTED, None, account.requests, reason), basis=basis, endpoint=account.endpoint
    )


def _found(account: Account, value: int, reason: str, basis: str) -> Reading:
    if not account.accepted and not value:
        return _unknown(account, "no request was accepted", basis)
    return Reading(
        *(UNACCOUNTED, float(value), account.requests, reason),
        basis=basis,
        endpoint=account.endpoint,
        counted=True,
    )
