"""Keywords that take endpoints over from what others wrote down of an API."""

from __future__ import annotations

from typing import Any

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.imports import Imports as SessionImports
from ApiLoadLibrary.session.imports import imported_card
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.wanted import parse_methods

from .converters import unwrapped

__all__ = ["Imports"]


class Imports:
    """What takes endpoints over from recordings, collections and descriptions."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session
        self._imports = SessionImports(session)

    @keyword("Import Endpoints From HAR", tags=["endpoint"])
    def import_endpoints_from_har(
        self, source: str, *, methods: str = "GET, HEAD, POST", static: bool = False
    ) -> Imported:
        """Defines an endpoint for each request in a recording of a browser or a proxy.

        A recording (HAR) is saved from the network tab of a browser's developer tools.  Of it
        are taken over the requests to the server in use and to other allowed origins; the same
        request made twice is one endpoint, and expects the status it was answered with.

        Passwords, tokens and cookies are never taken over: log.html tells which keyword signs
        requests instead, and lists what was left out, with the reason.

        Args:
            source: The recording: a file, or a URL of an allowed origin.
            methods: Which requests are taken over; PUT, PATCH and DELETE only if named.
            static: Whether pictures, scripts, styles and fonts are taken over too.

        Returns:
            What was found: `endpoints`, `left_out` (with `operation` and `reason`), `credentials`.

        Example:

        ```robotframework
        Use Server    https://shop.example
        Import Endpoints From HAR    ${CURDIR}/checkout.har
        Sustain 60 Requests Per Minute On Each Endpoint
        ```
        """
        return self._told(
            self._imports.from_har(source, parse_methods(methods), static=static), source
        )

    @keyword(tags=["endpoint"])
    def import_endpoints_from_postman(
        self,
        source: str,
        *,
        methods: str = "GET, HEAD, POST",
        environment: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> Imported:
        """Defines an endpoint for each request in a Postman collection (version 2.0 or 2.1).

        URLs that begin with a variable, like `{{baseUrl}}`, go to the server in use; others must
        go to an allowed origin.  Folders hand down their variables and authentication.  An
        endpoint expects the statuses of the answers that are kept as examples, or any 2xx.

        Scripts are not run.  Passwords and tokens are never taken over: log.html tells which
        keyword signs requests instead, and lists what was left out, with the reason.

        Args:
            source: The collection: a file, or a URL of an allowed origin.
            methods: Which requests are taken over; PUT, PATCH and DELETE only if named.
            environment: An environment that Postman exported; it comes before the collection's
                own variables.
            values: Values of variables, which come before all others; `{{counter}}` and its like
                may stand in them.

        Returns:
            What was found: `endpoints`, `left_out` (with `operation` and `reason`), `credentials`.

        Example:

        ```robotframework
        Use Server    https://shop.example
        VAR    &{values}    productId={{integer 1..50}}
        Import Endpoints From Postman    ${CURDIR}/shop.postman_collection.json    values=${values}
        Sustain 60 Requests Per Minute On Each Endpoint
        ```
        """
        given = unwrapped(values or {}, self._session.mask.add)
        texts = {str(name): str(value) for name, value in given.items()}
        return self._told(
            self._imports.from_postman(source, parse_methods(methods), environment, texts), source
        )

    def _told(self, imported: Imported, source: str) -> Imported:
        """The same, after it has been told in the log."""
        logger.info(imported_card(imported), html=True)
        found, left_out = len(imported.endpoints), len(imported.left_out)
        logger.info(f"{source}: {found} endpoints, {left_out} left out.")
        return imported
