"""Requirements on what only one kind of load can show, as somebody without the trade reads them.

Each is a sentence with a place for its limit, and for the endpoint where one is named; `{of}`
becomes ` of Products`, `{to}` becomes ` to Products`.
"""

from __future__ import annotations

from . import formats
from .document import Criterion

__all__ = ["OBSERVED_FINDINGS", "OBSERVED_WORDS", "observed_words"]

OBSERVED_WORDS = {
    "degradation": "In the burst 95 of 100 requests{to} take {limit} as long as before it",
    "admitted strangers": "{limit} of those who come without a right get in",
    "unaccounted writes": "{limit} of what was accepted{of} is lost, or there twice",
    "recovery": "{limit} after the trouble is over all is well again, for good",
    "detection": "{limit} after the first failure a circuit breaker turns requests away",
    "failures before opening": "{limit} requests fail before a circuit breaker opens",
    "fast failure time": "95 of 100 requests that cannot be served are told so in {limit}",
    "open time": "a circuit breaker stays open for {limit}",
    "residual errors": "{limit} of the requests fail after the recovery",
    "errors under overload": "{limit} of the requests fail while the overload or fault lasts",
    "overshoot": "just back, 95 of 100 requests take {limit} as long as when all was well",
    "refused connections": "{limit} of the connections are refused",
    "dropped connections": "{limit} of the connections are dropped while they are to be held",
    "sustained connections": "{limit} of the connections are held all the time",
    "held connections": "{limit} connections are held at once, all the time",
    "lost messages": "{limit} of the messages are lost",
    "duplicated messages": "{limit} of the messages are answered twice",
    "reordered messages": "{limit} of the messages are answered out of order",
    "reconnect time": "{limit} after all connections were dropped, all are back",
    "rate limiting effectiveness": "{limit} of what exceeds the rate limit is refused",
    "over-admission": "the rate limit lets {limit} too much through at any time",
    "false refusals": "{limit} of the requests that keep to the rate limit are refused",
    "wrong refusals": "{limit} of the refusals have another status than was agreed",
    "honest retry-after": "refused requests are told when to come back, and {limit} of it is true",
    "refusal time": "95 of 100 refused requests are told so in {limit}",
    "slow-down while limited": "who keeps being served at the rate limit waits {limit} as long",
    "disturbed bystanders": "{limit} of the requests of others are disturbed by who is limited",
    "return to normal": "{limit} after the burst requests{to} are as quick as before it",
    "highest rate": "{limit} can be carried with all that was asked of them",
}

NONE_WORDS = {
    "false refusals": "Nobody who keeps to the rate limit is refused",
    "wrong refusals": "Every refusal has the status that was agreed",
    "disturbed bystanders": "Nobody else notices that somebody is being limited",
    "admitted strangers": "Nobody gets in without a right",
    "refused connections": "No connection is refused",
    "dropped connections": "No connection is dropped while it is to be held",
    "lost messages": "No message is lost",
    "duplicated messages": "No message is answered twice",
    "reordered messages": "Messages are answered in their order",
    "unaccounted writes": "All that was accepted{of} was stored, once each",
}
"""Where the limit is none at all."""

OBSERVED_FINDINGS = {
    "degradation": "in the burst 95 of 100 requests{to} took {measured} as long as before it",
    "return to normal": "{measured} after the burst requests{to} were as quick as before it",
    "admitted strangers": "{measured} of those who came without a right got in",
    "rate limiting effectiveness": "{measured} of what was sent beyond the limit was refused",
    "refused connections": "{measured} of the connections were refused",
    "dropped connections": "{measured} of the connections were dropped before their time",
    "sustained connections": "{measured} of the connections were held all the time",
    "held connections": "{measured} connections were held at once, all the time",
    "lost messages": "{measured} of the messages were lost",
    "duplicated messages": "{measured} of the messages were answered twice",
    "reordered messages": "{measured} of the messages were answered out of order",
    "reconnect time": "all connections were back {measured} after they had been dropped",
    "recovery": "all was well again {measured} after the trouble was over",
    "detection": "a circuit breaker turned requests away {measured} after the first failure",
    "fast failure time": "95 of 100 requests that could not be served were told so in {measured}",
    "residual errors": "{measured} of the requests failed after the recovery",
    "errors under overload": "{measured} of the requests failed while the overload or fault lasted",
    "overshoot": "just back, 95 of 100 requests took {measured} as long as when all was well",
}
"""What was measured, in the same way: `{measured}` becomes the value."""

_COMPARED = {"<": "less than", "<=": "no more than", ">": "more than", ">=": "at least"}


def _rate(per_s: float) -> str:
    """As people say it: by the minute where that is a whole number and by the second is none."""
    per_min = round(60 * per_s, 6)
    if per_min.is_integer() and not per_s.is_integer():
        return f"{formats.number(per_min, 0)} requests a minute"
    return f"{formats.limit(per_s, '/s').removesuffix('/s')} requests a second"


def observed_words(criterion: Criterion, metric: str) -> str:
    """The requirement as a sentence."""
    limit = formats.limit(criterion.target, criterion.unit)
    if criterion.unit == "/s":
        limit = _rate(criterion.target)
    scope = criterion.scope
    none = not criterion.target and criterion.operator == "<="
    pattern = NONE_WORDS.get(metric) if none else None
    words = (pattern or OBSERVED_WORDS[metric]).format(
        limit=f"{_COMPARED[criterion.operator]} {limit}",
        of=f" of {scope}" if scope else "",
        to=f" to {scope}" if scope else "",
    )
    return f"{words[0].upper()}{words[1:]}"
