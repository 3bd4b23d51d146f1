"""Which addresses of the network a stranger's link may lead to: the public ones. Checked on the address really connected to.

A check of the name alone is fooled by a literal in odd notation (127.1, 0x7f000001), a redirect, or a name that changes its
answer between the check and the connection.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(OSError):
    """The connection would reach a machine of our own network."""


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket for one answer of `getaddrinfo`. Raises PrivateAddressError where that is not an address of the public internet.

    For aiohttp's `TCPConnector(socket_factory=…)`, which asks for a socket for the very address that it then connects to.
    """
    family, kind, protocol, _, place = address
    if not is_public(str(place[0])):
        raise PrivateAddressError("not an address of the public internet")
    return socket.socket(family=family, type=kind, proto=protocol)


def is_public(literal: str) -> bool:
    """True for an IP address of the public internet: no loopback, private, shared, link-local, multicast or reserved one.

    An IPv4 address carried inside an IPv6 one (mapped, 6to4, Teredo, NAT64) counts as itself. Metadata services of clouds are
    link-local (169.254.169.254) or private (fd00:ec2::254).
    """
    try:
        address = ipaddress.ip_address(literal.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
