"""What an import has found: endpoints, what had to be left out, and what signs requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ApiLoadLibrary.workload.endpoint import Endpoint

__all__ = ["Credential", "CredentialKind", "CredentialPlace", "Imported", "LeftOut", "MadeUp"]

CredentialKind = Literal["api key", "basic", "bearer", "digest", "oauth2", "openid", "other"]
CredentialPlace = Literal["header", "query", "cookie"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A request that became no endpoint.

    Attributes:
        operation: Which it is, as `DELETE /api/orders/{id}`.
        reason: Why, and what to write where it is wanted.
    """

    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What requests are to be signed with; never its value.

    Attributes:
        name: What the imported document calls it.
        kind: How it signs a request; `other` is none that HTTP clients know of themselves.
        place: Where in a request it stands.
        parameter: The name of that header, query parameter or cookie.
        endpoints: The names of the endpoints that ask for it.
    """

    name: str
    kind: CredentialKind
    place: CredentialPlace = "header"
    parameter: str = "Authorization"
    endpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A part of paths that the document gives no value for: what it names may not exist.

    Attributes:
        parameter: What `values=` calls it.
        value: What was made up.
        endpoints: The names of the endpoints that have it in their path.
        listed_by: The name of the endpoint whose answer lists what there is, if one is known.
    """

    parameter: str
    value: str
    endpoints: tuple[str, ...]
    listed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What has become of a document.

    Attributes:
        title: What it calls itself.
        base_url: The server that it names, if it does, or a path alone where it does not say on
            which host; paths of endpoints are relative to it.
        endpoints: Their names differ, whatever the case.
        left_out: What became no endpoint.
        credentials: What the endpoints' requests are to be signed with.
        made_up: What stands in paths without being known to exist.
    """

    title: str
    base_url: str | None
    endpoints: tuple[Endpoint, ...]
    left_out: tuple[LeftOut, ...] = ()
    credentials: tuple[Credential, ...] = ()
    made_up: tuple[MadeUp, ...] = ()
