"""Which addresses are the public's: everything else is this machine, its network, or a way around the question."""

import ipaddress
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: on networks with IPv6 alone, all IPv4 addresses are reached through it."""

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is given out of IPv6 (IANA IPv6 address space). Elsewhere are other ways of writing IPv4 addresses."""

_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # carriers' own; also the metadata of some clouds
            "168.63.129.16/32",  # the host of an Azure machine, on an address that is public elsewhere
            "192.0.0.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "198.18.0.0/15",
            "240.0.0.0/4",
            "2001::/23",  # Teredo, ORCHID and others of the IETF
            "2002::/16",  # 6to4
            "3fff::/20",
        ),
    )
)
"""What `is_global` of one Python version or another lets through (IANA special-purpose address registries)."""


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it too."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _GLOBAL_UNICAST:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NOT_PUBLIC)


def address_of(text: str) -> Address | None:
    """Read an address as sockets and URLs write it; None for anything else, such as a name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
