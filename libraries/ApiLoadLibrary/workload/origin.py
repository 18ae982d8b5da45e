"""Where requests may go: an origin is a scheme, a host and a port."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ApiLoadLibrary.errors import BadInput, OriginNotAllowed

__all__ = ["Origin", "address_of", "require_allowed"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a server, as `https://api.example.com`."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of a URL.

        Raises:
            BadInput: Not an http or https URL with a host.
        """
        parts = _split(url)
        return cls(parts.scheme, _ascii_host(url, parts), _port(url, parts))

    @property
    def tls(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise BadInput(f"'{url}' is not the address of a server: write http://… or https://….")
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            "A server's address must hold no user name or password: use `Use Basic Auth`."
        )
    return parts


def _ascii_host(url: str, parts: SplitResult) -> str:
    """The host as it travels: an international name in its ASCII form, as `requests` has it."""
    host = parts.hostname or ""
    if host.isascii():
        return host
    import requests  # seldom needed, and slow to import: shards do without

    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(f"{parts.scheme}://{host}", None)
    except requests.exceptions.InvalidURL:
        raise BadInput(f"The host in '{url}' is not a name that can be looked up.") from None
    return urlsplit(str(prepared.url)).hostname or ""


def _port(url: str, parts: SplitResult) -> int:
    try:
        return _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    except ValueError:
        raise BadInput(f"The port in '{url}' is not one from 0 to 65535.") from None


def address_of(base_url: str, path: str) -> str:
    """The whole URL of a path on a server; a path that is a whole URL stays what it is."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{base_url.rstrip('/')}/{path.removeprefix('/')}"


def require_allowed(origin: Origin, allowed: Collection[Origin]) -> None:
    """Let pass only what may be sent to.

    Raises:
        OriginNotAllowed: The origin is not in `allowed`.
    """
    if origin not in allowed:
        names = ", ".join(sorted(map(str, allowed))) or "none, because `Use Server` came not yet"
        raise OriginNotAllowed(
            f"Nothing is sent to {origin}: it is not an allowed origin. Allowed: {names}. "
            f"Name it in `Use Server    …    allow={origin}` if it may be."
        )
