"""Erasing: nothing of a visitor is left anywhere, nothing of the others is touched."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder import limits
from recorder.batches import Batch
from recorder.errors import WrongUse
from recorder.identified import visitors_identified
from recorder.masking import Policy
from recorder.refusals import Refusal, RefusedBatch
from recorder.sites import Site
from recorder.store import Accepted, Outcome, Store, Who, engine
from recorder.store.tables import blocks, chunks, derived, documents, sessions
from recorder.store.tombstones import digest_of, shown
from tests.docs.sources import doc
from tests.recorder.filling import (
    EVERYTHING,
    SECRET,
    everything_of,
    fill,
    keep,
)
from tests.recorder.making import NOW, ORIGIN, batch, body, meta, move
from tests.recorder.packing.pages import visit
from tests.recorder.posting import post
from tests.recorder.rows import Rows
from tests.support.postgres import Cluster

ROOT = Path(__file__).parents[2]


def raw_of(rows: Rows, visitor: str) -> list[bytes]:
    """What is stored of a visitor, byte for byte: his name, and middles of packed bodies."""
    his = sa.select(documents.c.id).join(sessions).where(sessions.c.visitor_id == visitor)
    packed = [
        value
        for columns in ((chunks.c.body,), (blocks.c.body, blocks.c.pointers, blocks.c.ledger))
        for column in columns
        for value in rows.select(sa.select(column).where(column.table.c.document_id.in_(his)))
    ]
    of_derived = sa.select(derived.c.body).where(derived.c.key == f"document-{visitor}")
    middles = [value[len(value) // 3 :][:40] for value in packed if len(value) > 90]
    return [visitor.encode(), *middles, *rows.select(of_derived)]


def bytes_of(folder: Path) -> bytes:
    """Every file in the store's folder: database, log, shared memory, lock."""
    files = sorted(folder.iterdir())
    assert {file.name.partition(".db")[2] for file in files} >= {"", "-wal", "-shm", ".lock"}
    return b"\n".join(file.read_bytes() for file in files)


@pytest.fixture
def disk(request: pytest.FixtureRequest, rows: Rows) -> Callable[[], bytes]:
    """All that lies on the disk of a store: SQLite's files, or those of a PostgreSQL database
    (but its log, see docs/privacy.md) once what the page asks for has been done."""
    url = sa.make_url(rows.url)
    if url.get_backend_name() == "sqlite":
        return lambda: bytes_of(Path(str(url.database)).parent)
    server: Cluster = request.getfixturevalue("postgres")
    found = re.search(r"run `(.+?)` in the database", doc("privacy.md"))
    assert found
    return lambda: server.settled(str(url.database), found[1])


@pytest.mark.parametrize("compacted", [False, True], ids=["as it came", "compacted"])
def test_an_erased_visitor_is_nowhere(
    compacted: bool, store: Store, site: Site, rows: Rows, disk: Callable[[], bytes]
) -> None:
    """Others' recordings, also those packed against the same dictionary, stay byte for byte."""
    fill(store, site)
    if compacted:
        done = store.compactor().run(EVERYTHING)
        assert (done.made, done.left) == (1, {})
    before = everything_of(store)
    raw = raw_of(rows, SECRET)
    assert len(raw) >= 4
    everything = disk()
    assert all(one in everything for one in raw)
    found = store.eraser().find(Who("visitor", SECRET))
    assert [(one.site_id, one.sessions, one.documents) for one in found] == [("shop", 1, 2)]
    removed = store.eraser().erase(Who("visitor", SECRET))
    assert store.eraser().rewrite()
    assert (removed.sessions, removed.documents, removed.derived, removed.assets) == (1, 2, 1, 1)
    everything = disk()
    assert [one for one in raw if one in everything] == []
    after = everything_of(store)
    assert SECRET not in repr(after)
    assert SECRET not in repr(store.audit.entries())
    for name in ("events", "gaps", "points", "derived"):
        kept = {id: one for id, one in before[name].items() if SECRET not in id}
        assert after[name] == kept
    assert [row.url for _, row, _ in after["assets"]] == [f"{ORIGIN}/logo.png"]
    again = store.eraser().erase(Who("visitor", SECRET))
    assert again.sessions == 0 and everything_of(store) == after


def test_copies_in_unused_parts_of_the_file_are_gone_as_well(
    store: Store, store_url: str, site: Site
) -> None:
    """Cause: SQLite leaves copies where rows moved from one page of the file to another, and
    deletes only the row: of 200 visitors one or two were still readable."""
    other = store.sites.add("blog", ["https://blog.example"])
    names = [f"quokka{number * 7919 % 100_000:05d}" for number in range(600)]
    made = [
        batch(
            (site, other)[number % 2].write_key,
            [meta(5, f"{ORIGIN}/{name}{'x' * (number * 37 % 200)}")],
            visitor=name,
            session=f"s{name}",
            document=f"d{name}",
        )
        for number, name in enumerate(names)
    ]
    store.accept_many(made, source="tag")
    later = NOW + 10 * 86_400_000
    assert store.eraser().prune("shop", later, now=later).sessions == 300
    assert store.eraser().rewrite()
    everything = bytes_of(Path(store_url.removeprefix("sqlite:///")).parent)
    assert [name for name in names[::2] if name.encode() in everything] == []
    assert all(name.encode() in everything for name in names[1::2])
    assert len(store.sessions()) == 300


def test_a_reader_in_the_way_is_told_of_and_others_go_on(
    store: Store, store_url: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collector may have the file open while it is written anew; who reads keeps its log."""
    monkeypatch.setattr(engine, "FOLD_SECONDS", 0.1)
    for number in range(3):
        ids = {"visitor": f"v-{number}", "session": f"s-{number}", "document": f"d-{number}"}
        store.accept(batch(site.write_key, **ids), source="tag")
    with Store.open(store_url) as other:
        other.eraser().erase(Who("visitor", "v-0"))
        assert other.eraser().rewrite()
        assert [one.id for one in store.sessions()] == ["s-2", "s-1"]
        with store._database.reading() as connection:
            assert connection.exec_driver_sql("SELECT COUNT(*) FROM sessions").scalar() == 2
            other.eraser().erase(Who("visitor", "v-1"))
            assert not other.eraser().rewrite()
            new = batch(site.write_key, visitor="v-3", session="s-3", document="d-3")
            store.accept(new, source="tag")
        assert other.eraser().fold()
        assert [one.id for one in other.sessions()] == ["s-3", "s-2"]


def test_the_trail_proves_what_was_done_without_saying_of_whom(store: Store, site: Site) -> None:
    fill(store, site)
    before = store.audit.entries()
    store.eraser().erase(Who("visitor", SECRET, site.id))
    trail = store.audit.entries()
    assert len(trail) == len(before) + 1
    session = shown(digest_of("session", site.id, f"session-{SECRET}"))
    document = shown(digest_of("document", site.id, f"document-{SECRET}"))
    hidden = [entry for entry in trail if entry.object == session]
    assert [one.detail for one in hidden] == ["", f"document {document}"]
    last = trail[-1]
    assert (last.action, last.actor) == ("visitor.erase", "cli")
    assert last.object == shown(digest_of("visitor", site.id, SECRET))
    assert last.detail.startswith("site shop: 1 sessions, 2 documents")
    others = [entry for entry in trail if entry.object.startswith("session-visitor")]
    assert others == [entry for entry in before if entry.object.startswith("session-visitor")]


async def test_what_comes_late_of_an_erased_visitor_is_refused(
    base_url: str, client: aiohttp.ClientSession, store: Store, site: Site
) -> None:
    """A duplicate, a late batch, a new session, and his session under another visitor's id."""
    key = site.write_key
    assert (await post(client, base_url, body(key)))[0] == 202
    store.eraser().erase(Who("visitor", "visitor-1"))
    for changes in (
        {},
        {"sequence": 1},
        {"session": "s-2", "document": "d-2"},
        {"visitor": "v-2"},
    ):
        status, answer, _ = await post(client, base_url, body(key, **changes))
        assert (status, answer["error"]["reason"]) == (410, "erased")
    assert store.sessions() == []
    new = {"visitor": "v-2", "session": "s-2", "document": "d-2"}
    assert (await post(client, base_url, body(key, **new)))[0] == 202


def test_one_session_of_a_visitor(store: Store, site: Site) -> None:
    """His others stay, and so do the pictures that only he had; not those of nobody."""
    for number in (1, 2):
        ids = {"session": f"s-{number}", "document": f"d-{number}"}
        store.accept(batch(site.write_key, **ids), source="tag")
    keep(store, site, f"{ORIGIN}/face.png", b"face", "visitor-1")
    store.eraser().erase(Who("session", "s-1"))
    assert [one.id for one in store.sessions()] == ["s-2"]
    assert store.asset(site.id, f"{ORIGIN}/face.png")
    with pytest.raises(RefusedBatch, match="erased"):
        store.accept(batch(site.write_key, session="s-1", document="d-3"), source="tag")
    store.accept(batch(site.write_key, session="s-2", document="d-3"), source="tag")
    store.eraser().erase(Who("session", "s-2"))
    assert store.asset(site.id, f"{ORIGIN}/face.png") is None
    assert store.asset_volume(site.id) == 0


def test_a_visitor_of_one_site_is_not_the_other_sites(store: Store, site: Site) -> None:
    other = store.sites.add("blog", ["https://blog.example"])
    store.accept(batch(site.write_key), source="tag")
    ids = {"session": "s-2", "document": "d-2"}
    store.accept(batch(other.write_key, **ids), source="tag")
    store.eraser().erase(Who("visitor", "visitor-1", "shop"))
    assert [one.site_id for one in store.sessions()] == ["blog"]
    assert store.accept(batch(other.write_key, sequence=1, **ids), source="tag") is Accepted.STORED


def test_what_is_derived_after_the_erasure_is_not_kept(store: Store, site: Site) -> None:
    """A heatmap had read the document, and was ready when it was gone."""
    store.accept(batch(site.write_key), source="tag")
    store.eraser().erase(Who("visitor", "visitor-1"))
    store.keep_derived("anchors", "document-1", 1, "x", b"late")
    assert store.derived("anchors", "document-1", 1, "x") is None
    keep(store, site, f"{ORIGIN}/face.png", b"face", "visitor-1")
    assert not store.note_uses(site.id, [f"{ORIGIN}/other.png"], "visitor-1")
    assert store.asset(site.id, f"{ORIGIN}/face.png") is None


def test_an_asset_of_three_people_is_the_sites(store: Store, site: Site) -> None:
    """And one that a sheet of the site loads, one with a body that others have, a pushed one."""
    urls = {
        name: f"{ORIGIN}/{name}" for name in ["one", "two", "three", "sheet.css", "font", "pushed"]
    }
    keep(store, site, urls["one"], b"same", "ann")
    keep(store, site, urls["two"], b"same", "ann", "bob")
    keep(store, site, urls["three"], b"three", "ann", "bob", "cyd", "dee")
    keep(store, site, urls["sheet.css"], b"@font-face{src:url(font)}", "bob", "cyd", "dee")
    keep(store, site, urls["font"], b"font", "ann")
    keep(store, site, urls["pushed"], b"fetched", "ann")
    store.keep_asset(
        site.id,
        urls["pushed"],
        outcome=Outcome.KEPT,
        status=200,
        media_type="image/png",
        body=b"pushed",
        captured_at=NOW + 1,
        release="r1",
    )

    def kept() -> set[str]:
        return {name for name, url in urls.items() if store.asset(site.id, url)}

    assert store.assets_of(site.id, "ann") == sorted(
        urls[n] for n in ["one", "two", "font", "pushed"]
    )
    assert store.eraser().erase(Who("visitor", "ann")).assets == 2
    assert kept() == set(urls) - {"one"}
    pushed = store.asset(site.id, urls["pushed"])
    assert pushed is not None and pushed.body == b"pushed"
    two = store.asset(site.id, urls["two"])
    assert two is not None and two.body == b"same"
    store.eraser().erase(Who("visitor", "bob"))
    assert kept() == set(urls) - {"one", "two"}
    for visitor in ("cyd", "dee"):
        store.eraser().erase(Who("visitor", visitor))
    assert kept() == {"three", "sheet.css", "font", "pushed"}


def test_a_sheet_of_one_person_goes_with_what_it_loads(store: Store, site: Site) -> None:
    keep(store, site, f"{ORIGIN}/ann.css", b"body{background:url(ann.png)}", "ann")
    keep(store, site, f"{ORIGIN}/ann.png", b"picture", "ann")
    assert store.eraser().erase(Who("visitor", "ann")).assets == 2
    assert store.asset_outcomes(site.id) == []


def test_visitors_are_found_by_the_id_that_the_site_gave_them(store: Store, site: Site) -> None:
    key = site.write_key
    for name, user in (("ann", "u-1"), ("bob", "u-1"), ("cyd", "u-11"), ("dee", "")):
        store.accept_many(visit(key, name, user=user), source="tag")
    store.compactor().run(EVERYTHING)
    steps: list[tuple[int, int]] = []
    found = visitors_identified(store, "u-1", None, lambda *step: steps.append(step))
    assert sorted(found.visitors) == [("shop", "ann"), ("shop", "bob")]
    assert steps[-1] == (4, 4) and found.unread == []
    assert visitors_identified(store, "u-2").visitors == []
    with pytest.raises(WrongUse, match="masked before"):
        visitors_identified(store, "ann@shop.example")


@settings(max_examples=4)
@given(st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_afterwards_all_is_as_if_he_had_never_been_there(
    fresh: Callable[[str], str],
    backend: str,
    chance: random.Random,
    compacted: bool,
    late: bool,
) -> None:
    names = ["ann", "bob", "cyd", "dee"]
    gone = chance.choice(names)

    def made(key: str) -> list[tuple[str, Batch]]:
        pairs = [(name, one) for name in names for one in visit(key, name, batches=3)]
        odd = [{"type": 77, "timestamp": NOW, "data": {}}, move(3)]
        for name in names:
            ids = {"visitor": name, "session": f"session-{name}", "document": f"odd-{name}"}
            pairs.append((name, batch(key, odd, sequence=2, **ids)))
        return pairs

    with Store.open(fresh(backend)) as store:
        site = store.sites.add("shop", [ORIGIN], policy=Policy())
        pairs = made(site.write_key)
        chance.shuffle(pairs)
        waiting = chance.randrange(len(pairs)) if late else len(pairs)
        store.accept_many([one for _, one in pairs[:waiting]], source="tag")
        if compacted:
            store.compactor().run(EVERYTHING)
        store.eraser().erase(Who("visitor", gone))
        verdicts = store.accept_many([one for _, one in pairs[waiting:]], source="tag")
        for (name, _), verdict in zip(pairs[waiting:], verdicts, strict=True):
            refused = isinstance(verdict, RefusedBatch) and verdict.reason is Refusal.ERASED
            assert refused == (name == gone)
        found = everything_of(store)
    with Store.open(fresh(backend)) as store:
        site = store.sites.add("shop", [ORIGIN], policy=Policy())
        store.accept_many([one for name, one in made(site.write_key) if name != gone], source="tag")
        assert found == everything_of(store)


def started(script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process of its own; it has written a line when it is on its way."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "going\n"
    return process


WRITING = """
import sys
from recorder.store import Accepted, Store
from tests.recorder.making import batch

with Store.open(sys.argv[1]) as store:
    for number in range(100_000):
        ids = {"session": f"s-{number}", "document": f"d-{number}"}
        verdicts = store.accept_many(
            [
                batch(sys.argv[2], visitor="ann", **ids),
                batch(sys.argv[2], visitor="bob", session="b", document="b", sequence=number),
            ],
            source="tag",
        )
        if number == 5:
            print("going", flush=True)
        assert verdicts[1] is Accepted.STORED
        if verdicts[0] is not Accepted.STORED:
            print(verdicts[0].reason, number, flush=True)
            break
"""


def test_another_process_may_go_on_writing_meanwhile(store: Store, site: Site, rows: Rows) -> None:
    """He is erased while batches of his come in: none comes after that, others' all do."""
    process = started(WRITING, rows.url, site.write_key)
    removed = store.eraser().erase(Who("visitor", "ann"))
    said, _ = process.communicate(timeout=60)
    reason, number = said.split()
    assert (reason, process.returncode) == ("erased", 0)
    assert removed.sessions == int(number) > 5
    (bob,) = store.sessions()
    assert (bob.visitor_id, store.gaps("b")) == ("bob", [])
    assert len(store.events("b")) == 2 * (int(number) + 1)


ERASING = """
import sys, time
from recorder import limits
from recorder.store import Store, Who, erasing

limits.REMOVE_SESSIONS = 1
remove, steps = erasing.remove_sessions, 0

def removing(connection, rows):
    global steps
    steps += 1
    if steps == 3 and sys.argv[2] == "before the commit":
        remove(connection, rows)
        print("going", flush=True)
        time.sleep(60)
    if steps == 3 and sys.argv[2] == "after the commit":
        print("going", flush=True)
        time.sleep(60)
    return remove(connection, rows)

erasing.remove_sessions = removing
with Store.open(sys.argv[1]) as store:
    store.eraser().erase(Who("visitor", "ann"))
"""


def test_killed_in_the_midst_a_second_run_ends_it(store: Store, site: Site, rows: Rows) -> None:
    """Each session is there whole or not at all, wherever it was killed."""
    made = [
        batch(site.write_key, visitor="ann", session=f"s-{n}", document=f"d-{n}-{m}")
        for n in range(7)
        for m in range(3)
    ]
    store.accept_many(made, source="tag")
    store.accept_many(visit(site.write_key, "bob"), source="tag")
    bobs = [bytes(event.data) for event in store.events("document-bob")]
    for where, expected in (("before the commit", 5), ("after the commit", 3)):
        process = started(ERASING, rows.url, where)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with Store.open(rows.url) as opened:  # as whoever starts it again
            left = opened.sessions(visitor="ann")
            assert len(left) == expected
            for one in left:
                found = opened.documents(one.id)
                assert len(found) == 3
                assert all(len(opened.events(document.id)) == 2 for document in found)
        rows.check()
    store.eraser().erase(Who("visitor", "ann"))
    assert store.sessions(visitor="ann") == []
    assert [bytes(event.data) for event in store.events("document-bob")] == bobs
    with pytest.raises(RefusedBatch):
        store.accept(made[0], source="tag")


def test_large_sessions_are_removed_one_by_one(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction over all of them: others write in between."""
    for number in range(8):
        ids = {"session": f"s-{number}", "document": f"d-{number}"}
        store.accept(batch(site.write_key, **ids), source="tag")
    monkeypatch.setattr(limits, "REMOVE_SESSIONS", 5)
    told: list[int] = []
    later = NOW + 10 * 86_400_000
    store.eraser().prune("shop", later, now=later, progress=told.append)
    assert told == [5, 8]
    monkeypatch.setattr(limits, "REMOVE_BYTES", 1)
    for number in range(3):
        ids = {"visitor": "v-2", "session": f"t-{number}", "document": f"t-{number}"}
        store.accept(batch(site.write_key, **ids), source="tag")
    told.clear()
    store.eraser().prune("shop", later, now=later, progress=told.append)
    assert told == [1, 2, 3]
