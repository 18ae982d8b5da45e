"""Several reports as one: of pabot's processes, of shards on several machines, of reruns."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar, get_origin, get_type_hints

from ApiLoadLibrary.errors import BadInput

from .advice import recommend
from .build import seconds_between, session_verdict
from .document import SCHEMA_VERSION, Document, EarlierSession, SystemUnderTest
from .earlier import earlier_session, only, told
from .record import LEFT_OUT

__all__ = ["merged"]

Named = tuple[str, Document]
T = TypeVar("T")

_RUNNING_NUMBER = re.compile(r"C\d+")


def merged(reports: Sequence[Named]) -> Document:
    """One document of several of the same system; its verdict follows the same rule.

    Runs, criteria, alerts and all other lists are put together in the order of time; histograms
    stay as they are, one for each endpoint of a run, so that nothing is lost.  A test that was
    run again, in a session that began when the other had ended, counts with its last outcome;
    the earlier ones become attempts.  Sessions at the same time are shards: all of them count.

    Args:
        reports: Each with its file's name.

    Raises:
        BadInput: They are of different systems, or hold the same load run.
    """
    ordered = sorted(reports, key=lambda each: _moment(each[1].started_at))
    documents = [document for _, document in ordered]
    system = _one_system(documents)
    _require_different_runs(ordered)
    parts = [_without(each, _run_again(each, documents)) for each in documents]
    joined = _joined(_numbered(parts))
    made = replace(
        joined,
        schema_version=SCHEMA_VERSION,
        system_under_test=system,
        not_judged=tuple(
            each
            for each in joined.not_judged
            if each.reason != LEFT_OUT or each.what not in joined.tests
        ),
        attempts=_attempts(ordered),
        history=(),
        verdict=session_verdict(
            (each.verdict for each in joined.criteria),
            disturbed=bool(joined.failed_tests or joined.interrupted),
        ),
    )
    known = all(each.left_out is not None for each in documents)
    left_out = sum(each.reason == LEFT_OUT for each in made.not_judged) if known else None
    made = replace(made, left_out=left_out, recommendations=())
    return replace(made, recommendations=recommend(made))


def _moment(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _one_system(documents: Iterable[Document]) -> SystemUnderTest:
    """What all of them tested; where it stands may differ from process to process."""
    found: dict[str, dict[Any, None]] = {}
    for each in dataclasses.fields(SystemUnderTest):
        values = (getattr(document.system_under_test, each.name) for document in documents)
        found[each.name] = dict.fromkeys(value for value in values if value)
    for name in ("name", "version", "commit", "environment"):
        if len(found[name]) > 1:
            told = ", ".join(f"'{value}'" for value in found[name])
            raise BadInput(
                f"These reports are of different systems, their {name} is {told}: "
                "put them side by side with compare."
            )
    address = ", ".join(found.pop("base_url"))
    return SystemUnderTest(
        address, **{name: next(iter(each), None) for name, each in found.items()}
    )


def _require_different_runs(reports: Iterable[Named]) -> None:
    seen: dict[str, str] = {}
    for name, document in reports:
        for run in document.runs:
            if run.id in seen:
                raise BadInput(
                    f"{seen[run.id]} and {name} hold the same load run, {run.id}: "
                    "give each session once."
                )
        seen |= {run.id: name for run in document.runs}


# Tests that were run again.


def _run_again(document: Document, documents: Iterable[Document]) -> set[str]:
    """The tests of a session that a later one ran again."""
    ended = _moment(document.finished_at)
    later = (each for each in documents if _moment(each.started_at) >= ended)
    return {test for each in later if each is not document for test in each.tests} & {
        *document.tests
    }


def _without(document: Document, tests: set[str]) -> Document:
    """The document without what these tests came to, and the load that only they looked at."""
    criteria = tuple(each for each in document.criteria if each.test not in tests)
    used = {each.run for each in criteria}
    runs = tuple(each for each in document.runs if each.test not in tests or each.id in used)
    ids = {None, *(each.id for each in runs)}
    return replace(
        document,
        criteria=criteria,
        runs=runs,
        resources=tuple(each for each in document.resources if each.run in ids),
        alerts=tuple(each for each in document.alerts if each.run in ids),
        failed_tests=tuple(each for each in document.failed_tests if each.name not in tests),
    )


def _attempts(reports: Sequence[Named]) -> tuple[EarlierSession, ...]:
    documents = [document for _, document in reports]
    found = {each: None for document in documents for each in document.attempts}
    for name, document in reports:
        tests = _run_again(document, documents)
        found[only(earlier_session(document, name), tests)] = None
    by_start: dict[str, EarlierSession] = {}
    for each in filter(told, found):  # the rerun itself may remember the attempt
        by_start.setdefault(each.started_at, each)
    return tuple(sorted(by_start.values(), key=lambda each: _moment(each.started_at)))


# Putting together.


def _numbered(documents: Sequence[Document]) -> list[Document]:
    """With ids of criteria that are unique in all: running numbers begin anew."""
    taken: Counter[str] = Counter()
    numbered, number = [], 0
    for document in documents:
        ids: dict[str, str] = {}
        criteria = []
        for each in document.criteria:
            number += 1
            own = f"C{number}" if _RUNNING_NUMBER.fullmatch(each.id) else each.id
            taken[own] += 1
            new = own if taken[own] == 1 else f"{own}.{taken[own]}"
            ids.setdefault(each.id, new)
            criteria.append(replace(each, id=new))
        waivers = (
            replace(w, criterion=ids.get(w.criterion, w.criterion)) for w in document.waivers
        )
        numbered.append(replace(document, criteria=tuple(criteria), waivers=tuple(waivers)))
    return numbered


def _joined(documents: Sequence[Document]) -> Document:
    """Every list with all that is in any of them; times from the first to the last."""
    started = min((each.started_at for each in documents), key=_moment)
    finished = max((each.finished_at for each in documents), key=_moment)
    values: dict[str, Any] = {
        name: _distinct(item for each in documents for item in getattr(each, name))
        for name, hint in get_type_hints(Document).items()
        if get_origin(hint) is tuple
    }
    values |= {
        name: " + ".join(dict.fromkeys(getattr(each, name) for each in documents))
        for name in ("title", "suite")
    }
    interrupted = _distinct(each.interrupted for each in documents if each.interrupted)
    return replace(
        documents[0],
        **values,
        started_at=started,
        finished_at=finished,
        duration_s=seconds_between(started, finished),
        environment=_environment(documents),
        interrupted="; ".join(interrupted) or None,
    )


def _distinct(items: Iterable[T]) -> tuple[T, ...]:
    """Each of them once.  They hold dictionaries, and so no set takes them."""
    found: list[T] = []
    for each in items:
        if each not in found:
            found.append(each)
    return tuple(found)


def _environment(documents: Sequence[Document]) -> dict[str, str | int | float | None]:
    """What all say alike as it is, else all that is said."""
    names = _distinct(name for each in documents for name in each.environment)
    joined: dict[str, str | int | float | None] = {}
    for name in names:
        said = _distinct(
            each.environment[name] for each in documents if each.environment.get(name) is not None
        )
        joined[name] = ", ".join(map(str, said)) if len(said) > 1 else next(iter(said), None)
    return joined
