"""A word in every carrier, posted by hand: it is nowhere in what the collector keeps."""

from __future__ import annotations

import asyncio
import json
import logging
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import zstandard
from aiohttp import web

from recorder.access import SiteAccess
from recorder.collector import make_collector, serving
from recorder.dossier import write_dossier
from recorder.exporting import rrweb_json, tabs_of
from recorder.masking import LEVELS, Level, Policy
from recorder.parts import METERS
from recorder.sites import Site
from recorder.store import Scope, Store
from tests.recorder.making import NOW, ORIGIN, custom, gzipped, meta, route

WORD = "qxaavkormu"
MAIL = f"{WORD}@example.com"


def element(id: int, tag: str, attributes: Any, *children: Any) -> Any:
    node = {"type": 2, "id": id, "tagName": tag, "attributes": attributes}
    return node | {"childNodes": [*children]}


def text(id: int, content: str) -> Any:
    return {"type": 3, "id": id, "textContent": content}


# At every level: what is typed, patterns, queries, what is masked and blocked by class.
NODES = [
    element(10, "input", {"type": "text", "value": WORD}),
    element(11, "input", {"type": "password", "value": WORD}),
    element(12, "input", {"autocomplete": "cc-number", "value": WORD}),
    element(13, "textarea", {"value": WORD}, text(14, WORD)),
    element(15, "option", {"value": WORD, "selected": True}),
    element(16, "div", {"contenteditable": ""}, text(17, WORD)),
    element(18, "p", {"data-model": WORD, "onclick": WORD, "nonce": WORD, "srcdoc": WORD}),
    element(19, "p", {"class": "rr-mask", "title": WORD}, element(20, "b", {}, text(21, WORD))),
    element(22, "p", {"class": "rr-block", "title": WORD}, text(23, WORD)),
    element(24, "p", {"title": MAIL, "data-x": f"https://a.example/x?t={WORD}"}, text(25, MAIL)),
    element(26, "a", {"href": f"https://{WORD}@a.example/;jsessionid={WORD}?t={WORD}#{WORD}"}),
    element(27, "a", {"href": f"mailto:{WORD}", "ping": f"/p?{WORD}"}),
    element(28, "img", {"src": f"/x.png?t={WORD}", "srcset": f"/x.png?t={WORD} 2x"}),
    element(29, "form", {"action": f"/x?t={WORD}"}),
    element(30, "style", {"_cssText": f"/* {WORD} */ .a {{ background: url(/x?t={WORD}) }}"}),
    element(31, "style", {}, text(32, f"/* {WORD} */ @import '/x.css?t={WORD}'; ")),
    element(33, "p", {"style": f"background: url('/x.png?t={WORD}')"}),
    element(34, "meta", {"name": "csrf-token", "content": WORD}),
    element(35, "script", {}, text(36, WORD)),
    element(37, "noscript", {}, text(38, WORD)),
    {"type": 5, "id": 39, "textContent": WORD},
    element(40, "input", {"type": "checkbox", "class": "rr-ignore", "value": WORD}),
]
# From level `text` on.
TEXTS = [
    element(50, "p", {"title": WORD, "aria-label": WORD, "heading": WORD}, text(51, WORD)),
    element(52, "style", {}, text(53, f".a::before {{ content: '{WORD}' }}")),
    element(54, "input", {"type": "submit", "value": WORD, "placeholder": WORD}),
]
# At level `strict`.
PLACES = [
    element(60, "a", {"href": f"https://a.example/{WORD}"}),
    element(61, "img", {"src": f"/{WORD}.png"}),
    element(62, "p", {"style": f"background: url(/{WORD}.png)", "data-state": WORD}),
]


def incremental(source: int, **data: Any) -> Any:
    return {"type": 3, "timestamp": NOW + 2, "data": {"source": source, **data}}


def mutation(nodes: list[Any]) -> Any:
    """The same nodes added later, and what of them can change."""
    added = json.loads(json.dumps(nodes))
    return incremental(
        0,
        adds=[{"parentId": 2, "nextId": None, "node": node} for node in added],
        removes=[],
        texts=[
            {"id": child["id"], "value": child["textContent"]}
            for node in added
            for child in node.get("childNodes", ())
            if child["type"] == 3
        ],
        attributes=[
            {"id": node["id"], "attributes": node["attributes"]}
            for node in added
            if "tagName" in node
        ],
    )


def events(level: Level) -> list[Any]:
    nodes = [*NODES, *(TEXTS if level != "inputs" else ()), *(PLACES if level == "strict" else ())]
    document = {"type": 0, "id": 1, "childNodes": [element(2, "html", {}, *nodes)]}
    said = [{"kind": "console", "message": WORD}] if level != "inputs" else []
    return [
        meta(href=f"{ORIGIN}/?t={WORD}#{WORD}"),
        {"type": 2, "timestamp": NOW + 1, "data": {"node": document, "x": WORD}},
        mutation(nodes),
        *(incremental(5, id=id, text=WORD, isChecked=True) for id in (10, 11, 13, 40, 987)),
        incremental(
            0,
            adds=[],
            removes=[],
            texts=[],
            attributes=[
                {"id": 987, "attributes": {"value": WORD, "onclick": WORD, "href": f"/x?t={WORD}"}}
            ],
        ),
        incremental(8, id=30, adds=[{"rule": f".a {{ background: url(/x?t={WORD}) }}"}]),
        incremental(13, id=30, set={"property": "background", "value": f"url(/x?t={WORD})"}),
        incremental(15, id=1, styles=[{"styleId": 1, "rules": [{"rule": f"/* {WORD} */"}]}]),
        incremental(10, family=MAIL, fontSource=f"url(/x?t={WORD})", buffer=False),
        incremental(11, level="log", payload=[WORD]),
        incremental(99, text=WORD),
        incremental(1, positions=[{"x": WORD, "y": 0, "id": 1, "timeOffset": 0}]),
        route(3, f"{ORIGIN}/next?t={WORD}#{WORD}"),
        custom("heatwright/error", {"kind": "error", "message": f"{MAIL} at /x?t={WORD}"}),
        custom("heatwright/request", {"kind": "fetch", "url": f"/x?t={WORD}"}),
        custom("heatwright/goal", {"goal": MAIL, "properties": {MAIL: [MAIL]}}),
        custom(MAIL, {"href": f"/x?t={WORD}"}),
        *(custom("heatwright/error", one) for one in said),
        {"type": 6, "timestamp": NOW, "data": {"plugin": "x@1", "payload": {"deep": [MAIL]}}},
        {
            "type": 6,
            "timestamp": NOW,
            "data": {
                "plugin": "rrweb/network@1",
                "payload": {
                    "requests": [{"requestBody": WORD, "name": f"https://a.example/?{WORD}"}]
                },
            },
        },
        {"type": 1, "timestamp": NOW, "data": {"x": WORD}},
    ]


@pytest_asyncio.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def post(client: aiohttp.ClientSession, url: str, body: bytes) -> Any:
    async with client.post(f"{url}/v1/batches", data=body, headers={"Origin": ORIGIN}) as reply:
        assert reply.status == 202, await reply.text()
        return await reply.json()


def kept(store: Store, folder: Path) -> str:
    """All bytes of the database's files, and all that is compressed in them."""
    raw = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    inflate = zstandard.ZstdDecompressor()
    frames = [at for at in range(len(raw)) if raw.startswith(b"\x28\xb5\x2f\xfd", at)]
    inside = []
    for at in frames:
        try:
            inside.append(inflate.decompressobj().decompress(raw[at:]))
        except zstandard.ZstdError:  # a page of the database ends inside of it
            continue
    stored = [
        bytes(event.data)
        for session in store.sessions()
        for document in store.documents(session.id)
        for event in store.events(document.id)
    ]
    assert len(stored) > 10
    return b"\n".join([raw, *inside, *stored, *exported(store, folder)]).decode("latin-1").lower()


def exported(store: Store, folder: Path) -> Iterator[bytes]:
    """Everything that leaves the store: as rrweb's, and as the visitor gets it."""
    for session in store.sessions():
        for tab in tabs_of(store, session.id):
            yield from rrweb_json(store, tab)
        file = folder / "dossier.zip"
        write_dossier(store, session.visitor_id, file, "2026-01-01")
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("level", LEVELS)
async def test_a_word_in_every_carrier_is_nowhere_in_the_store(
    client: aiohttp.ClientSession,
    tmp_path: Path,
    level: Level,
    outside: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nor in the files beside it, in the log, or in what is exported."""
    caplog.set_level(logging.DEBUG)
    blobs = f"file://{tmp_path}/blobs" if outside else None
    with Store.open(f"sqlite:///{tmp_path}/store.db", blobs=blobs) as store:
        await carried(client, store, level)
        assert WORD[:6] not in kept(store, tmp_path)
    logged = "\n".join(f"{one.getMessage()} {one.exc_text}" for one in caplog.records)
    assert WORD[:6] not in logged.lower()


async def carried(client: aiohttp.ClientSession, store: Store, level: Level) -> None:
    """Posts the word in every carrier, and packs what was kept of it."""
    site = store.sites.add("shop", [ORIGIN], policy=Policy(level))
    body = gzipped(
        site.write_key,
        events(level),
        url=f"{ORIGIN}/?t={WORD}#{WORD}",
        traits={"mail": MAIL, MAIL: "x"},
        variant=MAIL,
        release=MAIL,
    )

    async with serving(store, fetch_assets=False) as url:
        reply = await post(client, url, body)
        again = await post(client, url, body)

    assert reply["masked_by_wall"] > 60
    assert again["duplicate"]
    store.compactor().run(Scope(now=NOW + 10**9, everything=True))


async def test_a_policy_holds_from_when_it_is_set_and_what_it_masked_is_counted(
    client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    app = make_collector(store, fetch_assets=False)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        page = [meta(href=f"{ORIGIN}/?q=tents")]
        first = await post(client, url, gzipped(site.write_key, page, url=f"{ORIGIN}/?q=tents"))
        store.sites.change("shop", policy=Policy(keep_query=("q",)))
        await asyncio.sleep(1.1)  # so soon after another, a key that is not known is refused
        new = store.sites.add("new", [ORIGIN], policy=Policy(keep_query=("q",)))
        second = await post(
            client,
            url,
            gzipped(new.write_key, page, url=f"{ORIGIN}/?q=tents", document="d2", session="s2"),
        )
        counted, _ = app[METERS].render("text/plain")
    finally:
        await runner.cleanup()

    assert (first["masked_by_wall"], second["masked_by_wall"]) == (2, 0)
    assert b'heatwright_masked_by_wall_total{site="shop"} 2.0' in counted
    assert b'heatwright_masked_by_wall_total{site="new"} 0.0' in counted
    urls = {view.url for view in store.page_views()}
    assert urls == {f"{ORIGIN}/", f"{ORIGIN}/?q=tents"}


def test_of_a_key_that_is_not_known_yet_all_is_masked(store: Store) -> None:
    assert SiteAccess(store).policy("a key") == Policy("strict")
