"""Whether a server runs on this machine, and so can be watched from here."""

from __future__ import annotations

import ipaddress
import socket

import psutil

from ApiLoadLibrary.workload.origin import Origin

__all__ = ["is_local"]


def is_local(origin: Origin) -> bool:
    """Whether every address of the origin's host is one of this machine's."""
    try:
        found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    own = {each.address for addresses in psutil.net_if_addrs().values() for each in addresses}
    return all(_is_own(str(each[4][0]), own) for each in found)


def _is_own(address: str, own: set[str]) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback or address in own
