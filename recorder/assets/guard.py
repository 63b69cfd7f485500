"""Which addresses and URLs the asset fetcher may touch.

Recordings are hostile input: whoever can POST one can name any URL in it. So
the address is judged where the connection is made, not where the name was
looked up, and every redirect is judged like a first request.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from recorder.errors import WrongUse
from recorder.sites import Site, is_private_origin, origin_of

__all__ = [
    "LISTED_CDNS",
    "AddressBlocked",
    "GuardedResolver",
    "address_allowed",
    "guarded_socket",
    "judge_url",
]

LISTED_CDNS: Final = frozenset(
    {
        "https://ajax.googleapis.com",
        "https://cdn.jsdelivr.net",
        "https://cdnjs.cloudflare.com",
        "https://fonts.bunny.net",
        "https://fonts.googleapis.com",
        "https://fonts.gstatic.com",
        "https://kit-free.fontawesome.com",
        "https://maxcdn.bootstrapcdn.com",
        "https://stackpath.bootstrapcdn.com",
        "https://unpkg.com",
        "https://use.fontawesome.com",
        "https://use.typekit.net",
    }
)
"""Origins of public style sheets and fonts that pages of any site load from."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressBlocked(OSError):
    """A connection to an address that must not be reached."""


def address_allowed(text: str, *, allow_private: bool = False) -> bool:
    """Whether a connection to the IP address `text` may be made.

    Public unicast addresses only. `allow_private` adds loopback and private
    networks, never link-local (cloud metadata lives there), multicast or
    reserved ones.
    """
    try:
        address = _unwrap(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    if address.is_loopback:
        return allow_private
    if address.is_link_local or address.is_multicast or address.is_reserved:
        return False
    if address.is_unspecified or address in _THIS_NETWORK:
        return False
    return address.is_global or (allow_private and address.is_private)


def judge_url(url: str, site: Site) -> tuple[str, bool]:
    """Why `url` must not be fetched for `site` (empty: it may), and whether privately.

    The flag is true where private addresses are allowed: for the site's own
    origins, if the site was registered as one that lives at such an address.
    """
    try:
        parts = urlsplit(url)
        origin = origin_of(url)
    except (ValueError, WrongUse):
        return "not a sound http(s) URL", False
    if "@" in parts.netloc:
        return "credentials in the URL", False
    own = origin in site.origins
    if not own and origin not in LISTED_CDNS:
        return "neither the site's own origin nor a listed CDN", False
    private = own and site.allow_private
    if not private and is_private_origin(origin):
        return "private address", False
    # A literal address never reaches the resolver, so it is judged here, too.
    host = parts.hostname or ""
    try:
        literal = str(ipaddress.ip_address(host))
    except ValueError:
        return "", private
    allowed = address_allowed(literal, allow_private=private)
    return "" if allowed else "private address", private


class GuardedResolver(AbstractResolver):
    """Looks names up and leaves out addresses that must not be reached."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Allowed addresses of `host`. Raises AddressBlocked if there are only others."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [
            entry
            for entry in found
            if address_allowed(entry["host"], allow_private=self._allow_private)
        ]
        if not allowed:
            raise AddressBlocked(f"{host} has no address that may be reached")
        return allowed

    async def close(self) -> None:
        """Nothing is held open."""
        await self._resolver.close()


def guarded_socket(
    info: tuple[int, int, int, str, tuple[object, ...]], allow_private: bool
) -> socket.socket:
    """A socket for the address in `info` (as `getaddrinfo` gives it): the last check.

    Raises AddressBlocked; this runs right before the connection is made.
    """
    family, kind, protocol, _, address = info
    if not address_allowed(str(address[0]), allow_private=allow_private):
        raise AddressBlocked(f"{address[0]} must not be reached")
    return socket.socket(family, kind, protocol)


def _unwrap(address: Address) -> Address:
    """The IPv4 address inside a mapped, 6to4, Teredo or NAT64 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address.teredo:
        inner = address.teredo[1]
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address
