"""Signing in: a request that is answered with a token."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput, ServerUnreachable, SignInFailed
from ApiLoadLibrary.workload.json_path import JsonPath
from ApiLoadLibrary.workload.origin import address_of
from ApiLoadLibrary.workload.template import PLACEHOLDER

__all__ = ["SignIn", "Token"]

TIMEOUT_S = 30
WRONG_CREDENTIALS = (400, 401, 403, 404, 422)
RENEWED_AFTER = 2 / 3
"""Of a token's life: the rest is for signing in again, more than once if need be."""


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token.

    Attributes:
        value: The secret itself; kept out of the repr.
        expires_at: On the machine's monotonic clock, in seconds; None when unknown.
        got_at: On the same clock: when it was asked for.

    Raises:
        BadInput: A header cannot carry it, or would end within it.
    """

    value: str = field(repr=False)
    expires_at: float | None = None
    got_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        if not _may_be_token(self.value):
            raise BadInput(f"The token {_NO_TOKEN}: give the token alone.")

    @classmethod
    def told(cls, value: str) -> Token:
        """A token that somebody else has got; of a JWT it is known when it runs out.

        Raises:
            BadInput: See the class.
        """
        now, exp = time.monotonic(), _number(_claims(value).get("exp"))
        return cls(value, None if exp is None else now + exp - time.time())

    @property
    def life_s(self) -> float | None:
        """How long it may be used, from when it was asked for; None when unknown."""
        return None if self.expires_at is None else self.expires_at - self.got_at

    @property
    def due_at(self) -> float | None:
        """When it is time to get another one; None for never."""
        return None if self.life_s is None else self.got_at + RENEWED_AFTER * self.life_s

    def expires_within(self, seconds: float) -> bool:
        """Whether it will have run out so many seconds from now."""
        return self.expires_at is not None and self.expires_at < time.monotonic() + seconds


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to get a token, so that it can be got again.

    Attributes:
        method: The request's method.
        path: Its path, or a whole URL of an allowed origin.
        json: Its body as JSON.
        token: Where it stands in the JSON answer: `$.access_token`, `$.data.tokens[0]`.
        data: Its body as a form, or as it is; instead of `json`.
    """

    method: str
    path: str
    json: Any = field(repr=False)
    token: str
    data: Any = field(default=None, repr=False)

    def of_user(self, row: Mapping[str, str]) -> SignIn:
        """The same with a user's values where their names stand in `{{…}}`.

        Raises:
            BadInput: There is no such value.
        """

        def filled(value: Any) -> Any:
            if isinstance(value, str):
                return PLACEHOLDER.sub(lambda found: _value_of(found, row), value)
            if isinstance(value, Mapping):
                return {key: filled(each) for key, each in value.items()}
            if isinstance(value, list | tuple):
                return [filled(each) for each in value]
            return value

        return replace(self, json=filled(self.json), data=filled(self.data))

    def __call__(self, http: requests.Session, base_url: str) -> Token:
        """Sign in.

        Raises:
            ServerUnreachable: No answer came.
            SignInFailed: The answer holds no token.
        """
        url = address_of(base_url, self.path)
        asked_at = time.monotonic()
        try:
            answer = http.request(
                self.method, url, json=self.json, data=self.data, timeout=TIMEOUT_S
            )
        except requests.RequestException as error:
            reason = type(error).__name__
            in_vain = isinstance(error, requests.ReadTimeout)
            message = f"Signing in at {url} got no answer ({reason})."
            raise ServerUnreachable(message, in_vain=in_vain) from None
        if not answer.ok:
            refused = answer.status_code in WRONG_CREDENTIALS
            raise SignInFailed(
                f"Signing in by {self.method} {self.path} was answered with status "
                f"{answer.status_code}{_CHECK if refused else ''}.",
                answer.status_code,
            )
        return self._token_of(answer, asked_at)

    def _token_of(self, answer: requests.Response, asked_at: float) -> Token:
        try:
            document = answer.json()
            value = JsonPath(self.token, "token").value(document)
        except (requests.JSONDecodeError, RecursionError) as error:
            what = "nested too deeply" if isinstance(error, RecursionError) else "not JSON"
            raise SignInFailed(
                f"Signing in by {self.method} {self.path} was answered with something "
                f"that is {what}."
            ) from None
        if not isinstance(value, str) or not value:
            names = ", ".join(document) if isinstance(document, dict) else "no names"
            raise SignInFailed(
                f"The sign-in's answer holds no token at token='{self.token}': it has {names}."
            )
        if not _may_be_token(value):
            raise SignInFailed(
                f"What the sign-in's answer holds at token='{self.token}' {_NO_TOKEN}."
            )
        life_s = _life_s(document, value)
        return Token(value, None if life_s is None else asked_at + life_s, asked_at)


_CHECK = ": check the user name and the password"
_NO_TOKEN = "is empty, or holds spaces, line ends or other characters that no token has"  # noqa: S105 - words about one


def _may_be_token(text: str) -> bool:
    """Whether it is one word of visible ASCII characters."""
    return re.fullmatch(r"[\x21-\x7e]+", text) is not None


def _value_of(found: re.Match[str], row: Mapping[str, str]) -> str:
    name = found[0][2:-2].strip()
    if name not in row:
        columns = ", ".join(f"{{{{{each}}}}}" for each in row)
        raise BadInput(f"'{found[0]}' names no column of the users: there is {columns}.")
    return row[name]


def _life_s(document: Any, token: str) -> float | None:
    """How long a new token lives: as the answer says (OAuth's `expires_in`), or the JWT itself.

    A JWT counts from its own moment of issue, so that it does not matter whether the clocks of
    both machines agree.  Whole seconds were rounded: up to one of them may be over already.
    """
    told = _number(document.get("expires_in")) if isinstance(document, Mapping) else None
    if told is not None:
        return _surely(told)
    claims = _claims(token)
    exp, issued = _number(claims.get("exp")), _number(claims.get("iat"))
    if exp is None:
        return None
    return _surely(exp - (time.time() if issued is None else issued))


def _surely(life_s: float) -> float:
    return max(0.0, life_s - 1, life_s / 2)


def _claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of itself; nothing of other tokens."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, Mapping) else {}


def _number(value: Any) -> float | None:
    """A number of seconds; None of anything else."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
    return float(value) if known else None
