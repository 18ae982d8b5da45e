"""What the system under test has stored of a load run: asked for, compared, and removed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput, NothingToJudge, UnknownName
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.stored import Account, account_of, reading_of_count, reading_of_ids
from ApiLoadLibrary.workload.action import Call
from ApiLoadLibrary.workload.json_path import JsonPath

from .acceptance import AcceptanceSession

__all__ = ["Stored"]

RUN = "{{run}}"
TIMEOUT_S = 60


class Stored:
    """Asks the system under test what it has stored of load runs.

    Args:
        session: Whose runs, and whose token.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    def compare_by_path(
        self, endpoint: str, path: str, ids: str | None, count: str | None, run_name: str | None
    ) -> Reading:
        """Compare with what a GET of this path says.

        Args:
            endpoint: Whose requests.
            path: Where to ask; `{{run}}` in it becomes the run's id.
            ids: Where the request ids stand in the answer, as a JSON path.
            count: Where their number stands, for who does not store ids.
            run_name: Of another run than the latest here.

        Raises:
            BadInput: There is no such value in the answer, or not just one of ids and count.
            ServerUnreachable: No answer came.
        """
        if (ids is None) == (count is None):
            raise BadInput("Write ids= for where request ids stand, or count= for their number.")
        name, place = ("ids", ids) if ids is not None else ("count", count or "")
        wanted = JsonPath(place, name)
        run, account = self._account(endpoint, run_name)
        found = wanted.value(self._ask("GET", path, run))
        return self._keep(run, account, found, f"{name}='{place}'")

    def compare_by_call(self, endpoint: str, call: str, run_name: str | None) -> Reading:
        """Compare with what a Python callable says that gets the run's id.

        Raises:
            BadInput: It cannot be called, or returns neither ids nor a number.
        """
        run, account = self._account(endpoint, run_name)
        function = Call.parse(call).resolve()
        return self._keep(run, account, function(run.id), f"call='{call}'")

    def _account(self, endpoint: str, run_name: str | None) -> tuple[RunResult, Account]:
        run = self._session.verdicts.latest_run(run_name)
        account = account_of(run, endpoint)
        if account is None:
            raise UnknownName("endpoint", endpoint, [each.name for each in run.endpoints])
        return run, account

    def _keep(self, run: RunResult, account: Account, stored: Any, source: str) -> Reading:
        if isinstance(stored, int) and not isinstance(stored, bool):
            reading = reading_of_count(account, stored)
        elif isinstance(stored, Iterable) and not isinstance(stored, str | bytes | dict):
            reading = reading_of_ids(account, [str(each) for each in stored])
        else:
            raise BadInput(
                f"{source} gave {type(stored).__name__}: it must be a number, or a list of "
                "request ids."
            )
        self._session.verdicts.add_reading(run, reading)
        return reading

    def remove(self, method: str, path: str, run_name: str | None) -> int:
        """Send a request for each load run, for what it has written to be removed.

        Returns:
            For how many runs it was sent.

        Raises:
            NothingToJudge: There is no load run.
            BadInput: The path names no run, or the answer was no success.
            ServerUnreachable: No answer came.
        """
        if RUN not in path:
            raise BadInput(f"path='{path}' names no load run: write {RUN} where its id belongs.")
        verdicts = self._session.verdicts
        runs = [verdicts.latest_run(run_name)] if run_name else verdicts.runs
        if not runs:
            raise NothingToJudge("No load run has been made yet, so nothing was written.")
        refused = []
        for run in runs:
            try:
                self._ask(method.upper(), path, run)
            except BadInput as error:  # another run's may be there all the same
                refused.append(error)
        if refused:
            raise refused[0]
        return len(runs)

    def _ask(self, method: str, path: str, run: RunResult) -> Any:
        """The JSON of the answer; None of an empty one."""
        answer = self._session.ask(method, path.replace(RUN, run.id))
        if not answer.ok:
            raise BadInput(
                f"{method} {path} was answered with status {answer.status_code}: see whether the "
                "path is right, and whoever is signed in may use it."
            )
        try:
            return answer.json() if answer.content else None
        except requests.JSONDecodeError:
            raise BadInput(f"{method} {path} was not answered with JSON.") from None
