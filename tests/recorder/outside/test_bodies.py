"""Bodies outside of the database: read back as they were, erased with their rows, never lost."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from recorder import limits
from recorder.errors import MissingObject
from recorder.retention import enforce
from recorder.sites import Site
from recorder.store import Accepted, Store, Who
from recorder.store.outside import vault
from recorder.store.tables import blobs, blocks, documents, objects, sessions
from tests.recorder.filling import EVERYTHING, OTHERS, SECRET, everything_of, fill, keep
from tests.recorder.making import NOW, ORIGIN, batch, move
from tests.recorder.outside.yards import FolderYard, Yard
from tests.recorder.packing.pages import visit

ROOT = Path(__file__).parents[3]
HOUR = limits.OBJECT_ORPHAN_SECONDS


def rows(store: Store, *columns: Any) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(sa.select(*columns)))


def names_of(store: Store, visitor: str) -> set[str]:
    """Objects of a visitor's blocks."""
    query = (
        sa.select(blocks.c.object)
        .join(documents, documents.c.id == blocks.c.document_id)
        .join(sessions, sessions.c.id == documents.c.session_id)
        .where(sessions.c.visitor_id == visitor)
    )
    with store.reading() as connection:
        return set(connection.scalars(query))


def accounted(store: Store, yard: Yard) -> None:
    """What lies there is what the account says, and some row refers to each of it."""
    named = {row.name for row in rows(store, objects.c.name)}
    used = {row.object for row in [*rows(store, blocks.c.object), *rows(store, blobs.c.object)]}
    assert set(yard.bodies()) == named == used - {None}


def packed(store: Store, site: Site, *visitors: str) -> None:
    for name in visitors:
        store.accept_many(visit(site.write_key, name), source="tag")
    assert store.compactor().run(EVERYTHING).left == {}


def test_all_is_read_back_as_it_was(store: Store, site: Site, yard: Yard) -> None:
    """Batches are not put outside; blocks and pictures are, style sheets are not."""
    fill(store, site)
    keep(store, site, f"{ORIGIN}/a.css", b"p{color:red}", *OTHERS)
    before = everything_of(store)
    assert len(yard.bodies()) == 2  # the pictures
    store.compactor().run(EVERYTHING)
    assert everything_of(store) == before
    assert all(
        row.body == b"" and row.object for row in rows(store, blocks.c.body, blocks.c.object)
    )
    inside = [row.size for row in rows(store, blobs.c.size, blobs.c.object) if not row.object]
    assert inside == [len(b"p{color:red}")]
    accounted(store, yard)
    # Packed anew for a late batch: what was before is removed.
    store.accept(batch(site.write_key, [move(5)], visitor=OTHERS[0], session=f"session-{OTHERS[0]}",
                       document=f"document-{OTHERS[0]}", sequence=77), source="tag")  # fmt: skip
    old = names_of(store, OTHERS[0])
    store.compactor().run(EVERYTHING)
    assert old.isdisjoint(yard.bodies())
    accounted(store, yard)


def test_an_erased_visitor_is_nowhere(store: Store, site: Site, yard: Yard) -> None:
    fill(store, site)
    store.compactor().run(EVERYTHING)
    theirs = names_of(store, SECRET)
    bodies = yard.bodies()
    hers = [bodies[name][len(bodies[name]) // 3 :][:40] for name in theirs]
    face = store.asset("shop", f"{ORIGIN}/faces/{SECRET}.png")
    assert theirs and face is not None and face.body == SECRET.encode() * 9
    store.eraser().erase(Who("visitor", SECRET))
    left = yard.bodies()
    assert len(left) == len(bodies) - len(theirs) - 1
    assert not [one for one in hers for body in left.values() if one in body]
    accounted(store, yard)
    assert {row.id: len(store.events(f"document-{row.visitor_id}")) for row in store.sessions()}
    assert store.eraser().sweep() == 0 and yard.bodies() == left


def test_a_body_that_is_not_what_was_put_is_refused(store: Store, site: Site, yard: Yard) -> None:
    packed(store, site, "ann", "bob", "cyd", "dan")
    (ann,), (bob,) = names_of(store, "ann"), names_of(store, "bob")
    yard.spoil(ann, yard.bodies()[bob])  # whole and readable, but another's
    with pytest.raises(
        MissingObject, match=f"The object {ann} .* is not what was put there"
    ) as is_:
        store.events("document-ann")
    assert is_.value.next_step and is_.value.exit_code == 2
    yard.take_away(bob)
    with pytest.raises(MissingObject, match=f"The object {bob} is missing from the blobs at "):
        store.events("document-bob")
    assert len(store.events("document-cyd")) > 3
    assert len(store.pointers("document-ann")) > 3  # they are in the row
    # A late batch: the compactor leaves both as they are, and says so.
    for name in ("ann", "bob"):
        late = batch(site.write_key, [move(5)], visitor=name, session=f"session-{name}",
                     document=f"document-{name}", sequence=77)  # fmt: skip
        assert store.accept(late, source="tag") is Accepted.STORED
    assert set(store.compactor().run(EVERYTHING).left) == {"document-ann", "document-bob"}


def test_who_reads_while_it_is_packed_anew_gets_it_whole(
    store: Store, site: Site, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are read; then the bodies that they name are removed."""
    packed(store, site, "ann", "bob", "cyd")
    expected = [bytes(event.data) for event in store.events("document-ann")]
    late = batch(site.write_key, [move(5)], visitor="ann", session="session-ann",
                 document="document-ann", sequence=77)  # fmt: skip
    store.accept(late, source="tag")
    whole = vault.Vault.body
    done: list[bool] = []

    def slow(self: vault.Vault, row: Any) -> bytes:
        if not done:
            done.append(True)
            assert store.compactor().run(EVERYTHING).documents == 1
        return whole(self, row)

    monkeypatch.setattr(vault.Vault, "body", slow)
    read = [bytes(event.data) for event in store.events("document-ann")]
    assert done and len(read) == len(expected) + 1 and set(expected) < set(read)


KILLED = """
import os, signal, sys
from recorder import limits
from recorder.store import Store, archive
from recorder.store.packing import packer
from tests.recorder.filling import EVERYTHING, keep
limits.OBJECT_BYTES_MIN = 1
def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)
packer._replaced = die
archive.keeping.write_asset = die
with Store.open(sys.argv[1]) as store:
    if sys.argv[2] == "asset":
        keep(store, store.sites.get("shop"), "https://shop.example/late.png", b"late", "ann")
    else:
        store.compactor().run(EVERYTHING)
"""


@pytest.mark.parametrize("what", ["asset", "block"])
def test_killed_between_body_and_row_leaves_only_an_orphan(
    what: str, store: Store, site: Site, yard: Yard, database_url: str
) -> None:
    """Not younger than an hour, for it could be about to get its row; then it is removed."""
    packed(store, site, "ann", "bob", "cyd")
    store.accept_many(visit(site.write_key, "dan"), source="tag")
    before, bodies = everything_of(store), yard.bodies()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, what], cwd=ROOT, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert everything_of(store) == before
    assert len(yard.bodies()) == len(bodies) + 1
    vault_ = store._vault  # whose clock no command sets
    assert vault_.sweep(yard.wait(HOUR - 60)) == 0
    assert vault_.sweep(yard.wait(HOUR + 60)) == 1
    assert yard.bodies() == bodies
    store.compactor().run(EVERYTHING)
    assert everything_of(store) == before
    accounted(store, yard)


def test_a_file_that_was_not_finished_is_removed(folder: FolderYard, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/one.db", blobs=folder.url) as store:
        folder.leave("ab12.part", b"half of a")
        assert store._vault.sweep(folder.wait(HOUR + 60)) == 1
        assert folder.bodies() == {}


def test_two_stores_at_one_place_leave_each_other_alone(
    store: Store, site: Site, yard: Yard, tmp_path: Path
) -> None:
    packed(store, site, "ann", "bob", "cyd")
    bodies = yard.bodies()
    with Store.open(f"sqlite:///{tmp_path}/other.db", blobs=yard.url) as other:
        assert other._vault.sweep(yard.wait(100 * HOUR)) == 0
    assert store._vault.sweep(yard.wait(100 * HOUR)) == 0
    assert yard.bodies() == bodies


def test_retention_removes_bodies_and_orphans(store: Store, site: Site, yard: Yard) -> None:
    packed(store, site, "ann", "bob", "cyd")
    assert len(yard.bodies()) == 3
    removed = enforce(store, NOW + 400 * 86_400_000)
    assert removed["shop"].sessions == 3
    assert yard.bodies() == {}
    assert rows(store, objects.c.name) == []


def test_a_row_that_comes_too_late_is_not_written(
    store: Store, site: Site, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that slept between body and row: the body may have been swept away."""
    store.accept_many(visit(site.write_key, "ann"), source="tag")
    before = everything_of(store)
    clock = iter([0.0] + [HOUR] * 9)
    monkeypatch.setattr("recorder.store.outside.vault.time.monotonic", lambda: next(clock))
    assert store.compactor().run(EVERYTHING).changed == 1
    monkeypatch.undo()
    assert yard.bodies() == {} and everything_of(store) == before


def test_a_style_sheet_that_came_as_something_else_first(
    store: Store, site: Site, yard: Yard
) -> None:
    """Erasing reads style sheets within its transaction, so it must find them in the database."""
    keep(store, site, f"{ORIGIN}/a.png", b"p{color:red}", "ann")
    assert len(yard.bodies()) == 1
    keep(store, site, f"{ORIGIN}/a.css", b"p{color:red}", "ann")
    asset = store.asset("shop", f"{ORIGIN}/a.png")
    assert asset is not None and asset.body == b"p{color:red}"
    store.compactor().run(EVERYTHING)
    assert yard.bodies() == {}
