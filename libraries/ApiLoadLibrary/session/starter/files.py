"""What is written for a new user: a suite, a resource with the endpoints, an argument file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

from ApiLoadLibrary.workload.endpoint import Endpoint, parse_expected
from ApiLoadLibrary.workload.imports.imported import Credential, Imported, LeftOut
from ApiLoadLibrary.workload.imports.naming import Names
from ApiLoadLibrary.workload.imports.signing import how_to_sign

from .robot_text import LONGEST_CELL, call, cell, fits, one_line, variable, words

__all__ = ["ARGUMENTS", "RESOURCE", "SUITE", "Starter"]

SUITE = "everyday_load.robot"
RESOURCE = "api.resource"
ARGUMENTS = "robot.args"

MOST_WRITTEN = 50
"""Endpoints beyond them would make a file that nobody reads."""
MOST_LOADED = 5
REQUESTS_PER_MINUTE = 600
"""Of all endpoints together: in a minute, enough to judge an error rate of 1 %."""
CALLS_OF_A_KEYWORD = 10
LINES_OF_A_KEYWORD = 38
"""More than robocop finds readable; documentation and the comment to it are two of its forty."""
LONGEST_NAME = 40
"""Of a variable."""

_ANY_2XX = parse_expected("2xx")
_VARIABLES = {
    "${TOKEN}": ("${TOKEN: Secret}", "%{API_TOKEN}"),
    "${API_KEY}": ("${API_KEY: Secret}", "%{API_KEY}"),
    "${USERNAME}": ("${USERNAME}", "%{API_USERNAME}"),
    "${PASSWORD}": ("${PASSWORD: Secret}", "%{API_PASSWORD}"),
}
"""What signs requests, and the environment variables that hold it."""


@dataclass(frozen=True)
class Starter:
    """A first suite.

    Attributes:
        imported: What is known of the API.
        base_url: Where it is.
    """

    imported: Imported
    base_url: str

    @cached_property
    def title(self) -> str:
        """What the API is called."""
        return one_line(self.imported.title, 50) or "API"

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Those that are written."""
        plain = map(_with_plain_form, self.imported.endpoints)
        return tuple(
            islice((each for each in plain if _why_not_written(each) is None), MOST_WRITTEN)
        )

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is not written, whether it could not be imported or not be written down."""
        written = {each.name for each in self.endpoints}
        others = (each for each in self.imported.endpoints if each.name not in written)
        too_many = f"the first {MOST_WRITTEN} are enough to begin with: add it by hand"
        return (
            *self.imported.left_out,
            *(
                LeftOut(f"{each.method} {each.path[:80]}", _why_not_written(each) or too_many)
                for each in others
            ),
        )

    @cached_property
    def loaded(self) -> tuple[Endpoint, ...]:
        """Those that load goes to at first: a few that only read, and whose paths exist."""
        made_up = {name for each in self.imported.made_up for name in each.endpoints}
        reading = [each for each in self.endpoints if each.method in ("GET", "HEAD")]
        sure = [each for each in reading if each.name not in made_up]
        return tuple((sure or reading or [*self.endpoints])[:MOST_LOADED])

    @property
    def rate(self) -> int:
        """Requests a minute to each of those."""
        return REQUESTS_PER_MINUTE // len(self.loaded)

    @cached_property
    def credential(self) -> Credential | None:
        """What signs the requests of most of those, if anything does."""
        loaded = {each.name for each in self.loaded}

        def asked_for(credential: Credential) -> int:
            return len(loaded.intersection(credential.endpoints))

        best = max(self.imported.credentials, key=asked_for, default=None)
        return best if best and asked_for(best) else None

    @property
    def environment(self) -> list[str]:
        """The environment variables that have to be set."""
        return [value.strip("%{}") for _, (_, value) in self._secrets]

    def texts(self) -> dict[str, str]:
        """The files' texts, by their names."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        templates = Environment(  # noqa: S701 - what is written is no HTML; `cell` escapes it
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        names = (SUITE, RESOURCE, ARGUMENTS)
        return {each: templates.get_template(f"{each}.jinja").render(it=self) for each in names}

    # What the templates ask for: lines of Robot Framework's text.

    @property
    def _secrets(self) -> list[tuple[str, tuple[str, str]]]:
        return [(name, written) for name, written in _VARIABLES.items() if name in self.signing]

    @property
    def written_base_url(self) -> str:
        """The server's address in a cell."""
        return cell(self.base_url)

    @property
    def written_title(self) -> str:
        """The title in a cell."""
        return cell(self.title)

    @property
    def signing(self) -> str:
        """The call that signs requests, or what is known of it."""
        if self.credential is None:
            return ""
        if self.credential.kind == "other":  # cookies, and what nobody knows of
            return f"# Sign in here: requests were signed by {one_line(self.credential.name)}."
        return how_to_sign(replace(self.credential, parameter=cell(self.credential.parameter)))

    @property
    def secret_variables(self) -> list[str]:
        """The variables that it needs."""
        return [line for _, (name, value) in self._secrets for line in variable(name, value)]

    @property
    def names(self) -> list[str]:
        """The variable that names those that load goes to."""
        return variable("${LOADED}", "SEPARATOR=,${SPACE}", *(each.name for each in self.loaded))

    @property
    def bodies(self) -> list[str]:
        """The variables that hold bodies."""
        by_name = {each.name: each for each in self.endpoints}
        return [
            line
            for name, called in self._bodies.items()
            for line in variable(f"${{{called}}}", *words(_body(by_name[name])))
        ]

    @cached_property
    def _bodies(self) -> dict[str, str]:
        """What the variables with the bodies are called, by the endpoints' names."""
        names = Names()
        return {
            each.name: names.take(each.name[: LONGEST_NAME - 8] + " body").upper()
            for each in self.endpoints
            if _body(each)
        }

    @property
    def headers(self) -> list[str]:
        """The variables that hold headers."""
        return [
            line
            for headers, name in self._headers.items()
            for line in variable(f"&{{{name}}}", *map(_pair, headers))
        ]

    @cached_property
    def _headers(self) -> dict[tuple[tuple[str, str | None], ...], str]:
        """Each set of headers, by which variable it is called: many endpoints share one."""
        names: dict[tuple[tuple[str, str | None], ...], str] = {}
        for each in self.endpoints:
            if each.headers:
                number = f" {len(names) + 1}" if names else ""
                names.setdefault(tuple(each.headers.items()), f"HEADERS{number}")
        return names

    @property
    def definitions(self) -> list[str]:
        """The calls that define the endpoints."""
        return [line for each in self.endpoints for line in self._definition(each)]

    def _definition(self, endpoint: Endpoint) -> list[str]:
        cells = ["Define Endpoint", endpoint.name, endpoint.method, cell(endpoint.path)]
        if _body(endpoint):
            kind = "data" if endpoint.json is None else "json"
            cells.append(f"{kind}=${{{self._bodies[endpoint.name]}}}")
        if endpoint.headers:
            cells.append(f"headers=${{{self._headers[tuple(endpoint.headers.items())]}}}")
        if endpoint.expected != {200}:
            cells.append(f"expect={_expected(endpoint.expected)}")
        return call(*cells)

    @property
    def lint(self) -> str | None:
        """The rule of robocop that so many definitions break, as they may."""
        if len(self.definitions) > LINES_OF_A_KEYWORD:
            return "too-long-keyword"
        return "too-many-calls-in-keyword" if len(self.endpoints) > CALLS_OF_A_KEYWORD else None


def _with_plain_form(endpoint: Endpoint) -> Endpoint:
    """The same with the text of a form in the place of its fields."""
    if not isinstance(endpoint.data, Mapping):
        return endpoint
    headers = {"Content-Type": "application/x-www-form-urlencoded", **endpoint.headers}
    return replace(endpoint, data=urlencode(endpoint.data, doseq=True), headers=headers)


def _why_not_written(endpoint: Endpoint) -> str | None:
    """Why it is not written down, where it could not be read there."""
    cells = [cell(endpoint.path), *map(_pair, endpoint.headers.items())]
    if fits(_body(endpoint)) and all(len(each) <= LONGEST_CELL for each in cells):
        return None
    return "its path, body or headers are too long to be read in a suite: import it there"


def _body(endpoint: Endpoint) -> str:
    """The body's text; empty where there is none."""
    if endpoint.json is not None:
        return json.dumps(endpoint.json, ensure_ascii=False)
    return str(endpoint.data or "")


def _pair(header: tuple[str, str | None]) -> str:
    name, value = header
    return f"{cell(name)}={'${None}' if value is None else cell(value)}"


def _expected(statuses: frozenset[int]) -> str:
    return "2xx" if statuses == _ANY_2XX else ", ".join(map(str, sorted(statuses)))
