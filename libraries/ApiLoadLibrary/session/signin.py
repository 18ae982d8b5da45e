"""Signing in: a request that is answered with a token."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput, ServerUnreachable, SignInFailed
from ApiLoadLibrary.workload.json_path import JsonPath
from ApiLoadLibrary.workload.origin import address_of

__all__ = ["SignIn", "Token"]

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token.

    Attributes:
        value: The secret itself; kept out of the repr.
        expires_at: On the wall clock, in seconds since the epoch; None when unknown.

    Raises:
        BadInput: A header cannot carry it, or would end within it.
    """

    value: str = field(repr=False)
    expires_at: float | None = None

    def __post_init__(self) -> None:
        if not _may_be_token(self.value):
            raise BadInput(f"The token {_NO_TOKEN}: give the token alone.")

    def expires_within(self, seconds: float) -> bool:
        """Whether it will have run out so many seconds from now."""
        return self.expires_at is not None and self.expires_at < time.time() + seconds


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to get a token, so that it can be got again.

    Attributes:
        token: Where it stands in the JSON answer: `$.access_token`, `$.data.tokens[0]`.
    """

    method: str
    path: str
    json: Any = field(repr=False)
    token: str

    def __call__(self, http: requests.Session, base_url: str, verify: bool | str) -> Token:
        """Sign in.

        Raises:
            ServerUnreachable: No answer came.
            SignInFailed: The answer holds no token.
        """
        url = address_of(base_url, self.path)
        try:
            answer = http.request(
                self.method, url, json=self.json, timeout=TIMEOUT_S, verify=verify
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            raise ServerUnreachable(f"Signing in at {url} got no answer ({reason}).") from None
        if not answer.ok:
            raise SignInFailed(
                f"Signing in by {self.method} {self.path} was answered with status "
                f"{answer.status_code}: check the user name and the password."
            )
        return self._token_of(answer)

    def _token_of(self, answer: requests.Response) -> Token:
        try:
            document = answer.json()
        except requests.JSONDecodeError:
            raise SignInFailed(
                f"Signing in by {self.method} {self.path} was answered with something "
                "that is not JSON."
            ) from None
        value = JsonPath(self.token, "token").value(document)
        if not isinstance(value, str) or not value:
            names = ", ".join(document) if isinstance(document, dict) else "no names"
            raise SignInFailed(
                f"The sign-in's answer holds no token at token='{self.token}': it has {names}."
            )
        if not _may_be_token(value):
            raise SignInFailed(
                f"What the sign-in's answer holds at token='{self.token}' {_NO_TOKEN}."
            )
        return Token(value, _expiry(document, value))


_NO_TOKEN = "is empty, or holds spaces, line ends or other characters that no token has"  # noqa: S105 - words about one


def _may_be_token(text: str) -> bool:
    """Whether it is one word of visible ASCII characters."""
    return re.fullmatch(r"[\x21-\x7e]+", text) is not None


def _expiry(document: Any, token: str) -> float | None:
    """When the token runs out: as the answer says (OAuth's `expires_in`), or the JWT itself."""
    if isinstance(document, Mapping) and isinstance(document.get("expires_in"), int | float):
        return time.time() + float(document["expires_in"])
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None
