"""The collector, over real HTTP and a real store."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorder import limits
from recorder.collector import serving
from recorder.errors import Unready
from recorder.refusals import STATUS, Refusal
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import NOW, ORIGIN, body, gzipped, meta, move
from tests.recorder.posting import HEADERS, post

DOCUMENTED = {202, 400, *STATUS.values()}


async def test_a_batch_is_acknowledged_and_durable(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    text = gzipped(site.write_key, [meta(), move(1), {"type": 77, "timestamp": NOW, "data": {}}])
    status, reply, headers = await post(
        client, base_url, text, Content_Encoding="gzip", User_Agent="Browser/1"
    )
    assert (status, reply) == (
        202,
        {
            "accepted": 2,
            "refused": {"unknown_event_type": 1},
            "masked_by_wall": 0,
            "duplicate": False,
        },
    )
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert store.session("latest").user_agent == "Browser/1"
    assert len(store.events("document-1")) == 2
    status, reply, _ = await post(client, base_url, text, Content_Encoding="gzip")
    assert (status, reply["duplicate"]) == (202, True)
    status, reply, headers = await post(client, base_url, body(site.write_key, [move(5)]))
    assert (status, reply["error"]["reason"]) == (409, "conflict")
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert len(store.events("document-1")) == 2


async def test_many_at_once(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    order = [*range(60), 3, 30, 59]
    replies = await asyncio.gather(
        *(
            post(client, base_url, body(site.write_key, [move(n)], sequence=n))
            for n in reversed(order)
        )
    )
    assert [status for status, _, _ in replies] == [202] * 63
    assert sum(reply["duplicate"] for _, reply, _ in replies) == 3
    assert [event.timestamp - NOW for event in store.events("document-1")] == list(range(60))


async def test_of_different_bodies_under_one_number_the_first_is_kept(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    """Twenty at once, of two kinds."""
    bodies = [body(site.write_key, [meta(), move(n % 2)]) for n in range(20)]
    replies = await asyncio.gather(*(post(client, base_url, one) for one in bodies))
    assert sorted({status for status, _, _ in replies}) == [202, 409]
    taken = {n % 2 for n, (status, _, _) in enumerate(replies) if status == 202}
    assert len(taken) == 1
    assert {event.timestamp - NOW for event in store.events("document-1")} <= {0, *taken}


RUBBISH: dict[str, tuple[bytes, dict[str, str], int]] = {
    "nothing": (b"", {}, 400),
    "text": (b"hello", {}, 400),
    "null": (b"null", {}, 400),
    "list": (b"[]", {}, 400),
    "bom": (b"\xef\xbb\xbf{}", {}, 400),
    "nan": (b'{"v":NaN}', {}, 400),
    "infinite": (b'{"v":1e999}', {}, 400),
    "digits": (b'{"v":' + b"9" * 5000 + b"}", {}, 400),
    "deep": (b"[" * 100_000, {}, 400),
    "deep objects": (b'{"events":' * 100_000, {}, 400),
    "deep inside": (
        body("k").replace(b'"positions"', b'"a":' + b"[" * 99_999 + b"]" * 99_999 + b',"p"'),
        {},
        400,
    ),
    "surrogate": (b'{"key":"\\ud800"}', {}, 400),
    "half a surrogate": (b'{"key":"\\ud8"}', {}, 400),
    "nul": (b"\x00" * 100, {}, 400),
    "not gzip": (b"{}", {"Content-Encoding": "gzip"}, 400),
    "cut gzip": (gzip.compress(b"{}" * 1000)[:-9], {"Content-Encoding": "gzip"}, 400),
    "damaged gzip": (gzip.compress(b"{}")[:-8] + b"\x00" * 8, {"Content-Encoding": "gzip"}, 400),
    "trailing": (gzip.compress(b"{}") + b"rubbish", {"Content-Encoding": "gzip"}, 400),
    "gzip twice": (gzip.compress(gzip.compress(b"{}")), {"Content-Encoding": "gzip"}, 400),
    "empty members": (gzip.compress(b"") * 52_000, {"Content-Encoding": "gzip"}, 400),
    "brotli": (b"{}", {"Content-Encoding": "br"}, 415),
    "zstd": (b"{}", {"Content-Encoding": "zstd"}, 415),
    "many encodings": (b"{}", {"Content-Encoding": "gzip, gzip"}, 415),
    "wire": (b" " * (limits.WIRE_BYTES + 1), {}, 413),
    "no key": (body("nobody"), {}, 401),
}


@pytest.mark.parametrize("name", RUBBISH)
async def test_rubbish(client: aiohttp.ClientSession, base_url: str, name: str) -> None:
    text, headers, expected = RUBBISH[name]
    status, reply, got = await post(client, base_url, text, **headers)
    assert status == expected
    assert set(reply["error"]) == {"reason", "message"}
    assert reply["error"]["reason"] in list(Refusal)
    assert got["Content-Type"] == "application/json"
    async with client.get(f"{base_url}/healthz") as response:
        assert response.status == 200


async def test_chunked_bodies_have_the_same_limit(
    client: aiohttp.ClientSession, base_url: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(limits.WIRE_BYTES // 65_536 + 2):
            yield b" " * 65_536

    url = f"{base_url}/v1/batches"
    try:
        async with client.post(url, data=pieces(), headers=HEADERS) as response:
            assert response.status == 413
    except aiohttp.ClientOSError:
        pass  # the collector may hang up before the client has said all


@pytest.mark.parametrize(("size", "expected"), [(-1, 400), (0, 400), (1, 413)])
async def test_limits_hold_to_the_byte(
    client: aiohttp.ClientSession, base_url: str, size: int, expected: int
) -> None:
    status, _, _ = await post(client, base_url, b" " * (limits.WIRE_BYTES + size))
    assert status == expected
    inflated = gzip.compress(b" " * (limits.INFLATED_BYTES + size), 1)
    status, _, _ = await post(client, base_url, inflated, Content_Encoding="gzip")
    assert status == expected


async def test_any_bytes_get_a_documented_status(
    client: aiohttp.ClientSession, base_url: str, site: Site
) -> None:
    """Hypothesis makes the bodies; each is posted as it is and as what it says it is."""
    loop = asyncio.get_running_loop()
    good = body(site.write_key)
    seen: set[int] = set()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.binary(max_size=400)
        | st.tuples(st.integers(0, len(good)), st.binary(max_size=8)).map(
            lambda cut: good[: cut[0]] + cut[1] + good[cut[0] + len(cut[1]) :]
        ),
        st.sampled_from(["", "gzip", "gzip!", "br", "\u00e4"]),
    )
    def attack(text: bytes, encoding: str) -> None:
        sent = gzip.compress(text) if encoding == "gzip!" else text
        headers = {"Content-Encoding": encoding.rstrip("!")} if encoding else {}
        future = asyncio.run_coroutine_threadsafe(post(client, base_url, sent, **headers), loop)
        seen.add(future.result(20)[0])

    await asyncio.to_thread(attack)
    assert seen <= DOCUMENTED
    assert 400 in seen


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (ORIGIN, 202),
        ("https://SHOP.example:443", 202),
        (None, 403),
        ("", 403),
        ("null", 403),
        ("https://shop.example.", 403),
        ("https://user@shop.example", 403),
        ("https://user:word@shop.example", 403),
        ("https://xn--bcher-kva.example", 202),
        ("http://shop.example", 403),
        ("https://evil-shop.example", 403),
        ("https://shop.example.evil.example", 403),
        ("https://shop.example:8443", 403),
        ("https://shop.example@evil.example", 403),
        ("https://other.example", 403),
        ("https://xn--shp-1na.example", 403),
    ],
)
async def test_origins(
    client: aiohttp.ClientSession,
    base_url: str,
    store: Store,
    site: Site,
    origin: str | None,
    expected: int,
) -> None:
    store.sites.add("other", ["https://other.example"])
    store.sites.change("shop", origins=[ORIGIN, "https://bücher.example"])
    status, reply, headers = await post(client, base_url, body(site.write_key), Origin=origin)
    assert status == expected
    if expected == 403:
        assert reply["error"]["reason"] == "origin_not_allowed"
        assert "Access-Control-Allow-Origin" not in headers
        assert store.sessions() == []


@pytest.mark.parametrize(("origin", "expected"), [(ORIGIN, 204), ("https://evil.example", 403)])
async def test_preflight(
    client: aiohttp.ClientSession, base_url: str, origin: str, expected: int
) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    async with client.options(f"{base_url}/v1/batches", headers=headers) as response:
        assert response.status == expected
        assert response.headers.get("Access-Control-Allow-Origin") == (
            ORIGIN if expected == 204 else None
        )
        if expected == 204:
            assert "Content-Encoding" in response.headers["Access-Control-Allow-Headers"]


async def test_a_site_added_later_may_write(
    client: aiohttp.ClientSession,
    base_url: str,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recorder.access._MISS_SECONDS", 0)
    status, _, _ = await post(client, base_url, body("nobody"))
    assert status == 401
    late = store.sites.add("late", ["https://late.example"])
    status, _, _ = await post(client, base_url, body(late.write_key), Origin="https://late.example")
    assert status == 202


async def test_the_tag(
    client: aiohttp.ClientSession, base_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = tmp_path / "heatwright.js"
    monkeypatch.setattr("recorder.tag_file.TAG_FOLDER", tmp_path)
    async with client.get(f"{base_url}/heatwright.js") as response:
        assert response.status == 404
        assert "error" in await response.json()
    tag.write_text("void 0;")
    async with client.get(f"{base_url}/heatwright.js") as response:
        assert await response.text() == "void 0;"
        assert response.content_type == "text/javascript"
        assert "max-age" in response.headers["Cache-Control"]
        etag = response.headers["ETag"]
    headers = {"If-None-Match": etag}
    async with client.get(f"{base_url}/heatwright.js", headers=headers) as response:
        assert response.status == 304


async def test_a_part_of_the_tag_is_of_the_release_that_asks_for_it(
    client: aiohttp.ClientSession, base_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.tag_file.TAG_FOLDER", tmp_path)
    part = tmp_path / "heatwright-more.js"
    part.write_text("export const watchers = [];")
    version = hashlib.sha256(part.read_bytes()).hexdigest()[:12]
    url = f"{base_url}/heatwright-more.js?v={version}"
    async with client.get(url) as response:
        assert response.status == 200
        assert int(response.headers["Cache-Control"].rpartition("=")[2]) > 86_400
    part.write_text("export const watchers = [1];")
    async with client.get(url) as response:
        assert response.status == 404
        assert response.headers["Cache-Control"] == "no-store"


async def test_the_tag_is_sent_as_the_build_has_compressed_it(
    client: aiohttp.ClientSession, base_url: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.tag_file.TAG_FOLDER", tmp_path)
    (tmp_path / "heatwright.js").write_text("void 0;" * 500)
    (tmp_path / "heatwright.js.br").write_bytes(brotli.compress(b"void 0;" * 500))
    for accepted, encoding in (("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)):
        headers = {"Accept-Encoding": accepted}
        async with client.get(f"{base_url}/heatwright.js", headers=headers) as response:
            assert response.status == 200
            assert response.headers.get("Content-Encoding") == encoding
            assert await response.text() == "void 0;" * 500


async def test_what_is_not_there(client: aiohttp.ClientSession, base_url: str) -> None:
    for method, path, expected in (
        ("GET", "/", 404),
        ("GET", "/v1/batches", 405),
        ("PUT", "/v1/batches", 405),
        ("GET", "/static/../../etc/passwd", 404),
    ):
        async with client.request(method, base_url + path) as response:
            assert response.status == expected
            assert (await response.json())["error"]["reason"] == f"http_{expected}"


async def test_a_slow_body_is_given_up(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recorder.limits.BODY_SECONDS", 0.1)
    host, port = base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n\r\n",
        b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_broken_http(
    client: aiohttp.ClientSession, base_url: str, request_bytes: bytes
) -> None:
    host, port = base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_bytes)
    line = await asyncio.wait_for(reader.readline(), 5)
    assert line.split()[1].startswith(b"4")
    writer.close()
    await writer.wait_closed()
    async with client.get(f"{base_url}/healthz") as response:
        assert response.status == 200


async def test_a_store_that_fails_is_503_and_recovers(
    client: aiohttp.ClientSession, store_url: str
) -> None:
    with Store.open(store_url, lock_seconds=0.2) as store:
        site = store.sites.add("shop", [ORIGIN])
        async with serving(store, fetch_assets=False) as base_url:
            other = sqlite3.connect(store_url.removeprefix("sqlite:///"), isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            status, reply, headers = await post(client, base_url, body(site.write_key))
            assert (status, reply["error"]["reason"]) == (503, "store_unavailable")
            assert int(headers["Retry-After"]) > 0
            other.execute("ROLLBACK")
            other.close()
            status, _, _ = await post(client, base_url, body(site.write_key))
            assert status == 202


async def test_a_full_queue_is_503(
    client: aiohttp.ClientSession, base_url: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("QUEUE_BATCHES", "QUEUE_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(limits, bound, 0)
            status, reply, headers = await post(client, base_url, body(site.write_key))
        assert (status, reply["error"]["reason"]) == (503, "busy")
        assert "Retry-After" in headers


async def test_stopping_answers_what_is_under_way(store: Store, site: Site) -> None:
    async with aiohttp.ClientSession() as client:
        async with serving(store, fetch_assets=False) as base_url:
            sending = [
                asyncio.create_task(
                    post(client, base_url, body(site.write_key, [move(n)], sequence=n))
                )
                for n in range(30)
            ]
            await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        replies = await asyncio.gather(*sending, return_exceptions=True)
    acknowledged = [reply for reply in replies if isinstance(reply, tuple) and reply[0] == 202]
    assert acknowledged
    assert len(store.events("document-1")) >= len(acknowledged)


async def test_a_port_in_use(store: Store) -> None:
    async with serving(store) as base_url:
        port = int(base_url.rsplit(":", 1)[1])
        with pytest.raises(Unready, match=f"Port {port}") as caught:
            async with serving(store, port=port):
                pass
        assert "--port" in caught.value.next_step
