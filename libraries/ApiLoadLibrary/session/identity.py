"""As whom requests are sent: what signs them, and who is signed in.

One thing signs requests at a time: tokens of those who are signed in, basic, digest, or whatever
`requests` knows to sign with; the latest that was said.  API keys, cookies and headers go beside.
"""

from __future__ import annotations

import base64
import copy
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.cookiejar import CookieJar
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import requests
from requests.auth import AuthBase, HTTPDigestAuth

from ApiLoadLibrary.errors import BadInput, ServerUnreachable
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.endpoint import LOAD_RUN, check_given_header, check_header
from ApiLoadLibrary.workload.guard import proxies_to
from ApiLoadLibrary.workload.origin import Origin, address_of
from ApiLoadLibrary.workload.template import OF_USER

from .config import LoadTestConfig
from .http import guarded_session
from .masking import Masker
from .signin import SignIn, Token
from .users import Users

__all__ = ["Identity", "KeyPlace"]

KeyPlace = Literal["header", "query", "cookie"]

Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]
"""Signs a request in the way of `requests`."""

AUTHORIZATION = "Authorization"
BEARER = {AUTHORIZATION: f"Bearer {{{{token {OF_USER}}}}}"}
_TELLING = re.compile(r"auth|cookie|key|pass|secret|session|token", re.IGNORECASE)
"""Names of headers, parameters and columns whose values are secrets."""

LONG_ENOUGH = 8
"""Cookies with fewer characters, like `en`, are no secrets, and masking them would hide words."""

NO_SECRET_AFTER_S = 3600
"""After a token has run out; until then it may still be told of somewhere."""

ALONE = Rate.parse("10/s")
"""The most that a single user signs in, however short its tokens live."""


class Identity:
    """What signs requests; each load run takes what holds when it begins.

    Args:
        config: The settings that hold now.
        mask: Told of every secret.

    Attributes:
        id: Of the session; what is sent outside of load runs, as to sign in, carries it where
            their requests carry the run's.
        http: Its headers, parameters, cookies and auth go into every request.
        users: Those whose tokens are sent, if there are any.
        digest: User and password for digest authentication, if that is used.
    """

    def __init__(self, config: Callable[[], LoadTestConfig], mask: Masker | None = None) -> None:
        self._config = config
        self._mask = Masker() if mask is None else mask
        self._got: deque[tuple[float, str]] = deque()  # and until when each is a secret
        self._lock = threading.Lock()  # users sign in several at once
        self.id = uuid.uuid4().hex
        self.forget()

    def forget(self) -> None:
        """Send nothing of what signed requests until now: it was another server's."""
        self.http = guarded_session(lambda: self._config().allowed)
        self.http.headers[LOAD_RUN] = self.id
        self.users: Users | None = None
        self.digest: tuple[str, str] | None = None

    @property
    def mask(self) -> Masker:
        """Takes the secrets out of a text."""
        return self._mask

    @property
    def token(self) -> Token | None:
        """The token that requests are signed with: the first user's, if there are several."""
        return None if self.users is None else self.users.first

    @property
    def signature(self) -> Mapping[str, str]:
        """Headers that sign every request, with a place for the token."""
        return {} if self.users is None else BEARER

    # Signing in.

    def sign_in(self, sign_in: SignIn, *, use: bool) -> Token:
        """Get a token; see `AcceptanceSession.sign_in`."""
        with self._way() as way:
            token = sign_in(way, self._config().server)
        self._found(token)
        if use:
            # What a server has set when it was signed in to goes along with every request.
            self.send_cookies(way.cookies)
            self._sign_by(users=self._users([sign_in], ALONE, {0: token}))
        return token

    def sign_in_users(self, sign_ins: Sequence[SignIn], pace: Rate) -> Users:
        """Sign in many users, who send in turns from now on.

        Args:
            sign_ins: One for each.
            pace: How many sign in within a time, at most; now, and again under load.

        Raises:
            ServerUnreachable: One of them got no answer; no more were sent.
            SignInFailed: One of them got no token, or tokens do not live long enough.
        """
        users = self._users(sign_ins, pace, {})
        users.sign_in()
        self._sign_by(users=users)
        return users

    def learn_users(self, rows: Iterable[Mapping[str, str]]) -> None:
        """What columns hold that are called like a secret is told nowhere."""
        for row in rows:
            self._mask.add(*(value for name, value in row.items() if _TELLING.search(name)))

    def _users(self, sign_ins: Sequence[SignIn], pace: Rate, tokens: dict[int, Token]) -> Users:
        server, ready = self._config().server, self._ready()

        def ask(user: int) -> Token:
            with self._dressed(ready) as http:
                return sign_ins[user](http, server)

        return Users(len(sign_ins), ask, pace, self._found, tokens)

    def use_token(self, token: Token) -> None:
        """Send this bearer token with every request."""
        self._found(token)
        self._sign_by(users=Users(1, None, ALONE, self._found, {0: token}))

    def _found(self, token: Token) -> None:
        """Tokens come and go for as long as load is sent: those long gone are no secrets."""
        self._mask.add(token.value)
        if token.expires_at is None:
            return
        with self._lock:
            self._got.append((token.expires_at + NO_SECRET_AFTER_S, token.value))
            while self._got[0][0] < time.monotonic():
                self._mask.forget(self._got.popleft()[1])
                if not self._got:
                    return

    # Signing without a token.

    def use_api_key(self, name: str, key: str, place: KeyPlace) -> None:
        """Send a key with every request, beside whatever else signs it.

        Raises:
            BadInput: Nothing can carry it there.
        """
        self._mask.add(key)
        if not key:
            raise BadInput("key= is empty: give the key.")
        if place == "header":
            check_given_header(name, key)
            if name.casefold() == AUTHORIZATION.casefold():
                self._sign_by()
            self.http.headers[name] = key
        elif place == "query":
            assert isinstance(self.http.params, dict)
            self.http.params[name] = key
        else:
            check_header(name, key)
            if re.search(r'[;,"\\\s]', key):
                raise BadInput(
                    f"The key cannot be sent in cookie '{name}': it holds ; , quotes or spaces."
                )
            self.http.cookies.set(name, key)

    def send_along(self, headers: Mapping[str, str], params: Any) -> None:
        """Send these headers and parameters with every request."""
        secret = (value for name, value in headers.items() if _TELLING.search(name))
        self._mask.add(*(word for each in secret for word in _long(each.split())))
        self.http.headers.update(headers)
        if params:
            self.http.params = params
            said = params.items() if isinstance(params, Mapping) else ()
            self._mask.add(*_long(str(value) for name, value in said if _TELLING.search(str(name))))

    def send_cookies(self, cookies: Mapping[str, str] | CookieJar) -> None:
        """Send these with every request."""
        self.http.cookies.update(cookies)
        self._mask.add(*_long(each.value for each in self.http.cookies))

    def learn_address(self, url: str) -> None:
        """A user's name and password may stand in an address: they are told nowhere."""
        parts = urlsplit(url)
        if parts.password:
            self.learn_password(unquote(parts.username or ""), unquote(parts.password))
            self._mask.add(parts.password, f"{parts.username}:{parts.password}")

    def use_basic_auth(self, user: str, password: str) -> None:
        """Sign every request with a user's name and password.

        Raises:
            BadInput: The name holds a colon, behind which the password would begin.
        """
        self.learn_password(user, password)
        if ":" in user:
            raise BadInput("user= holds a colon, which basic authentication ends it with.")
        self._sign_by(auth=_Basic(user, password))

    def use_digest_auth(self, user: str, password: str) -> None:
        """Answer each worker's challenge with a user's name and password."""
        self.learn_password(user, password)
        self._sign_by(digest=(user, password))

    def use_auth(self, auth: Sign) -> None:
        """Sign requests as this does when they are prepared, once for each load run."""
        self._sign_by(auth=auth)

    def learn_password(self, user: str, password: str) -> None:
        """A user's name and password are told nowhere, whichever way they are encoded."""
        pair = f"{user}:{password}"
        written = (pair.encode(), pair.encode("latin-1", "replace"))
        self._mask.add(password, pair, *(base64.b64encode(each).decode() for each in written))

    def _sign_by(
        self,
        *,
        users: Users | None = None,
        auth: Sign | None = None,
        digest: tuple[str, str] | None = None,
    ) -> None:
        self.users, self.http.auth, self.digest = users, auth, digest
        self.http.headers.pop(AUTHORIZATION, None)

    # Asking by oneself.

    def ask(self, method: str, path: str) -> requests.Response:
        """Send one request as whoever is signed in; see `AcceptanceSession.ask`."""
        config = self._config()
        headers = {} if self.token is None else {AUTHORIZATION: f"Bearer {self.token.value}"}
        try:
            with self._way() as http:
                return http.request(
                    method,
                    address_of(config.server, path),
                    headers=headers,
                    timeout=config.timeout.seconds,
                )
        except requests.RequestException as error:
            reason = type(error).__name__
            raise ServerUnreachable(f"{method} {path} got no answer ({reason}).") from None

    def _way(self) -> requests.Session:
        return self._dressed(self._ready())

    def _ready(self) -> requests.Session:
        """All that goes beside a token, as it is now."""
        ready = requests.Session()
        ready.headers.clear()
        ready.headers.update(self.http.headers)
        ready.params = copy.copy(self.http.params)
        ready.cookies.update(self.http.cookies)
        ready.auth = HTTPDigestAuth(*self.digest) if self.digest else self.http.auth
        return ready

    def _dressed(self, ready: requests.Session) -> requests.Session:
        """A session for one request or two: of its own, for cookies of users must not mix."""
        config = self._config()
        http = guarded_session(lambda: self._config().allowed)
        http.headers, http.params, http.auth = ready.headers, ready.params, ready.auth
        http.cookies.update(ready.cookies)
        http.verify = config.verify
        http.cert = (config.cert[0], config.cert[-1]) if config.cert else None
        if config.through_requests:
            http.proxies = dict(config.proxies) or proxies_to(Origin.of(config.server))
        return http


def _long(values: Iterable[str | None]) -> list[str]:
    return [each for each in values if each is not None and len(each) >= LONG_ENOUGH]


class _Basic(AuthBase):
    """Basic authentication in UTF-8, as RFC 7617 advises; that of `requests` knows Latin-1 only."""

    def __init__(self, user: str, password: str) -> None:
        pair = base64.b64encode(f"{user}:{password}".encode())
        self._value = f"Basic {pair.decode()}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[AUTHORIZATION] = self._value
        return request
