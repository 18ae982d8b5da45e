"""The listener for suites that send their requests with RequestsLibrary alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.errors import ApiLoadError
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.criteria_file import Requirement
from ApiLoadLibrary.session.overhearing import Overheard, Overhearing
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.suite_criteria import Unreadable, read_arguments
from ApiLoadLibrary.session.suite_timing import SuiteTiming

from .closing import pabot_part, tell_outcome, write_reports
from .left_out import place_of, root_of
from .shared import session

__all__ = ["Timing"]

_WITH_ALIAS = ("on session", " request")  # the latter are deprecated, and in use
_VARIABLE = re.compile(r"[$@&%]\{")
_PLAIN_VARIABLE = re.compile(r"\$\{[\w ]+\}")
_QUERY = re.compile(r"(?<=\S)\?[^\s'\"]*=[^\s'\"]*")
"""Of an address that a failure quotes: keys and tokens stand there, and a report goes round."""

_SERVER_ERROR = 500


@dataclass(slots=True)
class _Sending:
    """A keyword of RequestsLibrary that is being run.

    Attributes:
        alias: Of the session that it sends on, if it names one.
        names_status: Whether it says which status it expects.
        requests: What it has sent.
    """

    alias: str | None
    names_status: bool
    requests: list[Overheard]


class Timing:
    """Times the requests of a suite that uses RequestsLibrary, without a change to it.

    ```sh
    robot --listener "ApiLoadLibrary.Timing;p95 of the run < 300 ms;error rate < 1 %" suites
    robot --listener ApiLoadLibrary.Timing:criteria.toml suites
    ```

    Each request of `GET On Session` and its like counts, from sending it to the last byte of its
    answer, redirects and retries included.  Endpoints are named by session, method and path, with
    ids folded away: `shop GET /orders/{id}`; the session's alias, or the server's host where
    there is none, names them all together.  A request failed if its keyword did, or if its
    status is 500 or above and the keyword does not expect that very status.

    Each criterion becomes a test at the end of the outermost suite, which passes or fails, and
    counts in robot's exit code; without criteria there is a report alone.  It is judged on what
    was sent until then, which leaves out the outermost suite's teardown.  A few requests prove
    little and are inconclusive; of `the run`, all of them count together.

    Args:
        criteria: Criteria with semicolons between them, or files like those of
            `Verify Criteria From`.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, *criteria: str) -> None:
        # A slip becomes a test that fails: of a listener that raises here robot does without.
        self._criteria = list(read_arguments(criteria))
        self._tests: list[tuple[Any, Requirement | Unreadable]] = []
        self._timing = SuiteTiming()
        self._overhearing = Overhearing(self._hear)
        self._calls: list[_Sending | None] = []
        self._run: RunResult | None = None
        self._ran: set[Any] = set()
        self._root: Any = None
        self._output_dir: Path | None = None

    def start_suite(self, data: Any, result: Any) -> None:
        """A suite begins; the outermost gets a test for each criterion."""
        if self._root is not None:
            return
        self._root = data
        # Parts that pabot runs are judged apart, and none of them is a rerun of another.
        part = pabot_part()
        for each in self._criteria:
            name = _name_of(each) if part is None else f"{_name_of(each)} (part {part})"
            test = data.tests.create(name=name)
            test.body.create_keyword(name="BuiltIn.No Operation")
            self._tests.append((test, each))
        if not BuiltIn().dry_run_active:
            self._output_dir = Path(BuiltIn().get_variable_value("${OUTPUT_DIR}"))
            session.notes.suite = result.name
            session.interim.write_into(self._output_dir)
            self._overhearing.start()

    def start_test(self, data: Any, result: Any) -> None:
        """A test begins."""
        place = Place(data.parent.full_name, data.full_name, dict(result.metadata))
        session.begin_test(place)
        self._ran.add(place_of(data))

    def start_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """A keyword begins, which may send requests."""
        self._calls.append(_sending(data, implementation))

    def end_library_keyword(self, data: Any, implementation: Any, result: Any) -> None:
        """A keyword has ended: what it sent is counted."""
        call = self._calls.pop()
        if call is None:
            return
        for each in call.requests:
            wanted = each.outcome < _SERVER_ERROR or call.names_status
            self._timing.add(each, call.alias, result.passed and wanted)

    def end_test(self, data: Any, result: Any) -> None:
        """A test has ended; one of ours ends as its criterion does."""
        for test, criterion in self._tests:
            if test is data:
                self._judge(criterion, result)
                return
        if result.failed:
            session.notes.add_failure(data.full_name, _QUERY.sub("?…", result.message))
        if self._run is None and self._timing.base_url:
            session.save(self._measured)

    def end_suite(self, data: Any, result: Any) -> None:
        """The outermost suite has ended."""
        if data is not self._root or self._output_dir is None:
            return
        self._seal()
        tell_outcome(session, result)

    def close(self) -> None:
        """The very end, also after Ctrl-C: write the reports."""
        self._overhearing.stop()
        folder, self._output_dir = self._output_dir, None
        if folder is not None:
            write_reports(session, folder, self._root, self._ran)

    def _hear(self, request: Overheard) -> None:
        call = self._calls[-1] if self._calls else None
        if call is not None:
            call.requests.append(request)

    def _judge(self, criterion: Requirement | Unreadable, result: Any) -> None:
        """Judge a criterion on all that was sent, and let its test say what comes of it."""
        session.place = Place(root_of(result.parent).full_name, result.full_name)
        problem = criterion.problem if isinstance(criterion, Unreadable) else None
        if isinstance(criterion, Requirement) and self._output_dir is not None:
            problem = self._missed(criterion, result)
        elif problem and self._output_dir is not None:
            session.notes.add_failure(result.full_name, problem)
        result.status = "FAIL" if problem else "PASS"
        result.message = problem or result.message

    def _missed(self, requirement: Requirement, result: Any) -> str | None:
        """Why a criterion is not met; None where it is, and the test says so."""
        run = self._seal()
        try:
            if run is None:
                raise ApiLoadError("INCONCLUSIVE: no request of RequestsLibrary was seen.")
            judgement = session.verdicts.judge(requirement, run.id).judgement
        except ApiLoadError as error:
            session.notes.add_failure(result.full_name, str(error))
            return str(error)
        if outcome := session.notes.outcome_of(result.full_name):
            result.tags.add(outcome.tags)
        result.message = judgement.sentence
        return None if judgement.passed else judgement.sentence

    def _measured(self) -> RunResult:
        return self._timing.result(self._root.full_name)

    def _seal(self) -> RunResult | None:
        """All that was sent, as a load run of the session."""
        if self._run is None and self._timing.base_url:
            self._run = self._measured()
            session.keep_run(self._run, self._timing.base_url)
        if self._timing.retried:
            logger.warn(
                f"{self._timing.retried:,} requests were answered only after they had been sent "
                "again: `Create Session` has max_retries=3 unless told otherwise."
            )
            self._timing.retried = 0
        return self._run


def _name_of(criterion: Requirement | Unreadable) -> str:
    if isinstance(criterion, Unreadable):
        return criterion.text
    return criterion.requirement or criterion.criterion


def _sending(data: Any, keyword: Any) -> _Sending | None:
    """The call, if its keyword is one of RequestsLibrary, or of a library made of it."""
    code = getattr(keyword.owner, "code", None)
    bases = getattr(code, "__mro__", ())
    if not any(each.__module__.partition(".")[0] == "RequestsLibrary" for each in bases):
        return None
    args = [str(each) for each in data.args]
    return _Sending(_alias(keyword.name, args), _names_status(args), [])


def _alias(keyword: str, args: list[str]) -> str | None:
    """As far as it can be seen without evaluating anything a second time."""
    if not keyword.casefold().endswith(_WITH_ALIAS) or not args:
        return None
    named = (each.removeprefix("alias=") for each in args if each.startswith("alias="))
    written = next(named, args[0])
    if _PLAIN_VARIABLE.fullmatch(written):
        value = BuiltIn().get_variable_value(written)
        return None if value is None else str(value)
    return None if _VARIABLE.search(written) else written


def _names_status(args: list[str]) -> bool:
    """Whether a call says which status it expects."""
    expected = (each.partition("=")[2] for each in args if each.startswith("expected_status="))
    return next(expected, "any").casefold() not in ("any", "anything")
