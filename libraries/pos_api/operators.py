"""What only those who run the server may use: clients on its own machine, and of a network."""

import ipaddress

from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError
from pos_api.operation import Action

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_network(text: str) -> Network:
    """What an ``--operators`` names.

    Raises:
        ValueError: that is no network.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; write 10.1.2.0/24, or the address of one machine") from None


class Operators:
    """Those who may break the server, read its counters, and remove what load runs have written.

    Args:
        network: of their machines; None for the server's own machine only.
    """

    def __init__(self, network: Network | None) -> None:
        self._network = network

    def only(self, action: Action) -> Action:
        """The same action, for them only; anybody else is answered with 403."""

        async def guarded(request: Request) -> Response:
            if not self._include(request):
                message = "This is for clients on the server's own machine, or of --operators."
                raise ApiError(403, "operators_only", message)
            return await action(request)

        return guarded

    def _include(self, request: Request) -> bool:
        if request.client is None:
            return False
        try:
            address = ipaddress.ip_address(request.client.host)
        except ValueError:
            return False
        return address.is_loopback or (self._network is not None and address in self._network)
