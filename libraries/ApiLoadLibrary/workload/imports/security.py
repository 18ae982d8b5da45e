"""What the requests of an API are signed with, as its description says."""

from __future__ import annotations

from dataclasses import replace

from .imported import Credential, CredentialKind, CredentialPlace
from .part import Part

__all__ = ["Credentials"]

_OF_TYPES: dict[str, CredentialKind] = {
    "basic": "basic",  # of OpenAPI 2.0
    "oauth2": "oauth2",
    "openIdConnect": "openid",
}
_OF_HTTP: dict[str, CredentialKind] = {"basic": "basic", "bearer": "bearer", "digest": "digest"}
_PLACES: dict[str, CredentialPlace] = {"header": "header", "query": "query", "cookie": "cookie"}


class Credentials:
    """Gathers what endpoints ask for.

    Args:
        whole: The description.
    """

    def __init__(self, whole: Part) -> None:
        self._whole = whole
        self._found: dict[str, Credential] = {}

    def note(self, endpoint: str, operation: Part) -> None:
        """See what an operation, which has become an endpoint, asks for.

        Raises:
            Unmappable: What it says of that is damaged.
        """
        listed = operation.get("security") or self._whole.get("security")
        for name in dict.fromkeys(_names(listed)) if listed else ():
            known = self._found.get(name) or self._credential(name)
            self._found[name] = replace(known, endpoints=(*known.endpoints, endpoint))

    def found(self) -> tuple[Credential, ...]:
        """All of them."""
        return tuple(self._found.values())

    def _credential(self, name: str) -> Credential:
        components = self._whole.get("components")
        schemes = (
            components.get("securitySchemes")
            if components
            else self._whole.get("securityDefinitions")
        )
        scheme = schemes.get(name) if schemes else None
        if scheme is None:
            return Credential(name, "other")
        kind = scheme.text("type")
        if kind == "apiKey":
            place = _PLACES.get(scheme.text("in"), "header")
            return Credential(name, "api key", place, scheme.text("name") or name)
        if kind == "http":
            return Credential(name, _OF_HTTP.get(scheme.text("scheme").casefold(), "other"))
        return Credential(name, _OF_TYPES.get(kind, "other"))


def _names(listed: Part) -> list[str]:
    """The schemes that are asked for, whichever of them is enough."""
    return [name for each in listed.each() for name in each.mapping()]
