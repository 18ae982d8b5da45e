"""Keywords about the system under test: where it is, and how to sign in."""

from __future__ import annotations

import json as json_module
from typing import Any

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.config import About, Redirects, TransportName, split_list
from ApiLoadLibrary.session.signin import SignIn, Token
from ApiLoadLibrary.values import Duration, Rate

from .converters import unwrapped

__all__ = ["Servers"]


class Servers:
    """Where the system under test is, and how to sign in."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["server"])
    def use_server(
        self,
        base_url: str | Secret,
        *,
        workers: int | None = None,
        timeout: Duration | None = None,
        connect_timeout: Duration | None = None,
        duration: Duration | None = None,
        threshold: Duration | None = None,
        max_rate: Rate | None = None,
        max_requests: int | None = None,
        allow: str | None = None,
        verify: bool | str | None = None,
        cert: str | None = None,
        shards: int | None = None,
        transport: TransportName | None = None,
        redirects: Redirects | None = None,
        cookies: bool | None = None,
        cluster: str | None = None,
        name: str | None = None,
        version: str | None = None,
        commit: str | None = None,
        environment: str | None = None,
    ) -> None:
        """Points at the system under test; it must accept a connection.

        Load goes to this server and to the origins named in `allow`, and nowhere else.  At another
        server than before nobody is signed in, and of `allow`, `verify` and `cert` nothing holds
        that is not said anew.

        Args:
            base_url: Its address, like `https://shop.example`.
            workers: How many requests may be under way at once in a load run (50).
            timeout: How long one request may take, connecting included (30 s).
            connect_timeout: How long connecting may take, TLS included; no longer than `timeout`.
            duration: How long a load sentence lasts that names no duration (1 min).
            threshold: The response time limit of endpoints without one of their own.
            max_rate: A cap on the rate of all requests of a run together, like `5,000/min`.
            max_requests: A cap on their number.  A sentence that can send more is refused before
                load; where nobody knows beforehand, as with `Send As Fast As Possible`, the run
                ends there, and says that it was cut short.  A request counts once, redirects
                that it follows included, and so does a call of an action.
            allow: Further origins that requests may go to, with commas between.
            verify: Whether TLS certificates are verified (yes); or the file of a private CA.
                That they are not is told on the console and in the report.
            cert: The client's certificate for servers that ask for one: a PEM file that holds
                its key too, or the files of certificate and key with a comma between.
            shards: From how many processes load is sent; unless given, from as many as the rate
                needs, and from each machine of a cluster.
            transport: `http1` (unless given) for lean connections of the library's own, or
                `requests` for Python's `requests` on a thread for each worker: much slower, but
                it honours the environment's proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
            redirects: `report` (unless given): a redirect is the answer; `follow`: go where it
                leads, within the allowed origins, as a part of the same request.
            cookies: Whether each worker keeps the cookies that it gets, and sends them back, as
                a customer's browser does (no).
            cluster: The scheduler of a Dask cluster, like `tcp://scheduler:8786`, whose workers
                send the load in place of this machine; `none` for this machine again.
            name: How the report calls the system.
            version: Its version, for the report.
            commit: Its commit, for the report.
            environment: Where it runs, for the report.

        Example:

        ```robotframework
        Use Server    https://shop.example    workers=50    timeout=10 s    threshold=200 ms
        ```
        """
        address = str(unwrapped(base_url, self._session.mask.add))
        self._session.use_server(
            address,
            About(name, version, commit, environment),
            workers=workers,
            timeout=timeout,
            connect_timeout=connect_timeout,
            duration=duration,
            threshold=threshold,
            max_rate=max_rate,
            max_requests=max_requests,
            allow=None if allow is None else split_list(allow),
            verify=verify,
            cert=None if cert is None else split_list(cert),
            shards=shards,
            transport=transport,
            redirects=redirects,
            cookies=cookies,
            cluster=cluster,
        )
        logger.info(f"Load goes to {address} from now on.")

    @keyword(tags=["server"])
    def configure_load(
        self,
        *,
        workers: int | None = None,
        timeout: Duration | None = None,
        connect_timeout: Duration | None = None,
        duration: Duration | None = None,
        threshold: Duration | None = None,
        max_rate: Rate | None = None,
        max_requests: int | None = None,
        shards: int | None = None,
        transport: TransportName | None = None,
        redirects: Redirects | None = None,
        cookies: bool | None = None,
        cluster: str | None = None,
    ) -> None:
        """Changes settings of `Use Server` for the load runs to come; the others stay.

        Args:
            workers: How many requests may be under way at once.
            timeout: How long one request may take, connecting included.
            connect_timeout: How long connecting may take, TLS included.
            duration: How long a load sentence lasts that names no duration.
            threshold: The response time limit of endpoints without one of their own.
            max_rate: A cap on the rate of all requests of a run together.
            max_requests: A cap on their number.
            shards: From how many processes load is sent.
            transport: `http1` or `requests`.
            redirects: `report` or `follow`.
            cookies: Whether each worker keeps the cookies that it gets.
            cluster: The scheduler of a Dask cluster that sends the load; `none` for this machine.

        Example:

        ```robotframework
        Configure Load    workers=100    duration=5 min
        ```
        """
        self._session.configure(
            workers=workers,
            timeout=timeout,
            connect_timeout=connect_timeout,
            duration=duration,
            threshold=threshold,
            max_rate=max_rate,
            max_requests=max_requests,
            shards=shards,
            transport=transport,
            redirects=redirects,
            cookies=cookies,
            cluster=cluster,
        )

    @keyword(tags=["server"])
    def sign_in(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Any = None,
        token: str = "$.access_token",  # noqa: S107 - where it stands, not what it is
        use: bool = True,
    ) -> Secret:
        """Signs in, and sends the token with every request from then on.

        Where the answer or the token tells how long it lives (`expires_in`, or a JWT), it is got
        again in time, also while load is sent, and load goes on with the new one.  Passwords given
        as Robot `Secret`s, and tokens, are masked in logs and reports.

        Args:
            method: The method of the sign-in request, usually POST.
            path: Its path on the server.
            json: Its body: a dictionary, or JSON text; `Secret`s in it are filled in.
            data: Instead of `json`, a form: a dictionary.
            token: Where the answer holds the token.
            use: Whether it is sent with every request from then on; of another user, or of one
                whose token shall run out, it is only returned.

        Returns:
            The token, as a `Secret`.

        Example:

        ```robotframework
        VAR    &{credentials}    username=till-1    password=${PASSWORD}
        Sign In    POST    /api/auth/login    json=${credentials}    token=$.access_token
        ```
        """
        secret = self._session.mask.add
        body, form = unwrapped(parsed_json(json), secret), unwrapped(data, secret)
        way = SignIn(method.upper(), path, body, token, data=form)
        got = self._session.sign_in(way, use=use)
        logger.info(f"Signed in by {method.upper()} {path}.")
        return Secret(got.value)

    @keyword(tags=["server"])
    def use_bearer_token(self, token: str | Secret) -> None:
        """Sends this token with every request from then on.

        Args:
            token: The token, best as a `Secret`: a plain text stands in the suite for all to read.

        Example:

        ```robotframework
        Use Bearer Token    ${TOKEN}
        ```
        """
        self._session.use_token(Token.told(unwrapped(token, self._session.mask.add)))

    @keyword(tags=["server"])
    def host_is_watched(self) -> bool:
        """Whether load runs watch the host of the system under test: whether it is this machine.

        `Verify CPU …` and `Verify Memory …` are inconclusive where it is not.

        Returns:
            True or False.

        Example:

        ```robotframework
        ${watched} =    Host Is Watched
        Skip If    not ${watched}    The server runs on another machine.
        ```
        """
        return self._session.host_is_watched


def parsed_json(value: Any) -> Any:
    """A body as data: text is read as JSON.

    Raises:
        BadInput: The text is not JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return json_module.loads(value)
    except json_module.JSONDecodeError as error:
        # Nothing of the text is said: it may hold passwords.
        problem = error.msg.partition(":")[0]
        raise BadInput(
            f"json= is not JSON ({problem} at character {error.pos + 1}): "
            'write for example {"id": 1}, or give a dictionary.'
        ) from None
