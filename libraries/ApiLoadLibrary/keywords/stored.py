"""Keywords about what a load run has left in the system under test."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.stored import Stored

from .judging import Judging, judging

__all__ = ["WhatWasStored"]


class WhatWasStored(Judging):
    """What counts what was stored, judges it, and removes it."""

    def __init__(self, session: AcceptanceSession) -> None:
        super().__init__(session)
        self._stored = Stored(session)

    @keyword("Count What Was Stored Of ${endpoint}", tags=["stored"])
    def count_what_was_stored(
        self,
        endpoint: str,
        *,
        path: str | None = None,
        ids: str | None = None,
        count: str | None = None,
        call: str | None = None,
        run: str | None = None,
    ) -> str:
        """Finds out whether each accepted request of a load run left exactly one trace.

        The system under test is asked which requests it has stored, by a GET or by a Python
        callable, and that is compared with what was accepted.  What was refused must not be
        stored; what timed out or broke off, and server errors, may be stored once or not at all.

        Best is a list of the `X-Request-Id` of each row: then it is known of each request, and
        doubles are named.  Who only counts rows of a run (`X-Load-Run`) is compared by the number.

        Args:
            endpoint: The name of the endpoint.
            path: Where to ask: a path on the server; `{{run}}` in it becomes the run's id.
            ids: Where the ids stand in the answer: `$.orders.request_ids`.
            count: Where their number stands instead: `$.orders.count`.
            call: A callable `module:name` instead of `path`; it gets the run's id and returns
                the ids, or their number.
            run: The name of another load run.

        Returns:
            What was found, in words.

        Example:

        ```robotframework
        Sustain 20 Requests Per Second On Create Order    duration=10 s
        Count What Was Stored Of Create Order    path=/api/load-runs/{{run}}
        ...    ids=$.orders.request_ids
        Verify Every Accepted Create Order Was Stored Once
        ```
        """
        if (path is None) == (call is None):
            raise BadInput("Write path= for where to ask, or call= for a callable that knows.")
        if call is not None:
            found = self._stored.compare_by_call(endpoint, call, run)
        else:
            found = self._stored.compare_by_path(endpoint, path or "", ids, count, run)
        words = _words(found)
        logger.info(f"{endpoint}: {words}.")
        return words

    @judging("Verify Every Accepted ${endpoint} Was Stored Once")
    def verify_every_accepted_was_stored_once(self, endpoint: str) -> str:
        """Verifies that nothing that was accepted is lost, and nothing is there twice.

        `Count What Was Stored Of …` asks the system under test before.

        Args:
            endpoint: The name of the endpoint.

        Example:

        ```robotframework
        Verify Every Accepted Create Order Was Stored Once
        ```
        """
        return f"unaccounted writes of {endpoint} <= 0"

    @keyword(tags=["stored"])
    def remove_what_was_written(self, method: str, path: str, *, run: str | None = None) -> None:
        """Asks the system under test to remove what load runs have written.

        One request is sent for each load run of the session; best in the teardown of a suite.

        Args:
            method: The method of the request, usually DELETE.
            path: Its path; `{{run}}` in it becomes the run's id.
            run: The name of one load run, of which alone it is removed.

        Example:

        ```robotframework
        Remove What Was Written    DELETE    /api/load-runs/{{run}}
        ```
        """
        number = self._stored.remove(method, path, run)
        logger.info(f"Asked to remove what {number:,} load run{'s' * (number > 1)} had written.")


def _words(found: Reading) -> str:
    trouble = f": {found.reason}" if found.reason else ""
    return f"{found.basis or 'not known'}{trouble}"
