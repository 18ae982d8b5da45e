"""What to do next: rules over the evidence in a document.

Each rule is one small function that looks at the figures and answers with nothing unless they
say it themselves; the table (`table.py`) has what is to be done about it, by whom, and which
rules are silent when another explains the same better or would say the opposite.  Nothing but
the document is read, so that advice can be made again from its JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ApiLoadLibrary.report.document import Document, Recommendation

from .evidence import SessionEvidence
from .headroom import headrooms
from .rule import Found, Rule, Sure
from .table import RULES

__all__ = ["RULES", "Found", "Rule", "headrooms", "look", "recommend"]

MOST_RUNS = 3


def recommend(document: Document, rules: Iterable[Rule] = RULES) -> tuple[Recommendation, ...]:
    """What the rules have to say of a document, the most urgent first."""
    names = {run.id: run.name for run in document.runs}
    return tuple(
        recommendation
        for rule, found in look(document, rules)
        for recommendation in _recommendations(rule, found, names)
    )


def look(document: Document, rules: Iterable[Rule] = RULES) -> list[tuple[Rule, list[Found]]]:
    """What each rule has found, less what another explains better or would say the opposite of."""
    session = SessionEvidence(document)
    found = [(rule, list(rule.look(session))) for rule in rules]
    spoke = {(rule.name, each.run) for rule, founds in found for each in founds}
    return [
        (
            rule,
            [each for each in founds if not any((name, each.run) in spoke for name in rule.unless)],
        )
        for rule, founds in found
    ]


def _recommendations(
    rule: Rule, founds: list[Found], names: dict[str, str]
) -> Iterator[Recommendation]:
    """The surest first; what was found about the same in several runs is said once."""
    alike: dict[tuple[str, str], list[Found]] = {}
    for each in sorted(founds, key=lambda each: each.sure):
        alike.setdefault((each.finding, each.about), []).append(each)
    for group in alike.values():
        first = group[0]
        yield Recommendation(
            finding=first.finding,
            evidence=tuple(_evidence(group, names)),
            advice=first.advice or rule.advice,
            who=first.who or rule.who,
            confidence=Sure(first.sure).name.lower(),
            criteria=tuple(dict.fromkeys(name for each in group for name in each.criteria)),
        )


def _evidence(group: list[Found], names: dict[str, str]) -> Iterator[str]:
    """That of the first, and in which runs it was, where there are several."""
    yield from group[0].evidence
    runs = [names[each.run] for each in group if each.run in names]
    if len(names) < 2 or not runs:
        return
    told = ", ".join(f"“{name}”" for name in dict.fromkeys(runs[:MOST_RUNS]))
    more = len(runs) - MOST_RUNS
    yield f"Seen in {told}{f' and {more} more' if more > 0 else ''}."
