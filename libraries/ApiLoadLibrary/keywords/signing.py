"""Keywords about what signs requests: keys, passwords, many users, another library's session."""

from __future__ import annotations

import sys
from typing import Any

import requests
from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.errors import BadInput, UnknownName
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.identity import KeyPlace
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.session.taking_over import take_over
from ApiLoadLibrary.session.user_file import read_users
from ApiLoadLibrary.values import Rate

from .converters import unwrapped
from .servers import parsed_json

__all__ = ["Signing"]

TEN_A_SECOND = Rate.parse("10/s")


class Signing:
    """What signs requests."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["server"])
    def sign_in_users_from(
        self,
        file: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        token: str = "$.access_token",  # noqa: S107 - where it stands, not what it is
        rate: Rate = TEN_A_SECOND,
    ) -> int:
        """Signs in many users, and sends load as all of them in turns from then on.

        Each request comes as one user: the first arrival of an endpoint as the first, the next
        as the second, and so on in a circle, however many processes send.  So each endpoint's
        requests are spread evenly, and a run can be repeated.

        Tokens are got again before they run out, also while load is sent, at no more than
        `rate`.  When one user cannot sign in, no load is sent.

        Args:
            file: A CSV file in UTF-8; its first line names the columns.  Values of columns that
                are called like a password, key, secret or token are masked.
            method: The method of the sign-in request, usually POST.
            path: Its path on the server.
            json: Its body; `{{name}}` in it stands for the user's value in that column.
            data: Instead of `json`, a form: a dictionary.
            token: Where the answer holds the token.
            rate: How many users sign in within a time, at most (`10/s`).

        Returns:
            How many users there are.

        Example:

        ```robotframework
        VAR    &{login}    username={{username}}    password={{password}}
        Sign In Users From    users.csv    POST    /api/auth/login    json=${login}    rate=50/s
        ```
        """
        who, secret = self._session.identity, self._session.mask.add
        users = read_users(file)
        who.learn_users(users)
        form = SignIn(
            *(method.upper(), path, unwrapped(parsed_json(json), secret), token),
            data=unwrapped(data, secret),
        )
        signed_in = who.sign_in_users([form.of_user(each) for each in users], rate)
        logger.info(f"{signed_in.count:,} users signed in by {method.upper()} {path}.")
        return signed_in.count

    @keyword("Use API Key", tags=["server"])
    def use_api_key(self, name: str, key: str | Secret, *, place: KeyPlace = "header") -> None:
        """Sends a key with every request from then on, beside whatever else signs it.

        Args:
            name: Of the header, query parameter or cookie that holds it.
            key: The key, best as a `Secret`.
            place: `header`, `query` or `cookie`.

        Example:

        ```robotframework
        Use API Key    X-Api-Key    ${KEY}
        Use API Key    api_key    ${KEY}    place=query
        ```
        """
        self._session.identity.use_api_key(name, self._known(key), place)

    @keyword(tags=["server"])
    def use_basic_auth(self, user: str, password: str | Secret) -> None:
        """Signs every request with a user's name and password from then on (RFC 7617).

        Args:
            user: The name.
            password: The password, best as a `Secret`.

        Example:

        ```robotframework
        Use Basic Auth    till-1    ${PASSWORD}
        ```
        """
        self._session.identity.use_basic_auth(user, self._known(password))

    @keyword(tags=["server"])
    def use_digest_auth(self, user: str, password: str | Secret) -> None:
        """Signs every request by digest with a user's name and password from then on (RFC 7616).

        A server challenges first, and its challenge may be met so often, with rising numbers.
        So each worker asks for one of its own with its first request, and again when the server
        calls it stale: both ways count as one request, and its time is theirs.  Load goes through
        Python's `requests` for that, which is much slower (`transport=requests`).

        Args:
            user: The name.
            password: The password, best as a `Secret`.

        Example:

        ```robotframework
        Use Digest Auth    till-1    ${PASSWORD}
        ```
        """
        self._session.identity.use_digest_auth(user, self._known(password))
        self._say_slower()

    @keyword(tags=["server"])
    def use_requests_session(self, alias: str) -> None:
        """Sends load as a session of RequestsLibrary does, to the same server.

        Its base URL, headers, cookies, authentication (basic, digest, or an object of your own,
        which is applied once for each load run), `verify`, client certificate and proxies are
        taken over as they are now; log.html says which.  What signed requests before is
        forgotten.  With proxies or digest, load goes through Python's `requests`, which is much
        slower.  Repetitions of failed requests are not taken over.

        RequestsLibrary itself writes headers and bodies into the log: what is a `Secret` in the
        suite's variables is masked there, too.

        Args:
            alias: The session's, as it was given to RequestsLibrary's `Create Session`.

        Example:

        ```robotframework
        Use Requests Session    shop
        Sustain 1000 Requests Per Minute On Products
        ```
        """
        library = _owner_of(alias)
        theirs: requests.Session = _sessions(library).get_connection(alias)
        taken = take_over(self._session, theirs, str(_value(theirs, "url")), library.cookies)
        logger.info(f"Taken over from session '{alias}': {'; '.join(taken)}.")
        if self._session.config.through_requests or self._session.identity.digest:
            self._say_slower()

    def _known(self, secret: str | Secret) -> str:
        value = str(unwrapped(secret, self._session.mask.add))
        self._session.mask.add(value)
        return value

    def _say_slower(self) -> None:
        logger.info(
            "Load goes through Python's requests from now on, which is much slower.",
            also_console=True,
        )


def _owner_of(alias: str) -> Any:
    """The RequestsLibrary, among those that the suite imports, that has this session.

    Raises:
        UnknownName: None has.
        BadInput: There is no RequestsLibrary.
    """
    module = sys.modules.get("RequestsLibrary")
    kind = getattr(module, "RequestsLibrary", None)
    imported: Any = BuiltIn().get_library_instance(all=True)
    libraries = [each for each in imported.values() if kind and isinstance(each, kind)]
    if not libraries:
        raise BadInput("No RequestsLibrary is imported: write `Library    RequestsLibrary`.")
    for each in libraries:
        try:
            _sessions(each).get_connection(alias)
        except RuntimeError:
            continue
        return each
    known = [name for each in libraries for name in _value(_sessions(each), "_aliases")]
    raise UnknownName("session of RequestsLibrary", alias, known)


def _sessions(library: Any) -> Any:
    return _value(library, "_cache")


def _value(holder: Any, name: str) -> Any:
    """What RequestsLibrary and Robot keep for themselves, and everybody's sessions with it."""
    return getattr(holder, name)
