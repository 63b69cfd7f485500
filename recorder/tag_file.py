"""Serving the tag's files: the bundled scripts, with an ETag and a short cache life."""

from __future__ import annotations

import asyncio
import hashlib
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
    "heatwright-canvas.js": "text/javascript",
    "heatwright.mjs": "text/javascript",
    "heatwright.d.ts": "text/plain",
}
"""What sites may load: the tag, what it loads itself, the ES module, and its types."""

_CACHE_SECONDS: Final = 300  # a fix to the tag reaches every page within five minutes


async def tag_response(request: web.Request) -> web.StreamResponse:
    """The file that the path names, or 304 if the visitor's copy is current.

    404 where it was not built.
    """
    name = request.path.rpartition("/")[2]
    try:
        body = await asyncio.to_thread((TAG_FOLDER / name).read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound(reason="The tag is not built: run make setup") from None
    packed = await _brotli(request, name)
    etag = hashlib.sha256(body).hexdigest()[:32]
    headers: LooseHeaders = {
        "ETag": f'"{etag}"',
        "Cache-Control": f"public, max-age={_CACHE_SECONDS}",
        "Access-Control-Allow-Origin": "*",
        "Vary": "Accept-Encoding",
    }
    if any(known.value in (etag, "*") for known in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    response = web.Response(
        body=packed or body, content_type=TAG_FILES[name], charset="utf-8", headers=headers
    )
    if packed:
        response.headers["Content-Encoding"] = "br"
    else:
        response.enable_compression()
    return response


async def _brotli(request: web.Request, name: str) -> bytes | None:
    """What the build has compressed, if the browser takes it: an eighth smaller than gzip."""
    taken = request.headers.get("Accept-Encoding", "").lower().replace(" ", "").split(",")
    if "br" not in taken:
        return None
    try:
        return await asyncio.to_thread((TAG_FOLDER / f"{name}.br").read_bytes)
    except FileNotFoundError:
        return None
