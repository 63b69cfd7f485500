"""Blocks in place of chunks: the same recordings, whatever came when, and nothing of one in all."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder import limits
from recorder.batches import Batch, BatchConflict, decode_batch
from recorder.compacting import compacting
from recorder.errors import BrokenRecording
from recorder.sites import Site
from recorder.store import Accepted, Compaction, Scope, Store
from recorder.store.packing.frames import Dictionary, inflate
from recorder.store.packing.pointers import as_points, event_points, in_order
from recorder.store.packing.source import read_batches
from recorder.store.tables import blocks, chunks, dictionaries
from tests.recorder.contents import contents as everything
from tests.recorder.making import NOW, ORIGIN, body, move
from tests.recorder.packing.pages import click, moves, visit
from tests.recorder.rows import Rows

EVERYTHING = Scope(now=NOW + 60_000, everything=True)


def compact(store: Store, later: int = 0) -> Compaction:
    return store.compactor().run(Scope(now=EVERYTHING.now + later, everything=True))


def accept(store: Store, batches: list[Batch]) -> None:
    assert set(store.accept_many(batches, source="tag")) <= {Accepted.STORED, Accepted.DUPLICATE}


def contents(store: Store) -> dict[str, Any]:
    """All that can be read of recordings, pointer columns included."""
    read = everything(store)
    points = {row.id: store.pointers(row.id).tolist() for row in read["documents"]}
    return {**read, "points": points}


def dictionary_bodies(rows: Rows) -> list[bytes]:
    bodies: dict[int | None, Dictionary | None] = {None: None}
    columns = dictionaries.c.id, dictionaries.c.base_id, dictionaries.c.body
    for id, base, frame in sorted(rows.read(*columns)):
        bodies[id] = Dictionary.of(id, inflate(frame, bodies[base]))
    return [one.body for one in bodies.values() if one]


# A hostile and an odd batch among ordinary ones.
ODD = [
    {"type": 2, "timestamp": NOW + 2, "data": {"node": {"id": 10**25, "x": {"id": -0.0}}}},
    {"type": 3, "timestamp": NOW + 3.5, "data": {"source": 1, "positions": []}},
    {"type": 3, "timestamp": NOW + 4, "data": {"positions": [], "source": 12}},
    {"type": 5, "timestamp": NOW + 5, "data": {"tag": "own", "payload": {"id": [{"id": 3}]}}},
]


def batches_of_some(key: str) -> list[Batch]:
    made = [one for name in ("ann", "bob", "cyd", "dee") for one in visit(key, name, batches=3)]
    odd = decode_batch(body(key, ODD, session="session-ann", document="odd", visitor="ann"), NOW)
    gap = decode_batch(
        body(key, [move(9)], session="session-ann", document="odd", visitor="ann", sequence=4), NOW
    )
    return [*made, odd, gap]


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What can be read when all came in order and nothing was compacted."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('ordered')}/store.db") as store:
        site = store.sites.add("shop", [ORIGIN])
        accept(store, batches_of_some(site.write_key))
        return contents(store)


@settings(max_examples=8)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.integers(0, 3))
def test_compaction_at_any_point_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    ordered: dict[str, Any],
    chance: random.Random,
    size: int,
    compactions: int,
) -> None:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('compacted')}/store.db") as store:
        site = store.sites.add("shop", [ORIGIN])
        batches = batches_of_some(site.write_key)
        batches += chance.choices(batches, k=5)
        chance.shuffle(batches)
        groups = [batches[n : n + size] for n in range(0, len(batches), size)]
        when = {chance.randrange(len(groups)) for _ in range(compactions)}
        for number, group in enumerate(groups):
            accept(store, group)
            if number in when:
                compact(store, number)
        assert compact(store, 99).left == {}
        assert contents(store) == ordered


def test_what_a_page_shares_is_stored_once(store: Store, site: Site, rows: Rows) -> None:
    names = [f"Person{n:02d}" for n in range(20)]
    for number, name in enumerate(names):
        accept(store, visit(site.write_key, name, banner=number % 5))
    before = contents(store)
    done = compact(store)
    assert contents(store) == before
    assert (done.documents, done.made, done.left) == (20, 1, {})
    assert rows.count(chunks) == 0
    assert done.ratio > 30
    (shared,) = dictionary_bodies(rows)
    assert b"A tent for the hills" in shared
    assert not any(name.encode() in shared for name in names)


def test_points_are_what_the_events_hold(store: Store, site: Site) -> None:
    accept(store, visit(site.write_key, "ann", batches=6)[:5])
    compact(store)
    accept(store, visit(site.write_key, "ann", batches=6)[5:])
    points = store.pointers("document-ann")
    events = store.events("document-ann")
    decoded = as_points(sample for event in events for sample in event_points(event))
    assert points.tolist() == in_order([decoded]).tolist()
    assert len(points) > 50
    assert (points["time"][1:] >= points["time"][:-1]).all()
    assert store.pointers("nobody's").tolist() == []


def test_two_visitors_share_nothing_until_a_third_comes(
    store: Store, site: Site, rows: Rows
) -> None:
    for name in ("ann", "bob"):
        accept(store, visit(site.write_key, name))
    alone = compact(store)
    assert rows.count(dictionaries) == 0
    accept(store, visit(site.write_key, "cyd"))
    before = contents(store)
    done = compact(store, 1)
    assert (done.made, done.documents, done.repacked) == (1, 3, 2)
    assert done.after / 3 < alone.after / 2 / 3
    assert contents(store) == before
    # Nothing waits any more: a further round has nothing to do.
    assert compact(store, 2).documents == 0


def test_one_user_with_three_visitor_ids_is_one_person(
    store: Store, site: Site, rows: Rows
) -> None:
    for name in ("phone", "laptop", "work"):
        accept(store, visit(site.write_key, name, greeting="Hello Eve Adams", user="u-1"))
    assert compact(store).made == 0
    for name in ("ann", "bob"):
        accept(store, visit(site.write_key, name))
    assert compact(store, 1).made == 1
    assert not any(b"Eve" in shared for shared in dictionary_bodies(rows))


def test_a_late_batch_lies_beside_the_block_until_the_next_time(
    store: Store, site: Site, rows: Rows, backend: str, fresh: Callable[[str], str]
) -> None:
    batches = visit(site.write_key, "ann", batches=6)
    accept(store, [batches[n] for n in (0, 1, 3, 5)])
    compact(store)
    assert store.gaps("document-ann") == [2, 4]
    assert store.accept(batches[2], source="tag") is Accepted.STORED
    assert store.gaps("document-ann") == [4]
    assert (rows.count(chunks), rows.count(blocks)) == (1, 1)
    with_late = contents(store)
    compact(store, 1)
    assert contents(store) == with_late
    assert (rows.count(chunks), rows.count(blocks)) == (0, 1)
    with Store.open(fresh(backend)) as other:
        same = other.sites.add("shop", [ORIGIN])
        accept(other, [visit(same.write_key, "ann", batches=6)[n] for n in (0, 1, 2, 3, 5)])
        assert contents(other) == with_late


def test_a_batch_is_known_again_after_compaction(store: Store, site: Site) -> None:
    batches = visit(site.write_key, "ann")
    accept(store, batches)
    compact(store)
    before = contents(store)
    assert store.accept_many(batches, source="tag") == [Accepted.DUPLICATE] * len(batches)
    other = decode_batch(
        body(
            site.write_key,
            [move(77)],
            visitor="ann",
            session="session-ann",
            document="document-ann",
            sequence=1,
        ),
        NOW,
    )
    with pytest.raises(BatchConflict, match="Another batch"):
        store.accept(other, source="tag")
    assert contents(store) == before


def last_byte(rows: Rows) -> None:
    """Of the checksum of each body."""
    for document, packed in rows.read(blocks.c.document_id, blocks.c.body):
        other = blocks.update().where(blocks.c.document_id == document)
        rows.change(other.values(body=packed[:-1] + bytes([packed[-1] ^ 1])))


Damage = Callable[[Rows], None]

DAMAGES: dict[str, Damage] = {
    "no body": lambda rows: rows.change(blocks.update().values(body=b"\0")),
    "another checksum": last_byte,
    "no columns": lambda rows: rows.change(blocks.update().values(pointers=b"\0")),
    "empty columns": lambda rows: rows.change(blocks.update().values(pointers=b"")),
    "no ledger": lambda rows: rows.change(blocks.update().values(ledger=b"\1")),
    "a later form": lambda rows: rows.change(blocks.update().values(format=99)),
    "another dictionary": lambda rows: rows.change(dictionaries.update().values(body=b"\0")),
    "no dictionary": lambda rows: rows.change(dictionaries.delete()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_block_is_named(store: Store, site: Site, rows: Rows, damage: Damage) -> None:
    for name in ("ann", "bob", "cyd"):
        accept(store, visit(site.write_key, name))
    compact(store)
    damage(rows)
    with (
        Store.open(rows.url) as opened,  # which has no dictionary in memory
        pytest.raises(BrokenRecording, match="block from batch 0 of document document-bob"),
    ):
        opened.events("document-bob")


def test_a_damaged_ledger_lets_nothing_take_its_place(store: Store, site: Site, rows: Rows) -> None:
    accept(store, visit(site.write_key, "ann"))
    compact(store)
    rows.change(blocks.update().values(ledger=b"\1"))
    verdicts = store.accept_many(
        [visit(site.write_key, "ann")[1], visit(site.write_key, "bob")[0]], source="tag"
    )
    assert isinstance(verdicts[0], BatchConflict)
    assert verdicts[1] is Accepted.STORED


def test_what_cannot_be_proven_stays_as_it_was(store: Store, site: Site, rows: Rows) -> None:
    """A chunk that gives other events than were acknowledged, or none."""
    for name in ("ann", "bob", "cyd"):
        accept(store, visit(site.write_key, name, batches=2))
    other = zstandard.ZstdCompressor().compress(b'[{"type":3,"timestamp":1.0,"data":{}}]')
    for document, damaged in (("document-ann", other), ("document-bob", b"rubbish")):
        second = (chunks.c.document_id == document) & (chunks.c.sequence == 1)
        rows.change(chunks.update().where(second).values(body=damaged))
    compactor = store.compactor()
    done = compactor.run(EVERYTHING)
    assert done.documents == 1
    assert set(done.left) == {"document-ann", "document-bob"}
    assert "Batch 1" in done.left["document-ann"] and "damaged" in done.left["document-bob"]
    assert rows.count(chunks) == 4
    assert compactor.run(EVERYTHING).documents == 0


def test_a_batch_that_comes_meanwhile_is_not_lost(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading a document and putting the block in its place."""
    batches = visit(site.write_key, "ann")
    accept(store, batches[:2])

    def interrupted(*arguments: Any) -> Any:
        yield from read_batches(*arguments)
        accept(store, batches[2:3])

    monkeypatch.setattr("recorder.store.packing.packer.read_batches", interrupted)
    done = compact(store)
    assert (done.documents, done.changed) == (0, 1)
    monkeypatch.undo()
    assert compact(store).documents == 1
    assert store.gaps("document-ann") == []
    assert len(store.events("document-ann")) == sum(len(one.events) for one in batches[:3])


def test_a_changed_page_gets_another_dictionary(store: Store, site: Site, rows: Rows) -> None:
    for number in range(6):
        accept(store, visit(site.write_key, f"old{number}"))
    compactor = store.compactor()
    first = compactor.run(EVERYTHING)
    rounds = []
    for number in range(3):
        accept(store, visit(site.write_key, f"new{number}", version="2"))
        rounds.append(compactor.run(Scope(now=EVERYTHING.now + number + 1, everything=True)))
    assert [done.made for done in rounds] == [0, 0, 1]  # with the third visitor
    assert rounds[-1].repacked == 3
    assert rounds[-1].after < first.after * 2
    assert len(dictionary_bodies(rows)) == 2
    accept(store, visit(site.write_key, "new9", version="2"))
    done = compactor.run(Scope(now=EVERYTHING.now + 20, everything=True))
    assert (done.documents, done.made) == (1, 0)
    assert done.ratio > 30


def test_dictionaries_of_a_page_are_few_and_none_is_kept_for_nothing(
    store: Store, site: Site, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DICTIONARIES_PER_PAGE", 1)
    compactor = store.compactor()
    hour = 3_600_000
    for release in range(3):
        for number in range(4):
            name = f"r{release}v{number}"
            accept(store, visit(site.write_key, name, version=str(release or "")))
        compactor.run(Scope(now=EVERYTHING.now + release * hour, everything=True))
    before = contents(store)
    for number in range(4):
        compactor.run(Scope(now=EVERYTHING.now + (10 + number) * hour, everything=True))
    assert len(set(rows.read(blocks.c.dictionary_id))) == 1
    assert rows.count(dictionaries) <= 2  # the other is what this one is packed against
    assert contents(store) == before
    rows.change(blocks.delete())
    compactor.run(Scope(now=EVERYTHING.now + 99 * hour, everything=True))
    assert rows.count(dictionaries) == 0


def test_who_counts_as_closed(store: Store, site: Site) -> None:
    tagged, driven = visit(site.write_key, "ann"), visit(site.write_key, "bob")
    accept(store, tagged)
    store.accept_many(driven, source="driven")
    compactor = store.compactor()
    soon, late = NOW + limits.CLOSED_AFTER_MS - 1, NOW + limits.CLOSED_AFTER_MS
    assert compactor.run(Scope(now=soon)).documents == 0
    assert compactor.run(Scope(now=soon, asked=True)).documents == 1
    assert compactor.run(Scope(now=late)).documents == 1


def test_a_large_document_is_several_blocks(
    store: Store,
    site: Site,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "BLOCK_BYTES", 20_000)
    monkeypatch.setattr(limits, "BLOCK_SEEK_BYTES", 3_000)
    monkeypatch.setattr(limits, "COMPACT_SLICE_BYTES", 2_000)
    chance = random.Random(1)  # noqa: S311 - the same each time, no secret
    for sequence in range(60):
        events = [moves(chance, sequence * 100 + n) for n in range(4)]
        if sequence % 25 == 7:
            events.append({"type": 2, "timestamp": NOW, "data": {"node": {"id": 1}}})
        accept(store, [decode_batch(body(site.write_key, events, sequence=sequence), NOW)])
    before = contents(store)
    compact(store)
    assert contents(store) == before
    starts = rows.read(blocks.c.sequence)
    assert {7, 32, 57} <= set(starts)
    sizes = rows.read(blocks.c.size)
    assert len(sizes) > 3 and max(sizes) < 22_000
    late = decode_batch(body(site.write_key, [click(chance, 9)], sequence=70), NOW)
    accept(store, [late])
    compact(store, 1)
    assert store.gaps("document-1") == list(range(60, 70))


def test_nothing_of_what_was_replaced_stays_in_the_file(
    store: Store, site: Site, rows: Rows, store_url: str
) -> None:
    for number in range(40):
        accept(store, visit(site.write_key, f"visitor{number}"))
    bodies = rows.read(chunks.c.body)
    file = Path(store_url.removeprefix("sqlite:///"))
    store.shrink()
    before = file.stat().st_size
    compact(store)
    store.shrink()
    kept = file.read_bytes() + file.with_name(file.name + "-wal").read_bytes()
    assert not any(one[8:40] in kept for one in bodies)
    assert file.stat().st_size < before
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA freelist_count").scalar() == 0


def test_the_compactor_works_beside_the_collector(
    store: Store, site: Site, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "COMPACT_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "CLOSED_AFTER_MS", -60_000)
    with compacting(store):
        for name in ("ann", "bob", "cyd"):
            accept(store, visit(site.write_key, name))
        deadline = time.monotonic() + 30
        while rows.count(chunks) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert rows.count(blocks) == 3
    assert store.gaps("document-cyd") == []


def test_two_compactors_a_reader_and_visitors_at_once(store: Store, site: Site) -> None:
    """As two collectors on one store have them: nothing is seen half, nothing is lost."""
    accept(store, visit(site.write_key, "ann"))
    whole = len(store.events("document-ann"))
    ended = threading.Event()

    def pack() -> None:
        compactor = store.compactor()
        later = 0
        while not ended.is_set():
            later += 1
            compactor.run(Scope(now=EVERYTHING.now + later, everything=True))

    def read() -> None:
        while not ended.is_set():
            assert len(store.events("document-ann")) == whole

    def come() -> None:
        try:
            for number in range(12):
                for one in visit(site.write_key, f"p{number}"):
                    assert store.accept(one, source="tag") is Accepted.STORED
        finally:
            ended.set()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for work in (pack, pack, read, come)]:
            done.result()
    before = contents(store)
    compact(store, 10_000)
    assert contents(store) == before
    assert [store.gaps(f"document-p{number}") for number in range(12)] == [[]] * 12
    assert len(store.events("document-p7")) == whole
