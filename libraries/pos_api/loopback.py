"""What only clients on the server's own machine may use."""

import ipaddress

from starlette.requests import Request

from pos_api.errors import ApiError


def require_loopback(request: Request) -> None:
    """Let a client on this machine pass.

    Raises:
        ApiError: 403, it is on another.
    """
    if not _is_loopback(request):
        message = "This is for clients on the server's own machine only."
        raise ApiError(403, "loopback_only", message)


def _is_loopback(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
