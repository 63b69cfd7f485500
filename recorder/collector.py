"""The collector: takes batches from tags, acknowledges what is durable.

POST /v1/batches     one wire batch (JSON, or gzip of it)    202, or an error below
OPTIONS /v1/batches  preflight                               204 or 403
GET /v1/sessions     and below: reading, see `recorder.session_api`
GET /heatwright.js   the tag, and beside it all of `recorder.tag_file.TAG_FILES`
GET /s/{session}     how to replay a session: where `heatwright.sessionUrl()` leads
GET /healthz         200 {"ok": true}, 503 when the store cannot be written
GET /metrics         for Prometheus, with an admin token
GET /openapi.json    all of this for programs, see `recorder.openapi`

An error is `{"error": {"reason": "...", "message": "..."}}`; the reasons and
their statuses are in `recorder.refusals`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from aiohttp import web

from recorder import limits
from recorder.access import SiteAccess
from recorder.answers import Acknowledged, Healthy
from recorder.arrival import DECODERS, behind_the_wall, read_body
from recorder.assets.harvest import Harvest
from recorder.bearer import TokenAccess
from recorder.callers import Callers
from recorder.connections import ConnectionKeeper
from recorder.edges import add_routes, answer_what_is_no_http, http_log
from recorder.errors import UnknownSite, Unready
from recorder.health import Health
from recorder.ingest import GroupWriter, QueueFull
from recorder.meters import Meters
from recorder.openapi import describe
from recorder.parts import (
    ACCESS,
    BODIES,
    CALLERS,
    CONNECTIONS,
    DECODING,
    HARVEST,
    HEALTH,
    METERS,
    READING,
    STORE,
    THROTTLE,
    TOKENS,
    WRITER,
)
from recorder.rates import Throttle
from recorder.refusals import Refusal, RefusedBatch
from recorder.replies import BATCHES, cors, guard, json_answer, secure
from recorder.room import Room
from recorder.session_api import session_routes
from recorder.session_link import session_link
from recorder.store import Accepted, Store
from recorder.tag_file import TAG_FILES, tag_response

__all__ = ["make_collector", "serving"]

_PREFLIGHT_SECONDS: Final = "7200"  # the longest that Chromium remembers a preflight


def make_collector(
    store: Store,
    *,
    fetch_assets: bool = True,
    rate_limits: bool = True,
    trusted_proxies: int = 0,
) -> web.Application:
    """The collector as an aiohttp application over `store`.

    `fetch_assets` False leaves the sites' images, fonts and style sheets alone.
    `rate_limits` False is for where a proxy in front limits rates.
    `trusted_proxies`: how many of them append to X-Forwarded-For. `serving`
    runs it with the right limits of the connection, too.
    """
    app = web.Application(client_max_size=limits.INFLATED_BYTES, middlewares=[guard])
    app[STORE] = store
    app[ACCESS] = SiteAccess(store)
    app[TOKENS] = TokenAccess(store)
    app[CALLERS] = Callers(trusted_proxies)
    app[THROTTLE] = Throttle(on=rate_limits)
    app[METERS] = Meters()
    app[WRITER] = GroupWriter(store, app[METERS].committed)
    app[HARVEST] = Harvest(store, enabled=fetch_assets)
    app[HEALTH] = Health(store)
    app[CONNECTIONS] = ConnectionKeeper()
    app[BODIES] = Room(limits.BODIES_BYTES)
    app[DECODING] = asyncio.Semaphore(DECODERS)
    app[READING] = asyncio.Semaphore(limits.API_EVENTS_AT_A_TIME)
    app[METERS].watch(app[HARVEST], lambda: app[WRITER].waiting, lambda: app[CONNECTIONS].open)
    add_routes(
        app,
        [
            web.post(BATCHES, _post_batch),
            web.options(BATCHES, _preflight),
            *(web.get(f"/{name}", _tag) for name in TAG_FILES),
            web.get("/s/{session}", session_link),
            web.get("/healthz", _health),
            web.get("/metrics", _metrics),
            web.get("/openapi.json", _openapi),
            *session_routes(),
        ],
    )
    app.on_response_prepare.append(secure)
    app.cleanup_ctx.append(_background)
    return app


@asynccontextmanager
async def serving(
    store: Store,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    fetch_assets: bool = True,
    rate_limits: bool = True,
    trusted_proxies: int = 0,
) -> AsyncIterator[str]:
    """Runs the collector while the block runs; yields its base URL. Port 0: a free one.

    For the options see `make_collector`.

    At the end requests in flight are answered and what was accepted is
    written. Raises Unready if the address cannot be used.
    """
    app = make_collector(
        store,
        fetch_assets=fetch_assets,
        rate_limits=rate_limits,
        trusted_proxies=trusted_proxies,
    )
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=http_log(),
        keepalive_timeout=limits.KEEP_ALIVE_SECONDS,
        shutdown_timeout=limits.SHUTDOWN_SECONDS,
        auto_decompress=False,  # so that the size on the wire has a limit of its own
    )
    await runner.setup()
    answer_what_is_no_http(runner)
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise Unready(
                f"Port {port} on {host} cannot be used: {error.strerror or error}.",
                "Name another address with --host and --port.",
            ) from error
        bound = runner.addresses[0]
        shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
        async with app[CONNECTIONS].watching(runner):
            yield f"http://{shown}:{bound[1]}"
    finally:
        await runner.cleanup()


async def _background(app: web.Application) -> AsyncIterator[None]:
    app[WRITER].start()
    app[HARVEST].start()
    yield
    await app[WRITER].stop()
    await app[HARVEST].drain(limits.ASSET_DRAIN_SECONDS)


async def _post_batch(request: web.Request) -> web.StreamResponse:
    try:
        return await _take_batch(request)
    except RefusedBatch as refusal:
        request.app[METERS].refused(Refusal(refusal.reason))
        raise
    except Unready:
        request.app[METERS].refused(Refusal.UNAVAILABLE)
        raise


async def _take_batch(request: web.Request) -> web.StreamResponse:
    app = request.app
    address = app[CALLERS].address(request)
    throttle, meters = app[THROTTLE], app[METERS]
    _refuse_flood(throttle.wait_of_address(address))
    with app[BODIES].holding() as take:
        body = await read_body(request, take)
        meters.received(len(body))
        origin = request.headers.get("Origin")
        site, batch = await behind_the_wall(request, body, origin)
        del body
    _refuse_flood(throttle.wait_of_batch(batch.key, address, batch.session))
    agent = request.headers.get("User-Agent", "")
    batch = msgspec.structs.replace(batch, user_agent=_label(agent))
    try:
        verdict = await app[WRITER].write(batch)
    except QueueFull:
        raise RefusedBatch(Refusal.BUSY, "Too many batches are waiting; try again.") from None
    if isinstance(verdict, UnknownSite):
        raise RefusedBatch(Refusal.UNKNOWN_KEY, verdict.message)
    if not isinstance(verdict, Accepted):
        raise verdict
    meters.accepted(site.id, batch, verdict)
    if verdict is Accepted.STORED:
        app[HARVEST].submit(site, batch)
    duplicate = verdict is Accepted.DUPLICATE
    answer = Acknowledged(len(batch.events), batch.refused, batch.masked_by_wall, duplicate)
    return json_answer(202, answer, cors(origin))


def _refuse_flood(wait: int) -> None:
    if wait:
        raise RefusedBatch(Refusal.RATE, f"Batches come too fast; go on in {wait} seconds.", wait)


async def _preflight(request: web.Request) -> web.StreamResponse:
    origin = request.headers.get("Origin")
    if not await request.app[ACCESS].may_ask(origin):
        raise RefusedBatch(Refusal.ORIGIN, "The page's origin is not registered.")
    headers = cors(origin) | {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type, Content-Encoding",
        "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
    }
    return web.Response(status=204, headers=headers)


async def _tag(request: web.Request) -> web.StreamResponse:
    return await tag_response(request)


async def _health(request: web.Request) -> web.StreamResponse:
    await request.app[HEALTH].check()
    return json_answer(200, Healthy())


async def _metrics(request: web.Request) -> web.StreamResponse:
    await request.app[TOKENS].require_for_metrics(request)
    body, media_type = request.app[METERS].render(request.headers.get("Accept", ""))
    return web.Response(body=body, headers={"Content-Type": media_type})


async def _openapi(request: web.Request) -> web.StreamResponse:
    return json_answer(200, describe())


def _label(text: str) -> str:
    """A header as text that every database takes."""
    clean = text.encode("utf-8", "replace").decode()
    return clean[: limits.LABEL_CHARS * 2].replace("\x00", "\ufffd")
