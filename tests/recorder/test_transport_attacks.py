"""Attacks on the transport: slow, endless, damaged and too many. A neighbour is always served."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recorder import limits
from recorder.collector import serving
from recorder.refusals import STATUS
from recorder.sites import Site
from recorder.store import Store
from tests.recorder.making import NOW, body, custom, gzipped, meta, move, snapshot
from tests.recorder.posting import connected, head, post, status_of

ROOT = Path(__file__).parents[2]


async def neighbour(client: aiohttp.ClientSession, base_url: str, site: Site) -> None:
    """Somebody else's batch is taken meanwhile."""
    text = body(site.write_key, session="neighbour", document="neighbour")
    # A connection that is kept may be closed just when it is used again.
    sending = post(client, base_url, text, Connection="close")
    status, _, _ = await asyncio.wait_for(sending, 10)
    assert status == 202


async def test_a_neighbour_is_served_while_an_attack_is_under_way(
    client: aiohttp.ClientSession, base_url: str, site: Site
) -> None:
    """By order, not by time: each attack is still open when the neighbour has his answer."""
    text = body(site.write_key)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in text)
    attacks = {
        "slow headers": b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nX-A: ",
        "slow body": head(len(text)) + text[:10],
        "one-byte chunks": head() + chunks,
        "a chunk that never ends": head() + b"fffff\r\n" + text,
    }
    for sent in attacks.values():
        async with connected(base_url) as (reader, writer):
            writer.write(sent)
            await writer.drain()
            await neighbour(client, base_url, site)
            assert not reader.at_eof()


async def test_a_hundred_thousand_one_byte_chunks(
    client: aiohttp.ClientSession, base_url: str, site: Site
) -> None:
    text = body(site.write_key, [meta(), custom("note", "x" * 100_000)])
    async with connected(base_url) as (reader, writer):
        writer.write(head() + b"".join(b"1\r\n%c\r\n" % byte for byte in text))
        await neighbour(client, base_url, site)
        writer.write(b"0\r\n\r\n")
        assert await status_of(reader, 30) == 202


DAMAGED: dict[str, tuple[bytes, set[int]]] = {
    "trailers": (head() + b"2\r\n{}\r\n0\r\n" + b"X-T: 1\r\n" * 100_000 + b"\r\n", {400}),
    "cookies": (head(2, *["Cookie: \x01=\x02; a"] * 10_000) + b"{}", {400, 431}),
    "a cookie": (head(2, "Cookie: " + "=;=,\\" * 1_000) + b"{}", {400, 403}),
    "a long header": (head(2, "X-Long: " + "a" * 9_000) + b"{}", {400, 431}),
    "too short": (head(100) + b"{}", {408}),
    "two lengths": (head(2, "Content-Length: 3") + b"{}", {400}),
    "two hosts": (head(2, "Host: y") + b"{}", {400}),
    "no gzip": (head(2, "Content-Encoding: gzip") + b"{}", {400}),
    "deflate": (head(2, "Content-Encoding: deflate") + b"{}", {415}),
    "length and chunks": (head(2, "Transfer-Encoding: chunked") + b"{}", {400}),
    "no version": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", {400, 404, 505}),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
}


@pytest.mark.parametrize("name", DAMAGED)
async def test_damaged_requests(
    client: aiohttp.ClientSession,
    base_url: str,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.2)
    sent, statuses = DAMAGED[name]
    async with connected(base_url) as (reader, writer):
        # The collector may answer, and hang up, before all is said.
        with suppress(ConnectionError):
            writer.write(sent)
            await writer.drain()
        assert await status_of(reader) in statuses
        # Cause: aiohttp's own answers named its version and Python's, and quoted the caller.
        with suppress(ConnectionError):
            told = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode().lower()
            assert "server: heatwright" in told and "nosniff" in told
            size = int(told.partition("content-length: ")[2].split()[0])
            told += (await asyncio.wait_for(reader.readexactly(size), 10)).decode().lower()
            assert '{"error":{"reason":"' in told
            assert not any(word in told for word in ("python", "aiohttp", "x-long", "x-t", "9.9"))
    await neighbour(client, base_url, site)


async def test_any_head_of_a_request_gets_a_documented_status(
    client: aiohttp.ClientSession, base_url: str, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Cause: an Expect header that is no UTF-8 got 500, and each damaged head a traceback with the
    caller's address in the log."""
    loop = asyncio.get_running_loop()
    documented = {200, 202, 204, 400, 401, 404, 405, 417, *STATUS.values()}
    seen: set[int] = set()
    text = body(site.write_key)

    async def send(lines: list[bytes]) -> int:
        async with connected(base_url) as (reader, writer):
            writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + text)
            return await status_of(reader)

    beginning = b"Host: x", b"Content-Length: %d" % len(text)
    names = st.sampled_from(
        b"Content-Encoding Content-Type Origin User-Agent X-Forwarded-For Authorization "
        b"Expect Range If-None-Match Content-Length Host Cookie Accept".split()
    )
    header = st.tuples(names, st.binary(max_size=30)).map(b": ".join)
    paths = b"v1/batches", b"v1/sessions", b"heatwright.js", b"nowhere", b"metrics", b"s/x"
    methods = st.sampled_from([b"POST", b"GET", b"OPTIONS", b"PUT"])

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(methods, st.sampled_from(paths) | st.binary(max_size=20), st.lists(header, max_size=3))
    @example(b"POST", b"v1/batches", [b"Expect: \xff"])
    @example(b"GET", b"nowhere", [b"Expect: \xff\xfe"])
    def attack(method: bytes, path: bytes, headers: list[bytes]) -> None:
        lines = [method + b" /" + path + b" HTTP/1.1", *beginning, *headers]
        future = asyncio.run_coroutine_threadsafe(send(lines), loop)
        seen.add(future.result(20))

    await asyncio.to_thread(attack)
    assert seen <= documented
    assert {400, 403, 404, 405, 417} <= seen
    assert "127.0.0.1" not in caplog.text and "Traceback" not in caplog.text


async def test_who_waits_to_be_told_to_go_on_is_told(base_url: str, site: Site) -> None:
    text = body(site.write_key)
    async with connected(base_url) as (reader, writer):
        writer.write(head(len(text), "Expect: 100-continue"))
        assert await status_of(reader) == 100
        assert await reader.readline() == b"\r\n"
        writer.write(text)
        assert await status_of(reader) == 202


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", ""])
async def test_who_is_refused_before_his_body_is_read_costs_nothing(
    client: aiohttp.ClientSession, base_url: str, encoding: str
) -> None:
    """A path that takes no body is given a compressed one, and one that says it is too long."""
    bomb = gzip.compress(b" " * 1_000_000)
    headers = {"Content-Encoding": encoding} if encoding else {}
    async with client.post(f"{base_url}/healthz", data=bomb, headers=headers) as response:
        assert response.status == 405
    async with connected(base_url) as (reader, writer):
        writer.write(head(limits.WIRE_BYTES + 1, f"Content-Encoding: {encoding}") + bomb)
        assert await status_of(reader) == 413


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEEP_ALIVE_SECONDS", 0.5)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.5)


async def drip(base_url: str, first: bytes, drop: bytes) -> int:
    """Says `first`, then `drop` again and again; the status at the end, 0 for none."""
    async with connected(base_url) as (reader, writer):
        writer.write(first)
        ended = asyncio.create_task(status_of(reader, 20))
        while not ended.done():
            writer.write(drop)
            await asyncio.wait({ended}, timeout=0.05)
        return ended.result()


@pytest.mark.usefixtures("impatient")
async def test_who_drips_is_given_up(store: Store, site: Site) -> None:
    async with serving(store, fetch_assets=False) as base_url:
        slow_headers = b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nX-A: "
        results = await asyncio.gather(
            drip(base_url, slow_headers, b"a"),
            drip(base_url, b"", b"\r\n"),
            drip(base_url, b"P", b""),
            drip(base_url, head(1_000_000), b"{"),
            drip(base_url, head(), b"1\r\n{\r\n"),
        )
    assert list(results) == [0, 0, 0, 408, 408]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("count", [200, pytest.param(2_000, marks=pytest.mark.prove)])
async def test_idle_connections_are_closed(
    client: aiohttp.ClientSession, store: Store, site: Site, count: int
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 3 * count)), hard))
    async with serving(store, fetch_assets=False) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        idle = [await asyncio.open_connection(host, int(port)) for _ in range(count)]
        await neighbour(client, base_url, site)
        ends = (asyncio.wait_for(reader.read(), 20) for reader, _ in idle)
        assert set(await asyncio.gather(*ends)) == {b""}
        for _, writer in idle:
            writer.close()
        await neighbour(client, base_url, site)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_beyond_so_many_connections_the_oldest_idle_ones_go(
    client: aiohttp.ClientSession, store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 20)
    monkeypatch.setattr("recorder.connections._SWEEP_SECONDS", 0.05)
    text = body(site.write_key)
    async with serving(store, fetch_assets=False) as base_url:
        host, port = base_url.removeprefix("http://").split(":")
        async with connected(base_url) as (busy_reader, busy_writer):
            # The oldest of all, but its body is on its way.
            busy_writer.write(head(len(text)) + text[:10])
            await neighbour(client, base_url, site)
            idle = [await asyncio.open_connection(host, int(port)) for _ in range(40)]
            closed = [asyncio.create_task(reader.read()) for reader, _ in idle]
            await asyncio.wait(closed[:10], timeout=10)
            assert all(task.done() for task in closed[:10])
            assert not any(task.done() for task in closed[-10:])
            busy_writer.write(text[10:])
            assert await status_of(busy_reader) == 202
        for task in closed:
            task.cancel()
        for _, writer in idle:
            writer.close()


async def test_bodies_that_arrive_at_once_have_a_bound_together(
    client: aiohttp.ClientSession, store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cause: each may have 10 MB, and nothing bounded how many of them were arriving."""
    monkeypatch.setattr(limits, "BODIES_BYTES", 300_000)
    async with serving(store, fetch_assets=False) as base_url:
        async with connected(base_url) as (_, first), connected(base_url) as (reader, second):
            first.write(head(1_000_000) + b" " * 200_000)
            await neighbour(client, base_url, site)
            second.write(head(200_000) + b" " * 200_000)
            assert await status_of(reader) == 503
            await neighbour(client, base_url, site)
        # Whoever left has made room.
        async with connected(base_url) as (reader, third):
            third.write(head(250_000) + b" " * 250_000)
            assert await status_of(reader) == 400


BOMB = """
import asyncio, re, sys, aiohttp
from pathlib import Path
from typing import Any
from recorder.collector import serving
from recorder.store import Store

def greatest() -> int:
    # Not `ru_maxrss`, which a process takes over from the one that started it.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

async def main():
    with Store.open(sys.argv[1]) as store:
        async with serving(store, fetch_assets=False) as url, aiohttp.ClientSession() as client:
            for path in sys.argv[2:]:
                bomb = Path(path).read_bytes()
                before = greatest()
                sending = (client.post(url + "/v1/batches", data=bomb) for _ in range(4))
                replies = await asyncio.gather(*sending)
                print({reply.status for reply in replies}, greatest() - before, flush=True)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_bombs_cost_no_memory(store_url: str, tmp_path: Path) -> None:
    """In a process of its own: this one's greatest size is other tests' doing.

    Four at once, as many as are inflated at a time; each holds what one batch may hold, and once
    more while it is looked at, and the allocator keeps some.
    """
    plain = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = b" " * (1024 * 1024)
    gzip_bomb = b"".join(plain.compress(piece) for _ in range(100)) + plain.flush()
    bombs = {
        "gzip": gzip_bomb,
        "nested": gzip.compress(gzip.compress(gzip_bomb)),
        "members": gzip.compress(b"") * 52_000,
        "values": gzip.compress(
            body("nobody", [custom("x", ["VALUES"])]).replace(
                b'"VALUES"', b"{}," * (limits.INFLATED_BYTES // 3 - 1_000) + b"{}"
            ),
            compresslevel=1,
        ),
    }
    paths = []
    for name, bomb in bombs.items():
        (tmp_path / name).write_bytes(bomb)
        paths.append(str(tmp_path / name))
    done = subprocess.run(
        [sys.executable, "-c", BOMB, store_url, *paths],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split("}")[0] for line in lines] == ["{413", "{400", "{400", "{401"]
    for line in lines:
        assert int(line.split()[-1]) < 4 * 3 * limits.INFLATED_BYTES, lines
    assert int(lines[0].split()[-1]) < 4 * 2 * limits.INFLATED_BYTES, lines


def mutation(**parts: Any) -> Any:
    return {"source": 0, "adds": [], "removes": [], "texts": [], "attributes": []} | parts


def paragraph(id: int) -> Any:
    return {"type": 2, "tagName": "p", "attributes": {}, "childNodes": [], "id": id}


STRANGE = {
    "mutation of an absent node": mutation(texts=[{"id": 999, "value": "x"}]),
    "child before its parent": mutation(
        adds=[
            {"parentId": 8, "nextId": None, "node": {"type": 3, "textContent": "x", "id": 9}},
            {"parentId": 1, "nextId": None, "node": paragraph(8)},
        ],
    ),
    "a node in itself": mutation(adds=[{"parentId": 5, "nextId": 5, "node": paragraph(5)}]),
    "an id twice": mutation(adds=[{"parentId": 1, "nextId": None, "node": paragraph(7)}] * 2),
    "ids beyond any number": {"source": 3, "id": 2**63, "x": 1e308, "y": -(2**70)},
    "the same key twice": None,
    "nul": mutation(texts=[{"id": 1, "value": "a\x00b"}]),
}


@pytest.mark.parametrize("name", STRANGE)
async def test_sound_json_that_means_nothing_is_kept_as_it_is(
    client: aiohttp.ClientSession, store: Store, site: Site, name: str
) -> None:
    """What it does to a replay is the stage's to judge; nothing here falls over it.

    The search for assets is on: it reads what was stored.
    """
    event = {"type": 3, "timestamp": NOW, "data": STRANGE[name]}
    text = json.dumps(event).encode()
    if STRANGE[name] is None:
        text = text.replace(b"null", b'{"source":0,"source":1,"id":1,"id":2}')
    whole = body(site.write_key, [meta(), "EVENT"]).replace(b'"EVENT"', text)
    async with serving(store) as base_url:
        status, reply, _ = await post(client, base_url, whole)
        assert (status, reply["accepted"]) == (202, 2)
        assert (await post(client, base_url, whole))[1]["duplicate"] is True
    kept = store.events("document-1")[-1]
    assert json.loads(bytes(kept.data)) == json.loads(text)["data"]


@pytest.mark.parametrize(
    ("data", "accepted"), [({"source": 99, "x": 1}, 1), ({"source": 0, "texts": [{}]}, 2)]
)
async def test_what_cannot_be_understood_cannot_be_masked(
    client: aiohttp.ClientSession,
    base_url: str,
    store: Store,
    site: Site,
    data: Any,
    accepted: int,
) -> None:
    """An incremental event of an unknown source is dropped, one of another shape is emptied."""
    event = {"type": 3, "timestamp": NOW + 1, "data": data}
    status, reply, _ = await post(client, base_url, gzipped(site.write_key, [meta(), event]))
    assert (status, reply["accepted"], reply["masked_by_wall"]) == (202, accepted, 1)
    kept = [json.loads(bytes(event.data)) for event in store.events("document-1")]
    assert kept[1:] == [{"tag": "", "payload": None}] * (accepted - 1)


async def test_a_snapshot_of_a_million_nodes(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    """The smallest nodes there are, in 32 MB: left out, and the rest of the batch is kept."""
    whole = body(site.write_key, [meta(), snapshot({"type": 0, "childNodes": ["NODES"], "id": 1})])
    many = whole.replace(b'"NODES"', b",".join([b'{"type":3,"textContent":"","id":1}'] * 900_000))
    status, reply, _ = await post(client, base_url, gzip.compress(many, 1))
    assert (status, reply["refused"]) == (202, {"event_too_many_values": 1})
    assert len(store.events("document-1")) == 1


@pytest.mark.parametrize(
    ("times", "refused"),
    [
        ([0], 1),
        ([-NOW], 1),
        ([NOW // 1000, NOW], 1),
        ([NOW + 8 * 86_400_000, NOW], 1),
        ([NOW + 50, NOW + 20, NOW], 0),
    ],
)
async def test_times_that_cannot_be(
    client: aiohttp.ClientSession,
    base_url: str,
    store: Store,
    site: Site,
    times: list[int],
    refused: int,
) -> None:
    """Zero, negative, seconds among milliseconds, more than a week ahead; reversed is sorted."""
    events = [move(at - NOW) for at in times]
    status, reply, _ = await post(client, base_url, gzipped(site.write_key, events))
    assert status == 202
    assert reply["refused"] == ({"event_clock": refused} if refused else {})
    kept = [event.timestamp for event in store.events("document-1")]
    assert kept == sorted(kept) and len(kept) == len(times) - refused


async def test_a_visitors_clock_may_jump_by_a_day(
    client: aiohttp.ClientSession, base_url: str, store: Store, site: Site
) -> None:
    day = 86_400_000
    for sequence, at in enumerate((0, day, -day // 2, 4 * 3_600_000)):
        text = body(site.write_key, [move(at)], sequence=sequence, sent_at=NOW + at)
        assert (await post(client, base_url, text))[0] == 202
    assert len(store.events("document-1")) == 4
    assert store.gaps("document-1") == []
