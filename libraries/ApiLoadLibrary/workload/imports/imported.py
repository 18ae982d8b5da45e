"""What an import has found: endpoints, what had to be left out, and what signs requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ApiLoadLibrary.workload.endpoint import Endpoint

__all__ = ["Credential", "CredentialKind", "CredentialPlace", "Imported", "LeftOut"]

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
class Imported:
    """What has become of a document.

    Attributes:
        title: What it calls itself.
        base_url: The server that it names, if it does; paths of endpoints are relative to it.
        endpoints: Their names differ, whatever the case.
        left_out: What became no endpoint.
        credentials: What the endpoints' requests are to be signed with.
    """

    title: str
    base_url: str | None
    endpoints: tuple[Endpoint, ...]
    left_out: tuple[LeftOut, ...] = ()
    credentials: tuple[Credential, ...] = ()
