"""Which address a request comes from. Addresses are used while it is judged, and kept nowhere."""

from __future__ import annotations

import ipaddress
import logging

from aiohttp import web

__all__ = ["Callers"]

_log = logging.getLogger(__name__)

_HEADER = "X-Forwarded-For"
_V6_PREFIX = 64  # one subscriber has at least this much of IPv6 to himself


class Callers:
    """Reads callers' addresses, behind `trusted_proxies` proxies that append to X-Forwarded-For."""

    def __init__(self, trusted_proxies: int = 0) -> None:
        self._trusted = trusted_proxies
        self._warned = False

    def address(self, request: web.Request) -> str:
        """The caller's address; of IPv6 the network, as anybody has 2**64 addresses in one.

        The last proxy wrote the last entry, the one before it the one before: what is left of
        those was written by the caller himself and is not believed. Fewer entries, or one that is
        no address: the request came another way, and whoever connected is the caller.
        """
        peer = _network(request.remote or "") or "unknown"
        said = ",".join(request.headers.getall(_HEADER, []))
        if not said:
            return peer
        if not self._trusted:
            self._warn()
            return peer
        entries = said.split(",")
        if len(entries) < self._trusted:
            return peer
        return _network(entries[-self._trusted]) or peer

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "Requests seem to come through a proxy; all visitors then share its address and "
                "its rate limits. If one is yours, start with --trusted-proxies 1."
            )


def _network(text: str) -> str:
    """An address in normal form, without port; the empty text for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((int(address), _V6_PREFIX), strict=False))
        return str(address.ipv4_mapped)
    return str(address)
