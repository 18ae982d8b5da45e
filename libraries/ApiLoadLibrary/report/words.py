"""A report's verdict and its load runs in plain words."""

from __future__ import annotations

from ApiLoadLibrary.measurement.result import SUITE
from ApiLoadLibrary.values import Rate, TimeUnit

from . import formats
from .attempts import retry, retry_tail
from .details_of_journeys import journeys_words
from .document import Criterion, Document, Endpoint, Run, Verdict
from .requirement import finding, requirement
from .tally import verdict_words

__all__ = ["headline", "lead", "load_sentence", "steadiness"]

MOST_SENTENCES = 3


def headline(document: Document) -> str:
    """The verdict in a line: `Not ready: 6 of 8 requirements met, 1 not met, …`."""
    said = verdict_words(document.verdict, [each.verdict for each in document.criteria])
    return f"{said}{retry_tail(document)}{_despite(document)}"


def _despite(document: Document) -> str:
    """What stands against a pass although no criterion does."""
    if document.interrupted:
        return "; this report is partial"
    if document.failed_tests and document.verdict is not Verdict.FAIL:
        failed = formats.plural(len(document.failed_tests), "test")
        return f"; {failed} failed for another reason"
    return ""


def lead(document: Document) -> list[str]:
    """The sentences under the headline: what decided."""
    sentences = []
    if document.interrupted:
        sentences.append(f"This report is partial: {document.interrupted}.")
    sentences += retry(document)
    decisive = [each for each in document.criteria if each.verdict is Verdict.FAIL]
    decisive = decisive or [each for each in document.criteria if each.verdict is not Verdict.PASS]
    sentences += [_decisive(each) for each in decisive[:MOST_SENTENCES]]
    if len(decisive) > MOST_SENTENCES:
        sentences.append(f"And {len(decisive) - MOST_SENTENCES} more, in the table below.")
    if document.verdict is Verdict.PASS:
        sentences += _tightest(document)
    if not document.runs:
        sentences.append("No load was sent.")
    return sentences


def _decisive(criterion: Criterion) -> str:
    if criterion.verdict is Verdict.FAIL:
        return finding(criterion)
    return f"“{requirement(criterion)}” could not be judged: {criterion.reason.rstrip('.')}."


def _tightest(document: Document) -> list[str]:
    # Nobody can carry more than all of the load: a floor says nothing of room to spare.
    ceilings = [each for each in document.criteria if each.operator.startswith("<")]
    known = [each for each in ceilings if each.margin is not None]
    if not known:
        return []
    closest = min(known, key=_margin)
    measured = formats.amount(closest.measured, closest.unit, closest.target)
    where = f" ({closest.endpoint})" if closest.endpoint else ""
    limit = formats.limit(closest.target, closest.unit)
    sentence = f"Least room to spare: “{requirement(closest)}”"
    return [f"{sentence}. Measured: {measured}{where}, limit {limit}."]


def _margin(criterion: Criterion) -> float:
    return criterion.margin or 0.0


_PHASES = {"below": "load below the limit"}
"""Names of phases that are no words of a sentence."""


def load_sentence(run: Run) -> str:
    """What was sent: `1,000 requests a minute on each of 10 endpoints for 5 min.`"""
    rates = {each.rate for each in run.endpoints}
    length = f"{formats.duration(run.length_s)}{_after(run)}"
    if run.scenario == "websocket_flood":
        return f"{_flood(run.endpoints)}."
    if run.scenario == SUITE:
        requests = formats.plural(run.requests, "request")
        return f"{requests} of the suite itself, one at a time, in {length}."
    if run.scenario == "journey" and run.details:
        return f"{journeys_words(run.details['journeys'])} within {length}."
    if len(rates) != 1:
        return f"{_all_rates(run)} {_on(run.endpoints, even=False)} for {length}."
    if run.scenario == "burst":
        return f"A burst {_on(run.endpoints, even=True)} for {length}: {run.endpoints[0].rate}."
    (rate,), where = rates, _on(run.endpoints, even=True)
    words = _rate_words(rate)
    return f"{words} {where} for {length}." if words else f"Load {where} for {length}: {rate}."


def steadiness(run: Run) -> str:
    """Whether response times settled, where there is something to be said of it."""
    if run.settled is False:
        return "Response times never settled: a longer run may show others."
    if run.settled_after_s:
        first = formats.duration(run.settled_after_s)
        return f"The first {first} were a warm-up, unlike the rest; they count all the same."
    return ""


def _after(run: Run) -> str:
    """What came before the part that is judged."""
    start_s = next((each.start_s for each in run.phases if each.judged), 0.0)
    if run.scenario == "burst":
        return ""
    earlier = (each.name for each in run.phases if each.end_s <= start_s)
    names = " and ".join(_PHASES.get(each, each) for each in earlier)
    return f", after {formats.duration(start_s)} of {names}" if names else ""


def _rate_words(text: str) -> str | None:
    """A rate as people say it; None of a load that has not the same one all the time."""
    try:
        rate = Rate.parse(text)
    except ValueError:
        return None
    units = {unit.duration: unit.name.lower() for unit in TimeUnit}
    per = f"a {units[rate.per]}" if rate.per in units else f"every {rate.per}"
    one = str(rate).partition("/")[0] == "1"
    return f"{str(rate).partition('/')[0]} request{'' if one else 's'} {per}"


def _flood(endpoints: tuple[Endpoint, ...]) -> str:
    connections, *others = endpoints
    messages = "".join(f", with {each.rate} messages" for each in others)
    return f"{connections.rate}{messages}"


def _all_rates(run: Run) -> str:
    return f"{formats.rate(run.offered_rate_per_s).removesuffix('/s')} requests a second"


def _on(endpoints: tuple[Endpoint, ...], *, even: bool) -> str:
    names = [each.name for each in endpoints]
    if len(names) == 1:
        return f"on {names[0]}"
    each = "on each of" if even else "over"
    return f"{each} {len(names)} endpoints"
