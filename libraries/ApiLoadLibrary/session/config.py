"""What `Use Server` and `Configure Load` set."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from ApiLoadLibrary.engine.plan import Detours
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.guard import proxies_to
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["About", "LoadTestConfig", "Redirects", "TransportName", "split_list"]

TransportName = Literal["http1", "requests"]
Redirects = Literal["report", "follow"]
"""What carries requests: lean connections of our own, or Python's `requests`."""

HERE = "none"
"""Written in place of a cluster's address: back to this machine."""

MAX_WORKERS = 100_000
_TIMEOUT = Duration(30 * NS_PER_S)
_DURATION = Duration(60 * NS_PER_S)


@dataclass(frozen=True, slots=True)
class About:
    """What the report says of the system under test, as far as the suite told."""

    name: str | None = None
    version: str | None = None
    commit: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class LoadTestConfig:
    """Settings that hold for every load run until they are changed.

    Attributes:
        base_url: The server's address; None until `Use Server`.
        workers: Concurrency slots of a run.
        timeout: For one request, connecting included.
        duration: Of a load sentence that names none.
        threshold: The response time limit of endpoints that have none of their own.
        max_rate: A cap on the rate of all requests of a run together.
        max_requests: A cap on their number.
        allow: Origins besides the server's own that requests may go to.
        verify: Whether TLS certificates are verified; or the file of a private CA.
        cert: The client's certificate: a file with its key, or a file of each; none unless
            servers ask for one.
        connect_timeout: For connecting alone, TLS included; None leaves it the whole time-out.
        shards: Processes to send from; None chooses by the rate and the machines.
        transport: `http1` for lean connections of our own; `requests` for Python's `requests`
            on a thread for each worker, which honours the environment's proxies.
        redirects: `report` takes a redirect for the answer; `follow` goes where it leads, within
            the allowed origins.
        cookies: Whether each worker keeps the cookies that it gets, and sends them back.
        cluster: The scheduler's address of a Dask cluster whose workers send the load; None sends
            it from this machine.
        detours: Origins that are reached through a fault proxy, and its port.
        proxies: Of a session that was taken over, in the form of `requests`, instead of the
            environment's; with some, `requests` carries the load.
    """

    base_url: str | None = None
    workers: int = 50
    timeout: Duration = _TIMEOUT
    duration: Duration = _DURATION
    threshold: Duration | None = None
    max_rate: Rate | None = None
    max_requests: int | None = None
    allow: tuple[str, ...] = ()
    verify: bool | str = True
    cert: tuple[str, ...] = ()
    connect_timeout: Duration | None = None
    shards: int | None = None
    transport: TransportName = "http1"
    redirects: Redirects = "report"
    cookies: bool = False
    cluster: str | None = None
    detours: Detours = ()
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in ("timeout", "duration", "connect_timeout"):
            length = getattr(self, name)
            if length is not None and length.ns == 0:
                raise BadInput(f"{name}='0 s' is too short: write a time above 0, like 30 s.")
        if not 1 <= self.workers <= MAX_WORKERS:
            raise BadInput(f"workers={self.workers} must be from 1 to {MAX_WORKERS:,}.")
        if self.shards is not None and not 1 <= self.shards <= self.workers:
            raise BadInput(f"shards={self.shards} must be from 1 to workers={self.workers}.")
        if self.max_requests is not None and self.max_requests < 1:
            raise BadInput(f"max_requests={self.max_requests} sends nothing: write 1 or more.")
        if self.transport not in get_args(TransportName):
            raise BadInput(f"transport='{self.transport}' must be http1 or requests.")
        if self.redirects not in get_args(Redirects):
            raise BadInput(f"redirects='{self.redirects}' must be report or follow.")
        if self.through_requests and (self.cookies or self.redirects == "follow"):
            raise BadInput(
                "redirects=follow and cookies=True need transport=http1: with transport=requests "
                "write an action that does it (`Define Action`)."
            )
        if self.cluster and self.detours:
            raise BadInput(
                "The fault proxy stands on this machine, and the load comes from a cluster: end it "
                "with `Stop Fault Proxy`, or send from here (cluster=none)."
            )
        if isinstance(self.verify, str) and not Path(self.verify).is_file():
            raise BadInput(f"verify='{self.verify}' is no file: name a CA file, or write True.")
        if self.cert:
            _check_certificate(self.cert)
        if re.search(r"[?#]", self.base_url or ""):
            raise BadInput(
                f"base_url='{self.base_url}' must end before '?' and '#': leave them out."
            )
        self.allowed  # noqa: B018 - raises of an address that cannot be one

    def changed(self, **changes: Any) -> LoadTestConfig:
        """These settings with some changed; None leaves a setting as it is.  `cluster=none` brings
        load back to this machine.

        Raises:
            BadInput: A value that a setting may not have.
        """
        known = {each.name for each in fields(self)}
        given = {name: value for name, value in changes.items() if value is not None}
        assert given.keys() <= known, given.keys() - known
        if given.get("cluster", "").casefold() == HERE:
            given["cluster"] = None
        return replace(self, **given)

    @property
    def server(self) -> str:
        """The server's address.

        Raises:
            BadInput: `Use Server` came not yet.
        """
        if self.base_url is None:
            raise BadInput("No server is known yet: call `Use Server    http://…` first.")
        return self.base_url

    @property
    def through_requests(self) -> bool:
        """Whether `requests` carries the load, so that proxies are honoured."""
        return self.transport == "requests" or bool(self.proxies)

    @property
    def proxies_on_the_way(self) -> Mapping[str, str]:
        """Those that `requests` takes to the server; none where it does not carry the load."""
        if not self.through_requests:
            return {}
        return self.proxies or proxies_to(Origin.of(self.server))

    @property
    def allowed(self) -> frozenset[Origin]:
        """The only origins that anything is sent to."""
        addresses = (self.base_url, *self.allow) if self.base_url else self.allow
        return frozenset(map(Origin.of, addresses))


def _check_certificate(files: tuple[str, ...]) -> None:
    """See whether it can be shown to a server, before one asks."""
    written = ", ".join(files)
    missing = [each for each in files if not Path(each).is_file()]
    if missing or len(files) > 2:
        problem = f"{missing[0]} is no file" if missing else "that is more than two files"
        raise BadInput(
            f"cert='{written}' cannot be used ({problem}): "
            "name a PEM file with certificate and key, or one of each with a comma between."
        )
    try:
        # Asked for a password, it has none to give, instead of waiting at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(
            files[0], files[-1], password=lambda: ""
        )
    except (OSError, ValueError) as error:
        raise BadInput(
            f"cert='{written}' cannot be used ({getattr(error, 'reason', None) or error}): name "
            "PEM files with a certificate and its key, the key without a password."
        ) from None


def split_list(text: str) -> tuple[str, ...]:
    """The items of a list that is written with commas."""
    return tuple(each for each in re.split(r"\s*,\s*", text.strip()) if each)
