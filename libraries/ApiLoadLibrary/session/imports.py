"""Importing endpoints into a session from what others wrote down of an API.

What reads documents is imported where it is needed: few suites need it, and all would start later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.imported import Imported

from .acceptance import AcceptanceSession
from .source import read_source

__all__ = ["Imports"]


class Imports:
    """Reads what an import names, and defines the endpoints that are found.

    Args:
        session: Gets the endpoints; its server and allowed origins are the only ones that they
            may go to, and that are asked for a document.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    def from_har(self, source: str, methods: frozenset[str], *, static: bool) -> Imported:
        """Import a recording; see `workload.imports.har`."""
        from ApiLoadLibrary.workload.imports.har import from_har

        document = self._document(source)
        config = self._session.config
        return self._define(
            from_har(
                document,
                base_url=config.server,
                allowed=config.allowed,
                methods=methods,
                static=static,
            ),
            source,
        )

    def from_postman(
        self,
        source: str,
        methods: frozenset[str],
        environment: str | None,
        values: Mapping[str, str],
    ) -> Imported:
        """Import a collection; see `workload.imports.postman`."""
        from ApiLoadLibrary.workload.imports.postman import from_postman

        document = self._document(source)
        config = self._session.config
        return self._define(
            from_postman(
                document,
                environment=environment and self._document(environment, "environment"),
                values=values,
                base_url=config.server,
                allowed=config.allowed,
                methods=methods,
            ),
            source,
        )

    def from_openapi(self, source: str, choice: Choice) -> Imported:
        """Import an API's description; see `workload.imports.openapi`."""
        from ApiLoadLibrary.workload.imports.openapi import read_openapi

        from .descriptions import at_server, beside, location_of

        config = self._session.config
        server = config.server
        document = self._document(source)
        found = read_openapi(
            document, choice, location_of(source), beside(source, self._get), source
        )
        return self._define(at_server(found, server, config.allowed), source)

    def _get(self, url: str) -> requests.Response:
        return self._session.ask("GET", url)

    def _document(self, source: str, argument: str = "source") -> Any:
        from ApiLoadLibrary.workload.imports.document import read_document

        return read_document(read_source(source, self._get, argument), source, argument)

    def _define(self, imported: Imported, source: str) -> Imported:
        """Define what was found.

        Raises:
            BadInput: Nothing was, and why.
        """
        if not imported.endpoints:
            why = [f"{each.operation}: {each.reason}" for each in imported.left_out[:3]]
            raise BadInput(
                f"source='{source}' holds no request that can be sent. {'; '.join(why)}."
            )
        for each in imported.endpoints:
            self._session.endpoints.define(each)
        return imported
