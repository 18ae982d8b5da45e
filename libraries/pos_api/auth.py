"""Sign-in, bearer tokens, and the check that every protected request goes through."""

import hmac
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import jwt
from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError, json_response
from pos_api.faults import Faults
from pos_api.fields import read_fields

_ALGORITHM = "HS256"
_REALM = 'Bearer realm="pos_api"'
_MOST_CACHED = 10_000
_LONGEST_CREDENTIAL = 256


class Token(NamedTuple):
    """What is known of a good token: when it expires, and the id that its ``jti`` gives it."""

    expires_at: float
    id: str


class TokenAuthority:
    """Issues JSON Web Tokens and checks them.

    The signing key is random and lives as long as the process: a restart ends every session.
    Checking a signature takes about 20 µs, a quarter of a whole request; so tokens found good
    are remembered until they expire, the least recently used forgotten first.

    Args:
        lifetime_s: seconds from issue to expiry.
        clock: seconds since the epoch.
        faults: may let expired tokens pass.
    """

    def __init__(
        self,
        lifetime_s: int,
        clock: Callable[[], float] = time.time,
        faults: Faults | None = None,
    ) -> None:
        self.lifetime_s = lifetime_s
        self._clock = clock
        self._faults = faults or Faults()
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, Token] = OrderedDict()

    def issue(self, subject: str, lifetime_s: int | None = None) -> str:
        """A signed token with ``sub``, ``iat``, ``exp`` and a unique ``jti``."""
        now = self._clock()
        claims = {
            "sub": subject,
            "iat": int(now),
            # Whole seconds, as other libraries expect; rounded up, so that none lives too short.
            "exp": math.ceil(now + (lifetime_s or self.lifetime_s)),
            "jti": secrets.token_hex(16),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def check_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> Token:
        """Let a request with a good ``Authorization`` header pass.

        Raises:
            ApiError: 401, with the challenge of RFC 6750.
        """
        for name, value in headers:
            if name == b"authorization":
                scheme, _, token = value.partition(b" ")
                if scheme.lower() == b"bearer":
                    return self.check_token(token.strip())
                break
        # RFC 6750, section 3.1: no error code where the client did not try to sign in at all.
        message = "A bearer token is needed: sign in at POST /api/auth/login and send it."
        raise ApiError(401, "missing_token", message, headers={"WWW-Authenticate": _REALM})

    def check_token(self, token: bytes) -> Token:
        """Let a good token pass.

        Raises:
            ApiError: 401, the token is not one of ours, is damaged, or has expired.
        """
        known = self._known.get(token)
        if known is None:
            known = self._verify(token)
        else:
            self._known.move_to_end(token)
        if known.expires_at <= self._clock() and not self._faults.admit_expired:
            self._known.pop(token, None)
            raise _invalid_token("expired_token", "The token has expired: sign in again.")
        return known

    def _verify(self, token: bytes) -> Token:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                # Time is judged by our own clock, for cached tokens and new ones alike.
                options={
                    "require": ["exp", "iat", "sub", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            verified = Token(float(claims["exp"]), str(claims["jti"]))
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:
            message = "The token is not valid here: sign in again."
            raise _invalid_token("invalid_token", message) from error
        self._remember(token, verified)
        return verified

    def _remember(self, token: bytes, verified: Token) -> None:
        self._known[token] = verified
        if len(self._known) > _MOST_CACHED:
            self._known.popitem(last=False)


class SignIn:
    """The sign-in endpoint."""

    def __init__(self, username: str, password: str, authority: TokenAuthority) -> None:
        self._username = username.encode()
        self._password = password.encode()
        self._authority = authority

    async def login(self, request: Request) -> Response:
        """``POST /api/auth/login``: a token for the right user name and password.

        It lives as long as ``expires_in`` says, at most as long as the server's tokens do.
        """
        fields = await read_fields(request, ("username", "password", "expires_in"))
        username = fields.secret("username", _LONGEST_CREDENTIAL)
        password = fields.secret("password", _LONGEST_CREDENTIAL)
        longest_s = self._authority.lifetime_s
        lifetime_s = fields.optional_integer("expires_in", 1, longest_s) or longest_s
        if not self._known(username, password):
            raise _refused_credentials()
        body = {
            "access_token": self._authority.issue(username, lifetime_s),
            "token_type": "Bearer",
            "expires_in": lifetime_s,
        }
        return json_response(body, headers={"Cache-Control": "no-store"})

    def _known(self, username: str, password: str) -> bool:
        # Both are compared in full, in constant time: the answer's time gives neither away.
        right_name = hmac.compare_digest(username.encode("utf-8", "replace"), self._username)
        right_password = hmac.compare_digest(password.encode("utf-8", "replace"), self._password)
        return right_name and right_password


def _refused_credentials() -> ApiError:
    message = "The user name or the password is wrong."
    return ApiError(401, "invalid_credentials", message, headers={"WWW-Authenticate": _REALM})


def _invalid_token(code: str, message: str) -> ApiError:
    challenge = f'{_REALM}, error="invalid_token", error_description="{message}"'
    return ApiError(401, code, message, headers={"WWW-Authenticate": challenge})
