"""Where a session's link in a bug report leads: what to type to see it."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from recorder import limits

__all__ = ["session_link"]

_MOMENT: Final = re.compile(r"\d{1,8}(\.\d{1,3})?s|end|event:\d{1,9}")


async def session_link(request: web.Request) -> web.StreamResponse:
    """The commands that show the session, as text. 404 for what cannot be a session's id.

    Says nothing of what is recorded, not even whether anything is: the link
    stands in bug reports, which anyone may read.
    """
    session = request.match_info["session"]
    moment = request.query.get("at", "")
    if not re.fullmatch(limits.ID_PATTERN, session):
        raise web.HTTPNotFound
    at = f" --at {moment}" if _MOMENT.fullmatch(moment) else ""
    return web.Response(
        text=f"Session {session}\n\n"
        "Where Heatwright runs, with access to its store:\n\n"
        f"    heatwright replay {session}{at}\n"
        f"    heatwright sessions --where 'session = {session}'\n"
    )
