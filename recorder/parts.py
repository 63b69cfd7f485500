"""The parts of a running collector, as its handlers find them in the application."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from recorder.access import SiteAccess
from recorder.assets.harvest import Harvest
from recorder.bearer import TokenAccess
from recorder.callers import Callers
from recorder.connections import ConnectionKeeper
from recorder.health import Health
from recorder.ingest import GroupWriter
from recorder.meters import Meters
from recorder.rates import Throttle
from recorder.room import Room
from recorder.store import Store

__all__ = [
    "ACCESS",
    "BODIES",
    "CALLERS",
    "CONNECTIONS",
    "DECODING",
    "HARVEST",
    "HEALTH",
    "METERS",
    "READING",
    "STORE",
    "THROTTLE",
    "TOKENS",
    "WRITER",
]

STORE: Final = web.AppKey("store", Store)
ACCESS: Final = web.AppKey("access", SiteAccess)
TOKENS: Final = web.AppKey("tokens", TokenAccess)
CALLERS: Final = web.AppKey("callers", Callers)
THROTTLE: Final = web.AppKey("throttle", Throttle)
WRITER: Final = web.AppKey("writer", GroupWriter)
HARVEST: Final = web.AppKey("harvest", Harvest)
HEALTH: Final = web.AppKey("health", Health)
METERS: Final = web.AppKey("meters", Meters)
CONNECTIONS: Final = web.AppKey("connections", ConnectionKeeper)
BODIES: Final = web.AppKey("bodies", Room)
DECODING: Final = web.AppKey("decoding", asyncio.Semaphore)
READING: Final = web.AppKey("reading", asyncio.Semaphore)
