"""Serving the tag's files: the bundled scripts, with an ETag and a cache life."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import LooseHeaders

__all__ = ["TAG_FILES", "TAG_FOLDER", "tag_response"]

TAG_FOLDER: Final = Path(__file__).parent / "static"
"""Where the build puts the scripts."""

TAG_FILES: Final = {
    "heatwright.js": "text/javascript",
    "heatwright-more.js": "text/javascript",
    "heatwright-masks.js": "text/javascript",
    "heatwright-canvas.js": "text/javascript",
    "heatwright.mjs": "text/javascript",
    "heatwright.d.ts": "text/plain",
}
"""What sites may load: the tag, what it loads itself, the ES module, and its types."""

_CACHE_SECONDS: Final = 300  # a fix to the tag reaches every page within five minutes
_VERSION_SECONDS: Final = 365 * 86_400  # a version always means the same bytes


@dataclass(frozen=True, slots=True)
class _File:
    """A script as it lies on disk, and as the build has compressed it, if it has."""

    changed_ns: int
    body: bytes
    brotli: bytes | None
    digest: str


_files: dict[Path, _File] = {}


async def tag_response(request: web.Request) -> web.StreamResponse:
    """The file that the path names, or 304 if the visitor's copy is current.

    404 where it was not built, and for another version than the one that is here.
    """
    name = request.path.rpartition("/")[2]
    try:
        file = await asyncio.to_thread(_read, TAG_FOLDER / name)
    except FileNotFoundError:
        raise web.HTTPNotFound(reason="The tag is not built: run make setup") from None
    version = request.query.get("v", "")
    if not file.digest.startswith(version):
        raise web.HTTPNotFound(reason="This is not the version that is here")
    etag = file.digest[:32]
    headers: LooseHeaders = {
        "ETag": f'"{etag}"',
        "Cache-Control": f"public, max-age={_VERSION_SECONDS if version else _CACHE_SECONDS}",
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept-Encoding",
    }
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    # Made once and thoroughly by the build: an eighth smaller than gzip.
    packed = file.brotli if _takes_brotli(request) else None
    response = web.Response(
        body=packed or file.body, content_type=TAG_FILES[name], charset="utf-8", headers=headers
    )
    if packed:
        response.headers["Content-Encoding"] = "br"
    else:
        response.enable_compression()
    return response


def _read(path: Path) -> _File:
    """From memory, unless the file has changed since. Raises FileNotFoundError."""
    changed_ns = path.stat().st_mtime_ns
    known = _files.get(path)
    if known and known.changed_ns == changed_ns:
        return known
    body = path.read_bytes()
    packed = path.with_name(f"{path.name}.br")
    brotli = packed.read_bytes() if packed.is_file() else None
    digest = hashlib.sha256(body).hexdigest()
    _files[path] = _File(changed_ns, body, brotli, digest)
    return _files[path]


def _takes_brotli(request: web.Request) -> bool:
    taken = request.headers.get("Accept-Encoding", "").lower().replace(" ", "").split(",")
    return "br" in taken
