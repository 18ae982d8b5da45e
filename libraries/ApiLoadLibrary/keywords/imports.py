"""Keywords that take endpoints over from what others wrote down of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.config import split_list
from ApiLoadLibrary.session.showing import imported_html
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.wanted import UNASKED, Methods

from .converters import unwrapped

if TYPE_CHECKING:
    from ApiLoadLibrary.session.imports import Imports as SessionImports

__all__ = ["Imports"]


class Imports:
    """What takes endpoints over from recordings, collections and descriptions."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @property
    def _imports(self) -> SessionImports:
        """Loaded late, with its readers of three formats: few suites import anything."""
        from ApiLoadLibrary.session.imports import Imports as SessionImports

        return SessionImports(self._session)

    @keyword("Import Endpoints From OpenAPI", tags=["endpoint"])
    def import_endpoints_from_openapi(
        self,
        source: str,
        *,
        methods: Methods = UNASKED,
        tags: str | None = None,
        only: str | None = None,
        without: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> Imported:
        """Defines an endpoint for each operation that an API's description holds.

        Descriptions are read by OpenAPI 2.0 (Swagger), 3.0 and 3.1, in JSON or YAML.  An endpoint
        is called after its operation: `listOrders` becomes `List Orders`.  It sends what the
        operation requires, with the description's examples, or else with small values that its
        schemas allow, and expects the statuses of success that are declared.

        Paths need things that exist: where the description has no value for a part of a path,
        one is made up, and log.html tells so, with the endpoint that would list what there is.
        It also tells which keyword signs requests, and what was left out, with the reason.

        Where the address in `Use Server` has a path, it takes the place of the description's.

        Args:
            source: The description: a file, or a URL of an allowed origin.  What it refers to is
                read from its own folder, or its own origin, and from nowhere else.
            methods: Which operations are taken over; PUT, PATCH and DELETE only if named.
            tags: Only operations with one of these tags; several with commas.
            only: Only endpoints with these names; `*` stands for anything.
            without: No endpoints with these names.
            values: Values of parameters, by their names or by their places in paths, like
                `/orders/{id}`; `{{counter}}` and its like may stand in them.  Parameters that
                are not required are sent only so.

        Returns:
            What was found: `endpoints`, `left_out` (with `operation` and `reason`),
            `credentials`, `made_up`.

        Example:

        ```robotframework
        Use Server    https://shop.example
        VAR    &{values}    orderId={{integer 1..50}}    page=2
        Import Endpoints From OpenAPI    ${CURDIR}/shop.yaml    without=* Report    values=${values}
        Sustain 60 Requests Per Minute On Each Endpoint
        ```
        """
        choice = Choice(
            methods,
            split_list(tags or ""),
            split_list(only or ""),
            split_list(without or ""),
            unwrapped(values or {}, self._session.mask.add),
        )
        return self._told(self._imports.from_openapi(source, choice), source)

    @keyword("Import Endpoints From HAR", tags=["endpoint"])
    def import_endpoints_from_har(
        self, source: str, *, methods: Methods = UNASKED, static: bool = False
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
        return self._told(self._imports.from_har(source, methods, static=static), source)

    @keyword(tags=["endpoint"])
    def import_endpoints_from_postman(
        self,
        source: str,
        *,
        methods: Methods = UNASKED,
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
        return self._told(self._imports.from_postman(source, methods, environment, texts), source)

    def _told(self, imported: Imported, source: str) -> Imported:
        """The same, after it has been told in the log."""
        logger.info(imported_html(imported), html=True)
        found, left_out = len(imported.endpoints), len(imported.left_out)
        logger.info(f"{source}: {found} endpoints, {left_out} left out.")
        return imported
