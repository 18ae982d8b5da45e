"""From an API's description to endpoints: OpenAPI 2.0 (Swagger), 3.0 and 3.1.

Each operation becomes an endpoint, or is listed with the reason why not.  Nothing is lost, and
nothing that is damaged in one operation spoils another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ApiLoadLibrary.errors import BadInput, nearest
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import address_of

from .bodies import Bodies
from .choice import Choice
from .imported import Imported, LeftOut, MadeUp
from .naming import Names
from .operations import Operation, operations
from .parameters import Parameters
from .part import Load, Part, Unmappable
from .samples import Samples
from .schemas import Schemas
from .security import Credentials
from .servers import server_of, server_of_old

__all__ = ["read_openapi"]

_WITHOUT_BODY = ("GET", "HEAD")


def read_openapi(document: Any, choice: Choice, location: str, load: Load, source: str) -> Imported:
    """What becomes of a description.

    Args:
        document: Its data.
        choice: Which operations are wanted, and with which values.
        location: Its URL, of a file too.
        load: Reads documents that it refers to.
        source: What the user calls it, for messages.

    Raises:
        BadInput: It is no description of a version that is known, or as a whole damaged; or
            a value in `choice` is for a parameter that there is not.
    """
    version = _version(document, source)
    whole = Part.whole(document, location, load)
    try:
        return _Reader(whole, version, choice, location).imported()
    except (Unmappable, RecursionError) as error:
        reason = str(error) if isinstance(error, Unmappable) else "it is nested too deeply"
        raise BadInput(f"source='{source}' is a damaged description: {reason}.") from None


def _version(document: Any, source: str) -> str:
    """`2.0`, `3.0` or `3.1`."""
    written = None
    if isinstance(document, Mapping):
        written = document.get("openapi", document.get("swagger"))
        found = re.match(r"2\.0|3\.[01](?=\.|$)", str(written))
        if found:
            return found[0]
    said = "names no version" if written is None else f"is of version '{str(written)[:20]}'"
    raise BadInput(f"source='{source}' {said}: give a description by OpenAPI 2.0, 3.0 or 3.1.")


class _Reader:
    """Reads one description.

    Args:
        whole: The description.
        version: Of OpenAPI.
        choice: What is wanted of it.
        location: Its URL.
    """

    def __init__(self, whole: Part, version: str, choice: Choice, location: str) -> None:
        self._whole = whole
        self._choice = choice
        self._location = location
        of_old = version == "2.0"
        self._base = server_of_old(whole, location) if of_old else server_of(whole, location)
        schemas = Schemas()
        samples = Samples(schemas.named)
        self._parameters = Parameters(schemas, samples, choice.values)
        self._bodies = Bodies(schemas, samples, whole.mapping().get("consumes"))
        self._credentials = Credentials(whole)
        self._names = Names()
        self._endpoints: list[Endpoint] = []
        self._left_out: list[LeftOut] = []
        self._made_up: dict[str, MadeUp] = {}
        self._lists: dict[str, str] = {}

    def imported(self) -> Imported:
        """What becomes of it.

        Raises:
            Unmappable: As a whole it is damaged.
            BadInput: A value is for a parameter that there is not.
        """
        for each in operations(self._whole):
            if isinstance(each, Operation):
                self._take(each)
            else:
                self._left_out.append(LeftOut(each.label, each.reason))
        self._refuse_unused()
        info = self._whole.get("info")
        return Imported(
            (info.text("title") if info else "") or "API",
            self._base,
            tuple(self._endpoints),
            tuple(self._left_out),
            self._credentials.found(),
            tuple(self._with_lists(each) for each in self._made_up.values()),
        )

    def _take(self, operation: Operation) -> None:
        """Make an endpoint of an operation, or list it with the reason why not."""
        name = self._names.take(*operation.names)
        reason = self._choice.why_left_out(name, operation.method, operation.tags)
        if reason is None:
            try:
                self._add(name, operation)
            except RecursionError:
                reason = "its schema is nested too deeply"
            except (Unmappable, BadInput) as error:
                reason = str(error)
        if reason is not None:
            self._left_out.append(LeftOut(operation.label, reason))

    def _add(self, name: str, operation: Operation) -> None:
        expected = operation.expected()
        sent = self._parameters.sent(operation.path, operation.item, operation.part)
        headers: dict[str, str | None] = {**sent.headers}
        json = data = None
        if operation.method not in _WITHOUT_BODY:
            body = self._bodies.body(operation.item, operation.part)
            json, data = body.json, body.data
            if body.media_type:
                headers["Content-Type"] = body.media_type
        path = self._address(operation, sent.path)
        endpoint = Endpoint(name, operation.method, path, headers, json, data, expected)
        self._credentials.note(name, operation.part)
        self._endpoints.append(endpoint)
        self._note_made_up(name, sent.made_up)
        if operation.method == "GET":
            self._lists[operation.path.rstrip("/")] = name

    def _address(self, operation: Operation, path: str) -> str:
        """The path on the server; a whole URL where the operation has a server of its own."""
        for part in (operation.part, operation.item):
            own = server_of(part, self._location)
            if own and own != self._base:
                if own.startswith("/"):
                    raise Unmappable(f"it has a server of its own ({own}) without a host")
                return address_of(own, path)
        return path

    def _note_made_up(self, name: str, made_up: Mapping[str, str]) -> None:
        for place, value in made_up.items():
            before = self._made_up.get(place)
            endpoints = before.endpoints if before else ()
            self._made_up[place] = MadeUp(place, value, (*endpoints, name))

    def _with_lists(self, made_up: MadeUp) -> MadeUp:
        """The same with the endpoint that lists what there is."""
        above = made_up.parameter.rpartition("/")[0]
        listed_by = self._lists.get(above)
        return MadeUp(made_up.parameter, made_up.value, made_up.endpoints, listed_by)

    def _refuse_unused(self) -> None:
        for key in self._choice.values:
            if key not in self._parameters.used:
                guess = nearest(key, self._parameters.known)
                hint = f" Did you mean '{guess}'?" if guess else ""
                raise BadInput(
                    f"values= has '{key}', which no endpoint has as a parameter.{hint} "
                    "Write a parameter's name, or its place in a path like /orders/{id}."
                )
