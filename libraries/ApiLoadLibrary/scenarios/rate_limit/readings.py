"""A probe's findings as figures that criteria judge, each with what explains it."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.readings import Reading

from .outcome import Outcome

__all__ = ["readings_of"]

UNNOTICED_MS = 5.0
"""Of two times below it none is slower: such differences are the machine's."""
NOTHING_REFUSED = "nothing was refused"


def readings_of(found: Outcome) -> tuple[Reading, ...]:
    """All figures of a probe."""
    return tuple(_readings(found))


def _readings(found: Outcome) -> Iterator[Reading]:
    yield _effectiveness(found)
    yield _over_admission(found)
    yield _false_refusals(found)
    yield _wrong_refusals(found)
    yield _honest(found)
    yield _refusal_time(found)
    yield _slow_down(found)
    yield _bystanders(found)


def _effectiveness(found: Outcome) -> Reading:
    above, value = found.above, found.effectiveness_percent
    basis = (
        f"{above.sent:,} requests, of which {found.contract} allows {found.allowed:,.0f}; "
        f"{above.refused:,} refused with {found.refused_with}"
    )
    reason = _why_not_refused(found)
    return Reading("rate limiting effectiveness", value, above.sent, reason, basis=basis)


def _why_not_refused(found: Outcome) -> str:
    above, line = found.above, found.line
    if not above.sent:
        return "nothing was sent above the limit"
    if found.shaping and line is not None:
        return (
            "requests are not refused but delayed: "
            f"they leave at {figure(line.rate_per_s)} a second, after up to "
            f"{figure(line.longest_s)} s"
        )
    if above.refused:
        return f"{above.accepted:,} were accepted, and {found.contract} allows {found.allowed:,.0f}"
    if found.contract.source == "none":
        return (
            f"no limit was stated or told, and none was found: not one of {above.sent:,} requests "
            f"was refused, at {2 * found.contract.limit:,.0f} a second"
        )
    none = f"not one of {found.excess:,} requests beyond the limit was refused"
    if above.wrong:
        return f"{none} with {found.refused_with}; {_statuses(found)}"
    return f"{none}; there seems to be no limit here" if above.accepted else none


def _statuses(found: Outcome) -> str:
    """`206 answers had status 503, which counts where refused_with=503 is stated`."""
    status, count = max(found.above.wrong.items(), key=lambda each: each[1])
    return f"{count:,} answers had status {status}; if that refuses, write refused_with={status}"


def _over_admission(found: Outcome) -> Reading:
    contract, most = found.contract, found.admission.most_in_window
    if contract.source == "none":
        reason = "no limit was stated or told, and none was found"
        return Reading("over-admission", None, 0, reason)
    allowed = contract.most_in_window
    return Reading(
        "over-admission",
        found.over_admission_percent if found.above.sent else None,
        found.above.sent,
        f"{most:,} were accepted within {contract.rate.per}, and {allowed:,.0f} are allowed",
        basis=f"at most {most:,} accepted within {contract.rate.per}, {allowed:,.0f} allowed",
    )


def _false_refusals(found: Outcome) -> Reading:
    below = found.below
    value = 100 * below.turned_away / below.sent if below.sent else None
    reason = (
        f"{below.turned_away:,} of {below.sent:,} requests below the limit were turned away"
        if below.sent
        else "nothing was sent below the limit"
    )
    basis = f"{below.sent:,} requests at four fifths of the limit"
    return Reading("false refusals", value, below.sent, reason, basis=basis)


def _wrong_refusals(found: Outcome) -> Reading:
    above = found.above
    if not above.turned_away:
        return Reading("wrong refusals", None, 0, NOTHING_REFUSED)
    value = 100 * (above.turned_away - above.refused) / above.turned_away
    basis = f"{above.turned_away:,} refusals, {above.refused:,} of them with {found.refused_with}"
    reason = _statuses(found) if above.wrong else ""
    return Reading("wrong refusals", value, above.turned_away, reason, basis=basis)


def _honest(found: Outcome) -> Reading:
    said = found.retry_after
    name, value = "honest retry-after", said.honest_percent
    if not said.refusals:
        return Reading(name, None, 0, NOTHING_REFUSED)
    if not said.present:
        return Reading(
            name, 0.0, said.refusals, f"not one of {said.refusals:,} refusals had a Retry-After"
        )
    if value is None:
        reason = "no request could be tried at the time that it tells"
        return Reading(name, None, said.refusals, reason)
    broken = [each for each in said.trials if not each.kept]
    missing = said.refusals - said.readable
    reasons = [
        f"{missing:,} of {said.refusals:,} refusals had none that can be read" if missing else "",
        *(
            f"told to wait for {figure(each.told_s)} s, "
            f"a request after {figure(each.waited_s)} s was "
            + ("accepted, so it could have come earlier" if each.early else "refused again")
            for each in broken[:1]
        ),
    ]
    tried = len(said.trials)
    basis = f"tried {tried:,} time{'s' * (tried != 1)}, too early and on time"
    return Reading(name, value, tried, "; ".join(filter(None, reasons)), basis=basis)


def _refusal_time(found: Outcome) -> Reading:
    refused = found.retry_after.refusals
    if found.refusal_p95_ms is None:
        return Reading("refusal time", None, 0, NOTHING_REFUSED)
    basis = f"95 of 100 refusals, of {refused:,}"
    return Reading("refusal time", found.refusal_p95_ms, refused, basis=basis)


def _slow_down(found: Outcome) -> Reading:
    name, before, above = "slow-down while limited", found.before_p95_ms, found.above_p95_ms
    if before is None or above is None:
        where = "below" if before is None else "above"
        return Reading(name, None, 0, f"no request {where} the limit was accepted")
    value = max(above, UNNOTICED_MS) / max(before, UNNOTICED_MS)
    basis = (
        f"p95 of what was accepted {figure(before)} ms below the limit, {figure(above)} ms above it"
    )
    return Reading(name, value, found.above.accepted, basis=basis)


def _bystanders(found: Outcome) -> Reading:
    name = "disturbed bystanders"
    if not found.bystanders:
        reason = "nobody was asked for beside it: name one with bystander= or other_token="
        return Reading(name, None, 0, reason)
    sent = sum(each.sent for each in found.bystanders)
    if not sent:
        return Reading(name, None, 0, "no request to them was sent while the limit was exceeded")
    worst = max(found.bystanders, key=lambda each: each.disturbed / max(1, each.sent))
    reason = (
        f"of {worst.sent:,} requests to {worst.name} {worst.refused:,} were refused, "
        f"{worst.failed:,} failed and {worst.slow:,} were slow"
    )
    names = " and ".join(each.name for each in found.bystanders)
    value = 100 * sum(each.disturbed for each in found.bystanders) / sent
    return Reading(name, value, sent, reason, basis=f"{sent:,} requests to {names}")
