"""The guarded fetcher: assets of tagged pages, from the site's own origins and listed CDNs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from recorder import limits
from recorder.assets.guard import AddressBlocked, GuardedResolver, guarded_socket, judge_url
from recorder.assets.media import judge_media
from recorder.inflate import BrokenGzip, InflatedTooLarge, gunzip
from recorder.sites import Site
from recorder.store.rows import Outcome

__all__ = ["Fetched", "Fetcher", "GuardedFetcher", "failed_outcome"]

_HEADERS: Final = {
    "User-Agent": "Heatwright (asset archive)",
    "Accept": "image/*, font/*, text/css;q=0.9, */*;q=0.1",
    # What is not compressed cannot be a bomb.
    "Accept-Encoding": "identity",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({404, 410})
_PIECE: Final = 64 * 1024  # bytes read at a time


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one URL. `body` only if `outcome` is `kept`; `status` 0: no answer.

    `url` is where redirects led to (empty: nowhere else): the base of a style
    sheet's references.
    """

    outcome: Outcome
    status: int
    media_type: str
    body: bytes | None
    reason: str
    url: str = ""


class Fetcher(Protocol):
    """Anything that can get an asset: the guarded fetcher, or a driven browser."""

    async def fetch(self, url: str) -> Fetched:
        """What became of `url`; never raises for what the network or the server does."""
        ...


class GuardedFetcher:
    """Fetches for one site. Use it in `async with`.

    No cookies, no referrer, no proxy; addresses judged when connecting,
    redirects one by one; limits of size and time from `recorder.limits`.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def fetch(self, url: str) -> Fetched:
        """What became of `url`, redirects included."""
        place = url
        for _ in range(limits.ASSET_REDIRECTS + 1):
            blocked, private = judge_url(place, self._site)
            if blocked:
                return _no(Outcome.BLOCKED, place, blocked)
            answer = await self._ask(place, private)
            if isinstance(answer, Fetched):
                return answer
            if urlsplit(place).scheme == "https" and urlsplit(answer).scheme == "http":
                return _no(Outcome.BLOCKED, place, "redirect from https to http")
            place = answer
        return _no(Outcome.BLOCKED, place, f"more than {limits.ASSET_REDIRECTS} redirects")

    async def _ask(self, url: str, private: bool) -> Fetched | str:
        """One request: what became of it, or the URL it redirects to."""
        try:
            async with self._session(private).get(url, allow_redirects=False) as response:
                if response.status in _REDIRECTS and "Location" in response.headers:
                    return urljoin(url, response.headers["Location"])
                return await _read(response, url)
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressBlocked):
                return _no(Outcome.BLOCKED, url, "private address")
            return _no(Outcome.ERROR, url, _short(error))
        except aiohttp.InvalidURL:
            return _no(Outcome.BLOCKED, url, "not a sound URL")
        except TimeoutError:
            return _no(Outcome.ERROR, url, f"no answer within {limits.ASSET_SECONDS:.0f} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return _no(Outcome.ERROR, url, _short(error))

    def _session(self, private: bool) -> aiohttp.ClientSession:
        """The session for public addresses, or the one that may reach private ones."""
        if private not in self._sessions:
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(allow_private=private),
                socket_factory=partial(guarded_socket, allow_private=private),
                limit=limits.ASSET_CONCURRENCY,
                # A name is looked up again for each connection; the answer is what is judged.
                use_dns_cache=False,
            )
            self._sessions[private] = aiohttp.ClientSession(
                connector=connector,
                headers=_HEADERS,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=limits.ASSET_SECONDS),
                auto_decompress=False,
                trust_env=False,
            )
        return self._sessions[private]


def failed_outcome(status: int) -> Outcome:
    """What an answer without an asset means: only 404 and 410 say that there is none."""
    return Outcome.MISSING if status in _GONE else Outcome.ERROR


async def _read(response: aiohttp.ClientResponse, url: str) -> Fetched:
    """The answer's body, if it is an asset within the limits."""
    status = response.status
    if status != 200:
        return _no(failed_outcome(status), url, f"HTTP {status}", status)
    declared = response.headers.get("Content-Type", "")
    # Looked at before the body: a film must not be loaded only to be refused.
    if judge_media(declared, b"") is None and judge_media(declared, b"GIF8") is None:
        return _no(Outcome.REFUSED, url, f"type {declared[:80]}", status)
    if (response.content_length or 0) > limits.ASSET_BYTES:
        return _too_large(url, status)
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > limits.ASSET_BYTES:
            return _too_large(url, status)
    try:
        plain = _decoded(bytes(body), response.headers.get("Content-Encoding", ""))
    except InflatedTooLarge:
        return _too_large(url, status)
    except (BrokenGzip, ValueError) as error:
        return _no(Outcome.REFUSED, url, _short(error), status)
    media_type = judge_media(declared, plain)
    if media_type is None:
        return _no(Outcome.REFUSED, url, "the body is no picture, font or style sheet", status)
    return Fetched(Outcome.KEPT, status, media_type, plain, "", url)


def _decoded(body: bytes, encoding: str) -> bytes:
    """`body` without a gzip that was not asked for. Raises ValueError for other encodings."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return gunzip(body, limits.ASSET_BYTES)
        case other:
            raise ValueError(f"encoding {other[:40]}")


def _no(outcome: Outcome, url: str, reason: str, status: int = 0) -> Fetched:
    return Fetched(outcome, status, "", None, reason, url)


def _too_large(url: str, status: int) -> Fetched:
    return _no(Outcome.TOO_LARGE, url, f"more than {limits.ASSET_BYTES} bytes", status)


def _short(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:200]
