"""What a suite writes so that requests are signed as an API asks for it."""

from __future__ import annotations

from .imported import Credential

__all__ = ["how_to_sign"]

_USER = "${USERNAME}    ${PASSWORD}"
_CALLS = {
    "bearer": "Use Bearer Token    ${TOKEN}",
    "oauth2": "Use Bearer Token    ${TOKEN}",
    "openid": "Use Bearer Token    ${TOKEN}",
    "basic": f"Use Basic Auth    {_USER}",
    "digest": f"Use Digest Auth    {_USER}",
}


def how_to_sign(credential: Credential) -> str:
    """The keyword call, with variables for what is secret."""
    if credential.kind == "api key":
        place = "" if credential.place == "header" else f"    place={credential.place}"
        return f"Use API Key    {credential.parameter}    ${{API_KEY}}{place}"
    # Cookies and what else nobody knows of are what a session of RequestsLibrary can hold.
    return _CALLS.get(credential.kind, "Use Requests Session    alias")
