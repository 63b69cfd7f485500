"""Serving the tag: the bundled script, with an ETag and a short cache life."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import LooseHeaders

__all__ = ["TAG_FILE", "tag_response"]

TAG_FILE: Final = Path(__file__).parent / "static" / "heatwright.js"
"""The bundled tag; made by the build."""

_CACHE_SECONDS: Final = 300  # a fix to the tag reaches every page within five minutes


async def tag_response(request: web.Request) -> web.StreamResponse:
    """The script, or 304 if the visitor's copy is current. 404 where it was not built."""
    try:
        body = await asyncio.to_thread(TAG_FILE.read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound(reason="The tag is not built: run make setup") from None
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
        body=body, content_type="text/javascript", charset="utf-8", headers=headers
    )
    response.enable_compression()
    return response
