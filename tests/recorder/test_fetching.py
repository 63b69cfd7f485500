"""The guarded fetcher and the archive, against real servers on loopback."""

from __future__ import annotations

import gzip
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from recorder import limits
from recorder.assets.archive import OVER_LIMIT, complete
from recorder.assets.fetch import Fetched, GuardedFetcher
from recorder.assets.guard import address_allowed, judge_url
from recorder.assets.harvest import Harvest
from recorder.assets.media import judge_media
from recorder.collector import serving
from recorder.sites import Site, WriteKey
from recorder.store import Outcome, Store
from tests.recorder.making import batch, body, meta, snapshot

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Shop:
    """A server that counts who asks for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: list[Any] = []
        self.base_url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        self.headers.append(request.headers)
        path = request.path
        if path.startswith("/redirect"):
            return web.Response(status=302, headers={"Location": request.query["to"]})
        if path == "/loop":
            return web.Response(status=302, headers={"Location": "/loop"})
        bodies: dict[str, tuple[bytes, str]] = {
            "/i.png": (PNG, "image/png"),
            "/j.png": (PNG, "application/octet-stream"),
            "/page": (b"<!DOCTYPE html><p>", "text/html"),
            "/liar.png": (b"\n<!doctype HTML><p>", "image/png"),
            "/data.json": (b"{}", "application/json"),
            "/site.css": (b"@import 'more.css'; a{background:url(i.png)}", "text/css"),
            "/more.css": (b"@import 'site.css'; a{background:url(gone.png)}", "text/css"),
            "/huge.png": (bytes(5_000), "image/png"),
            "/f.woff2": (b"wOF2" + bytes(9), "application/octet-stream"),
        }
        if path == "/packed.css":
            packed = gzip.compress(b"a{}")
            return web.Response(
                body=packed, content_type="text/css", headers={"Content-Encoding": "gzip"}
            )
        if path == "/bomb.css":
            return web.Response(
                body=gzip.compress(bytes(10_000)),
                content_type="text/css",
                headers={"Content-Encoding": "gzip"},
            )
        if path.startswith("/status/"):
            return web.Response(status=int(path.rpartition("/")[2]))
        if path == "/broken.png":
            return web.Response(status=500)
        if path not in bodies:
            return web.Response(status=404)
        content, media_type = bodies[path]
        return web.Response(body=content, content_type=media_type)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    app = web.Application()
    app.router.add_get("/{path:.*}", shop.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    shop.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield shop
    await runner.cleanup()


def site_of(*origins: str, allow_private: bool = False) -> Site:
    return Site("shop", origins, (WriteKey("key", "shop", "", 0),), "required", allow_private, 0)


async def fetch(site: Site, url: str) -> Fetched:
    async with GuardedFetcher(site) as fetcher:
        return await fetcher.fetch(url)


@pytest.mark.parametrize(
    ("address", "public", "private"),
    [
        ("93.184.216.34", True, True),
        ("2606:4700::1111", True, True),
        ("127.0.0.1", False, True),
        ("10.0.0.1", False, True),
        ("192.168.1.1", False, True),
        ("::1", False, True),
        ("fc00::1", False, True),
        ("0.0.0.0", False, False),  # noqa: S104 - an address to refuse, not to bind
        ("::", False, False),
        ("169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("100.64.0.1", False, False),
        ("0.1.2.3", False, False),
        ("240.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("::ffff:127.0.0.1", False, True),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::7f00:1", False, True),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("2002:7f00:1::", False, True),
        ("127.1", False, False),
        ("localhost", False, False),
    ],
)
def test_addresses(address: str, public: bool, private: bool) -> None:
    assert address_allowed(address) is public
    assert address_allowed(address, allow_private=True) is private


ATTACKS = [
    "http://127.0.0.1:{port}/i.png",
    "http://127.1:{port}/i.png",
    "http://0.0.0.0:{port}/i.png",
    "http://0:{port}/i.png",
    "http://2130706433:{port}/i.png",
    "http://0x7f000001:{port}/i.png",
    "http://0177.0.0.1:{port}/i.png",
    "http://localhost:{port}/i.png",
    "http://[::1]:{port}/i.png",
    "http://[::ffff:127.0.0.1]:{port}/i.png",
    "http://[::ffff:169.254.169.254]/latest/meta-data",
    "http://169.254.169.254/latest/meta-data",
    "http://user:secret@127.0.0.1:{port}/i.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1/x",
    "ws://127.0.0.1:{port}/x",
    "gopher://127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}#@shop.example/i.png",
    "http://",
    "http://[",
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_nothing_private_is_reached(shop: Shop, attack: str) -> None:
    """Even where a hostile site registered the address as its own origin."""
    url = attack.format(port=urlsplit(shop.base_url).port)
    origin = url.rsplit("/", 1)[0].split("#")[0] if url.startswith("http://") else "http://x"
    for site in (site_of("https://shop.example"), site_of(origin)):
        fetched = await fetch(site, url)
        assert fetched.outcome is Outcome.BLOCKED, fetched
        assert fetched.body is None
    assert shop.asked == []


async def test_a_name_that_leads_to_a_private_address(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DNS says first does not count; what is connected to does."""

    def lying(*_: object, **__: object) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    port = urlsplit(shop.base_url).port
    monkeypatch.setattr(socket, "getaddrinfo", lying)
    fetched = await fetch(
        site_of(f"http://shop.example:{port}"), f"http://shop.example:{port}/i.png"
    )
    assert (fetched.outcome, fetched.reason) == (Outcome.BLOCKED, "private address")
    assert shop.asked == []


async def test_only_own_origins_and_listed_cdns() -> None:
    site = site_of("https://shop.example")
    assert judge_url("https://shop.example/x.png", site) == ("", False)
    assert judge_url("https://fonts.gstatic.com/x.woff2", site) == ("", False)
    for url in ("http://shop.example/", "https://shop.example:444/", "https://other.example/"):
        assert "neither" in judge_url(url, site)[0]


async def test_a_private_site_may_have_its_own_assets_only(shop: Shop) -> None:
    site = site_of(shop.base_url, allow_private=True)
    fetched = await fetch(site, f"{shop.base_url}/i.png")
    assert (fetched.outcome, fetched.media_type, fetched.body) == (Outcome.KEPT, "image/png", PNG)
    sent = shop.headers[0]
    assert "Cookie" not in sent
    assert "Referer" not in sent
    assert sent["Accept-Encoding"] == "identity"
    for url in ("http://127.0.0.1:1/x.png", "http://169.254.169.254/x"):
        assert (await fetch(site, url)).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "http://u:p@{host}/i.png",
        "//other.example/i.png",
        "javascript:1",
    ],
)
async def test_redirects_are_judged(shop: Shop, target: str) -> None:
    site = site_of(shop.base_url, allow_private=True)
    target = target.format(host=urlsplit(shop.base_url).netloc)
    async with GuardedFetcher(site) as fetcher:
        fetched = await fetcher.fetch(f"{shop.base_url}/redirect?to={target}")
    assert fetched.outcome is Outcome.BLOCKED
    assert shop.asked == ["/redirect"]


@pytest.mark.parametrize(
    ("path", "outcome", "reason"),
    [
        ("/redirect?to=/i.png", Outcome.KEPT, ""),
        ("/j.png", Outcome.KEPT, ""),
        ("/f.woff2", Outcome.KEPT, ""),
        ("/packed.css", Outcome.KEPT, ""),
        ("/bomb.css", Outcome.TOO_LARGE, "bytes"),
        ("/huge.png", Outcome.TOO_LARGE, "bytes"),
        ("/loop", Outcome.BLOCKED, "redirects"),
        ("/nothing.png", Outcome.MISSING, "404"),
        ("/broken.png", Outcome.ERROR, "500"),
        ("/status/403", Outcome.ERROR, "403"),
        ("/status/410", Outcome.MISSING, "410"),
        ("/page", Outcome.REFUSED, "text/html"),
        ("/data.json", Outcome.REFUSED, "json"),
        ("/liar.png", Outcome.REFUSED, "no picture"),
    ],
)
async def test_outcomes(
    shop: Shop, path: str, outcome: Outcome, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ASSET_BYTES", 4_000)
    fetched = await fetch(site_of(shop.base_url, allow_private=True), shop.base_url + path)
    assert fetched.outcome is outcome
    assert reason in fetched.reason
    assert (fetched.body is not None) == (outcome is Outcome.KEPT)


async def test_a_server_that_is_gone() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    fetched = await fetch(site_of(origin, allow_private=True), f"{origin}/i.png")
    assert (fetched.outcome, fetched.status) == (Outcome.ERROR, 0)


@pytest.mark.parametrize(
    ("declared", "content", "media_type"),
    [
        ("image/svg+xml; charset=utf-8", b"<svg/>", "image/svg+xml"),
        ("", b"RIFF0000WEBPVP8 ", "image/webp"),
        ("text/plain", b"just text", None),
        ("text/css", b"<!doctype html>", None),
        ("video/mp4", b"0000ftypmp42", None),
        ("application/octet-stream", b"\xef\xbb\xbf <svg>", "image/svg+xml"),
    ],
)
def test_media_types(declared: str, content: bytes, media_type: str | None) -> None:
    assert judge_media(declared, content) == media_type


def page_of(shop: Shop) -> list[Any]:
    link = {"rel": "stylesheet", "href": "/site.css"}
    nodes = [
        {"type": 2, "id": 3, "tagName": "link", "attributes": link, "childNodes": []},
        {"type": 2, "id": 4, "tagName": "img", "attributes": {"src": "/i.png"}, "childNodes": []},
        {
            "type": 2,
            "id": 5,
            "tagName": "img",
            "attributes": {"srcset": "/j.png 2x, http://169.254.169.254/k.png 3x"},
            "childNodes": [],
        },
    ]
    root = {"type": 2, "id": 2, "tagName": "html", "attributes": {}, "childNodes": nodes}
    return [meta(0, shop.base_url + "/"), snapshot({"type": 0, "id": 1, "childNodes": [root]})]


async def test_the_archive_is_completed_once(shop: Shop, store: Store) -> None:
    site = store.sites.add("shop", [shop.base_url])
    store.accept(batch(site.write_key, page_of(shop)), source="driven")
    async with GuardedFetcher(site) as fetcher:
        first = await complete(store, site, ["document-1"], fetcher)
        asked = sorted(shop.asked)
        again = await complete(store, site, ["document-1"], fetcher)
    assert first == {"kept": 4, "missing": 1, "blocked": 1}
    assert asked == ["/gone.png", "/i.png", "/j.png", "/more.css", "/site.css"]
    assert again == {"missing": 1, "blocked": 1}
    kept = store.asset(site.id, shop.base_url + "/i.png")
    assert kept is not None
    assert kept.body == PNG


async def test_urls_beyond_the_limits_are_counted(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = store.sites.add("shop", [shop.base_url])
    store.accept(batch(site.write_key, page_of(shop)), source="driven")
    monkeypatch.setattr(limits, "ASSET_URLS_PER_DOCUMENT", 3)
    async with GuardedFetcher(site) as fetcher:
        first = await complete(store, site, ["document-1"], fetcher)
        assert first == {"kept": 4, "missing": 1, OVER_LIMIT: 1}
        monkeypatch.setattr(limits, "ASSET_URLS_PER_DOCUMENT", 5_000)
        monkeypatch.setattr(limits, "CSS_DEPTH", 0)
        second = await complete(store, site, ["document-1"], fetcher)
    assert second == {"blocked": 1, OVER_LIMIT: 1}


async def test_nothing_is_fetched_for_a_site_that_has_its_fill(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = store.sites.add("shop", [shop.base_url], allow_private=True)
    monkeypatch.setattr(limits, "ASSET_SITE_BYTES", 10)
    store.keep_asset(
        site.id,
        shop.base_url + "/full.css",
        outcome=Outcome.KEPT,
        status=200,
        media_type="text/css",
        body=b"0123456789",
    )
    assert store.asset_volume(site.id) == 10
    harvest = Harvest(store)
    harvest.start()
    harvest.submit(site, batch(site.write_key, page_of(shop)))
    await harvest.drain(10)
    assert list(harvest.outcomes) == [OVER_LIMIT]
    assert [row.url for row in store.asset_outcomes(site.id)] == [shop.base_url + "/full.css"]


async def test_the_harvest_is_bounded_and_says_what_it_left_out(
    shop: Shop, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = store.sites.add("shop", [shop.base_url])
    one = batch(site.write_key, page_of(shop))
    monkeypatch.setattr(limits, "ASSET_QUEUE_BYTES", one.size)
    monkeypatch.setattr(limits, "ASSET_JOB_SECONDS", 0.0)
    monkeypatch.setattr(limits, "ASSET_URLS_PER_DOCUMENT", 3)
    harvest = Harvest(store)
    harvest.start()
    harvest.submit(site, one)
    harvest.submit(site, one)
    with caplog.at_level("INFO", "recorder.assets.harvest"):
        await harvest.drain(10)
    assert (harvest.dropped, harvest.given_up) == (1, 1)
    assert harvest.outcomes == {OVER_LIMIT: 1}
    assert "batches dropped: 1, given up: 1" in caplog.text
    assert shop.asked == []


async def test_a_tagged_page_is_archived_while_its_site_is_up(shop: Shop, store: Store) -> None:
    site = store.sites.add("shop", [shop.base_url])
    headers = {"Origin": shop.base_url}
    async with serving(store) as base_url, aiohttp.ClientSession() as client:
        url = f"{base_url}/v1/batches"
        async with client.post(
            url, data=body(site.write_key, page_of(shop)), headers=headers
        ) as response:
            assert response.status == 202
        attributes = [{"id": 4, "attributes": {"src": "/f.woff2"}}]
        change = {
            "type": 3,
            "timestamp": page_of(shop)[0]["timestamp"] + 9,
            "data": {"source": 0, "adds": [], "texts": [], "removes": [], "attributes": attributes},
        }
        async with client.post(
            url, data=body(site.write_key, [change], sequence=1), headers=headers
        ) as response:
            assert response.status == 202
    outcomes = {urlsplit(row.url).path: row.outcome for row in store.asset_outcomes(site.id)}
    assert outcomes == {
        "/site.css": "kept",
        "/more.css": "kept",
        "/i.png": "kept",
        "/j.png": "kept",
        "/f.woff2": "kept",
        "/gone.png": "missing",
        "/k.png": "blocked",
    }
    assert sorted(shop.asked) == sorted(set(shop.asked))
