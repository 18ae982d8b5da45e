"""A rate limit's part of the page: what the limiter does, in words, and a picture of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import formats
from .document import Run
from .drawing import Chart, Line, Table
from .scenario_details import Details
from .tables_of_rate_limit import tables_of

__all__ = ["details_of_rate_limit"]

_SOURCES = {
    "stated": "stated",
    "headers": "taken from the answers' headers",
    "found": "found by running into it",
    "none": "none: nobody states one",
}


def details_of_rate_limit(run: Run) -> Details:
    """What was found, of a probe or of an identification."""
    details = run.details
    identified = details["kind"] == "identification"
    return Details(
        title="What kind of limiter it is" if identified else "What the rate limit does",
        sentences=tuple((_identity if identified else _probe)(details)),
        facts=tuple(_facts(details)),
        charts=(_curve(details),),
        tables=tuple(tables_of(details)),
    )


def _probe(details: dict[str, Any]) -> Iterator[str]:
    yield _effect(details)
    if details["starved"]:
        yield (
            "While too much is sent it lets next to nothing through: refused requests seem to "
            "count as well, so that who goes on is punished."
        )
    yield from _faults(details)
    yield from _retry_after(details["retry_after"])
    yield from _others(details["bystanders"])
    yield from (formats.sentence(each) for each in details["headers"]["contradictions"])


def _effect(details: dict[str, Any]) -> str:
    above, line = details["above"], details["line"]
    sent, refused = above["sent"], above["refused"]
    if not sent:
        return "Nothing was sent above the limit, so that nothing is known of it."
    if details["shaping"]:
        return (
            "It refuses nothing and delays what exceeds the limit instead (shaping): requests "
            f"leave at {formats.rate(line['rate_per_s'])}, after up to "
            f"{formats.milliseconds(line['longest_ms'])}."
        )
    if not refused:
        return f"Not one of {formats.plural(sent, 'request')} was refused: nothing limits them."
    share = formats.percent(details["effectiveness_percent"])
    allowed = formats.count(round(details["allowed"]))
    words = f"{formats.count(sent)} requests were sent, where {allowed} may be accepted at most"
    delays = ", and delays some of the others" if line else ""
    return f"{words}: it refused {share} of the excess{delays}."


def _faults(details: dict[str, Any]) -> Iterator[str]:
    below = details["below"]
    wrong = sum(each["answers"] for each in below["other_statuses"])
    if turned_away := below["refused"] + wrong:
        yield (
            f"{formats.count(turned_away)} of {formats.plural(below['sent'], 'request')} were "
            "turned away although they kept to the limit."
        )
    if details["over_admission_percent"] and details["above"]["refused"]:
        yield (
            f"Within {formats.duration(details['contract']['window_s'])} it once let "
            f"{formats.count(details['most_in_window'])} through: "
            f"{formats.percent(details['over_admission_percent'])} too much."
        )
    for each in details["above"]["other_statuses"]:
        yield f"{formats.plural(each['answers'], 'request')} ended in status {each['status']}."


def _retry_after(said: dict[str, Any]) -> Iterator[str]:
    if not said["refusals"]:
        return
    if not said["present"]:
        yield "Refusals do not tell when to come back (no Retry-After)."
        return
    broken = next((each for each in said["trials"] if not each["kept"]), None)
    if broken:
        told, waited = (formats.duration(broken[each]) for each in ("told_s", "waited_s"))
        what = "accepted" if broken["accepted"] else "refused again"
        yield (
            f"Refusals tell when to come back, but not truly: told to wait for {told}, a request "
            f"after {waited} was {what}."
        )
    elif said["honest_percent"] == 100:
        yield "Refusals tell when to come back (Retry-After), and that is true."


def _others(bystanders: list[dict[str, Any]]) -> Iterator[str]:
    for each in bystanders:
        wrong = each["refused"] + each["failed"] + each["slow"]
        if not each["sent"]:
            continue
        if wrong:
            yield (
                f"{each['name']} was disturbed: {wrong:,} of {each['sent']:,} requests were "
                "refused, failed or slow."
            )
        else:
            yield f"{each['name']} did not notice: all {each['sent']:,} requests were served."


def _identity(details: dict[str, Any]) -> Iterator[str]:
    found = details["identity"]
    if found["kind"] == "unclassified":
        yield formats.sentence(f"it cannot be told: {found['reason']}")
        return
    mismatch = formats.percent(found["mismatch_percent"])
    yield f"It is a {found['words']}{_with(found['settings'])}."
    yield (
        f"Such a limiter would have decided {mismatch} of "
        f"{formats.plural(details['sent'], 'request')} otherwise than this one did."
    )


def _with(settings: dict[str, float]) -> str:
    """`: 20 requests in 2 s`."""
    if "limit" in settings:
        window = formats.duration(settings["window_s"])
        return f": {formats.number(settings['limit'], 0)} requests in {window}"
    if "burst" in settings:
        burst = formats.number(settings["burst"], 0)
        return f": {formats.rate(settings['rate_per_s'])}, and {burst} at once"
    return f": {formats.rate(settings['rate_per_s'])}" if settings else ""


def _facts(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    contract = details["contract"]
    yield "Limit", f"{contract['words']}, {_SOURCES[contract['source']]}"
    yield "Refused with", str(details["refused_with"])
    if details["kind"] == "identification":
        yield "Accepted", formats.count(details["accepted"])
        yield "Refused", formats.count(details["refused"])
        return
    if details["limit_found"] is not None:
        window = formats.duration(contract["window_s"])
        yield "Limit found", f"{formats.number(details['limit_found'], 1)} in {window}"
    if contract["burst"] is not None and details["burst_found"] is not None:
        yield "At once", formats.number(details["burst_found"], 1)
    yield "Effectiveness", formats.percent(details["effectiveness_percent"])
    yield "95 of 100 refusals", formats.milliseconds(details["refusal_p95_ms"])
    for name, words in (("below", "below the limit"), ("above", "above it")):
        yield f"95 of 100 accepted {words}", formats.milliseconds(details["accepted_p95_ms"][name])


def _curve(details: dict[str, Any]) -> Chart:
    curve = details["curve"]
    step_s, accepted, allowed = curve["step_s"], curve["most_accepted"], curve["allowed"]
    rows = tuple(
        (formats.duration(place * step_s), formats.count(most), formats.number(limit, 1))
        for place, (most, limit) in enumerate(zip(accepted, allowed, strict=True))
        if place and not place % 3
    )
    return Chart(
        title="What was let through in any stretch of time",
        caption=(
            "The most that was accepted in any stretch of that length, wherever it began. Above "
            "the allowed line the limiter let too much through."
        ),
        unit="",
        length_s=step_s * (len(accepted) - 1),
        lines=(
            Line("allowed", "l3", tuple(allowed)),
            Line("accepted", "l1", tuple(float(each) for each in accepted)),
        ),
        band=False,
        limit=None,
        table=Table("Accepted in any stretch of time", ("Length", "Accepted", "Allowed"), rows),
        step_s=step_s,
        of_lengths=True,
    )
