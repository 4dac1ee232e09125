"""Keeps connections to public addresses: what names resolve to is sifted, and each socket is asked once more."""

import socket
from collections.abc import Callable
from typing import TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.download import AddressRefused
from adapters.web.addresses import Address, address_of

IsPublic: TypeAlias = Callable[[Address], bool]
AddrInfo: TypeAlias = tuple[
    int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[str | bytes | int, ...]
]


class PublicResolver(AbstractResolver):
    """Another resolver's answers, without the addresses that are not public. Connections go to what remains."""

    def __init__(self, resolver: AbstractResolver, is_public: IsPublic) -> None:
        self._resolver = resolver
        self._is_public = is_public

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses of a name.

        Raises:
            AddressRefused: it has others only.
            OSError: it has none, or can't be resolved.
        """
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if _is_public(one["host"], self._is_public)]
        if not found:
            raise OSError("the name has no address")
        if not public:
            raise AddressRefused("the name leads to an address that is not public")
        return public

    async def close(self) -> None:
        """Release the other resolver."""
        await self._resolver.close()


def guarded_sockets(is_public: IsPublic) -> Callable[[AddrInfo], socket.socket]:
    """A socket factory for aiohttp that makes none for an address that is not public.

    It is asked right before each connection, for addresses in links too, which no resolver sees.
    """

    def make(info: AddrInfo) -> socket.socket:
        family, kind, protocol, _, peer = info
        if not _is_public(str(peer[0]), is_public):
            raise AddressRefused("the address is not public")
        return socket.socket(family, kind, protocol)

    return make


def _is_public(text: str, is_public: IsPublic) -> bool:
    address = address_of(text)
    return address is not None and is_public(address)
