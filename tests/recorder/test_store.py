from __future__ import annotations

import itertools
import random
import sqlite3
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.batches import Batch, BatchConflict, decode_batch
from recorder.errors import (
    BrokenRecording,
    StoreTooNew,
    StoreUnavailable,
    UnknownSession,
    UnknownSite,
    WrongUse,
)
from recorder.masking import Policy
from recorder.sites import Site
from recorder.store import Accepted, Outcome, Store, migrations
from recorder.store.tables import chunks, metadata
from tests.recorder.contents import contents
from tests.recorder.making import NOW, ORIGIN, batch, body, custom, meta, move, route
from tests.recorder.rows import Rows

MIGRATIONS = Path(migrations.__path__[0])


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def visit(key: str) -> list[Batch]:
    """Batches of one session: two documents, routes, a checkout, an environment."""
    environment = custom("heatwright/environment", {"inner": [390, 844], "title": "Home"}, 1)
    return [
        batch(key, [meta(0, ORIGIN + "/a/"), environment, move(5)], device="phone"),
        batch(
            key,
            [move(10), route(20, ORIGIN + "/b?x=1", "B"), move(21)],
            sequence=1,
            url=ORIGIN + "/b?x=1",
        ),
        batch(key, [meta(30, ORIGIN + "/b?x=1", 800, 600), move(31)], sequence=2),
        batch(key, [route(40, ORIGIN + "/b?x=1#top"), move(45)], sequence=3),
        batch(key, [route(50, ORIGIN + "/c", "C"), move(55)], sequence=4, traits={"plan": "free"}),
        batch(key, [meta(60, ORIGIN + "/d"), move(90)], document="document-2", started_at=NOW + 60),
        batch(
            key,
            [move(99)],
            document="document-2",
            sequence=1,
            started_at=NOW + 60,
            traits={"plan": "paying"},
        ),
    ]


def test_what_a_visit_leaves(store: Store, site: Site) -> None:
    assert store.accept_many(visit(site.write_key), source="tag") == [Accepted.STORED] * 7
    session = store.session("latest")
    assert (session.started_at, session.ended_at) == (NOW, NOW + 99)
    assert session.traits == {"plan": "paying"}
    first, second = store.documents(session.id)
    assert (first.width, first.height, first.url) == (390, 844, ORIGIN + "/a/")
    assert first.environment["inner"] == [390, 844]
    assert (second.started_at, second.ended_at) == (NOW + 60, NOW + 99)
    told = [
        (v.ordinal, v.path, v.title, v.started_at - NOW, v.ended_at - NOW)
        for v in store.page_views()
    ]
    assert told == [
        (1, "/a", "Home", 0, 20),
        (2, "/b", "B", 20, 50),
        (3, "/c", "C", 50, 55),
        (4, "/d", "", 60, 99),
    ]
    assert [(p.path, p.views, p.sessions) for p in store.pages()] == [
        ("/a", 1, 1),
        ("/b", 1, 1),
        ("/c", 1, 1),
        ("/d", 1, 1),
    ]
    assert store.page_views("another-site") == []
    assert store.sessions("another-site") == []


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_duplicates_and_grouping_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, chance: random.Random, size: int
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    found = []
    for name in ("ordered", "shuffled"):
        with Store.open(f"sqlite:///{folder}/{name}.db") as store:
            site = store.sites.add("shop", [ORIGIN])
            batches = visit(site.write_key)
            if name == "ordered":
                for one in batches:
                    store.accept(one, source="tag")
            else:
                batches += chance.choices(batches, k=4)
                chance.shuffle(batches)
                for start in range(0, len(batches), size):
                    store.accept_many(batches[start : start + size], source="tag")
            found.append(contents(store))
    assert found[0] == found[1]


STREAM = [
    meta(0, ORIGIN + "/a"),
    custom("heatwright/environment", {"inner": [390, 844], "title": "Home"}, 1),
    *(move(n) for n in range(2, 12)),
    route(12, ORIGIN + "/b", "B"),
    *(move(n) for n in range(13, 20)),
    meta(20, ORIGIN + "/b", 800, 600),
    route(22, ORIGIN + "/c", "C"),
    *(move(n) for n in range(23, 28)),
]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.integers(1, len(STREAM) - 1)), st.randoms(use_true_random=False))
def test_where_a_recording_is_cut_into_batches_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("stores")
    found = []
    for name, edges in (("whole", [0, len(STREAM)]), ("cut", [0, *sorted(cuts), len(STREAM)])):
        with Store.open(f"sqlite:///{folder}/{name}.db") as store:
            key = store.sites.add("shop", [ORIGIN]).write_key
            pieces = [
                batch(key, STREAM[start:end], sequence=number)
                for number, (start, end) in enumerate(itertools.pairwise(edges))
            ]
            chance.shuffle(pieces)
            for piece in pieces:
                store.accept(piece, source="tag")
            (document,) = store.documents("session-1")
            found.append(
                (
                    [(event.timestamp, bytes(event.data)) for event in store.events(document.id)],
                    store.pointers(document.id).tolist(),
                    store.page_views(),
                    (document.url, document.width, document.height, document.environment),
                    (document.started_at, document.ended_at),
                    store.session("latest").ended_at,
                )
            )
    assert found[0] == found[1]


def test_the_visitors_clock_is_compared_with_ours(store: Store, site: Site) -> None:
    for sequence, delay in enumerate((900, 40, 60_000)):
        late = body(site.write_key, [move(sequence)], sequence=sequence, sent_at=NOW + 5_000)
        store.accept(decode_batch(late, NOW + delay), source="tag")
    (document,) = store.documents("session-1")
    assert document.clock_offset_ms == 40 - 5_000
    unsent = msgspec.structs.replace(batch(site.write_key, document="other"), received_at=None)
    store.accept(unsent, source="import")
    assert [row.clock_offset_ms for row in store.documents("session-1")] == [40 - 5_000, 0]


def test_the_same_batch_again_changes_nothing(store: Store, site: Site) -> None:
    one = batch(site.write_key)
    assert store.accept(one, source="tag") is Accepted.STORED
    before = contents(store)
    assert store.accept(one, source="tag") is Accepted.DUPLICATE
    assert store.accept_many([one, one], source="tag") == [Accepted.DUPLICATE] * 2
    assert contents(store) == before


def test_refused_batches_change_nothing_and_keep_no_other_out(store: Store, site: Site) -> None:
    other = store.sites.add("other", ["https://other.example"])
    store.accept(batch(site.write_key), source="tag")
    before = contents(store)
    verdicts = store.accept_many(
        [
            batch(site.write_key, [move(7)]),  # same name, other body
            batch(other.write_key, document="document-9"),  # another site's session
            batch(site.write_key, session="session-9", sequence=1),  # another session's document
            batch("no-such-key", session="session-8", document="document-8"),
        ],
        source="tag",
    )
    assert [type(verdict) for verdict in verdicts] == [BatchConflict] * 3 + [UnknownSite]
    assert contents(store) == before
    mixed = [batch(site.write_key, [move(7)]), batch(site.write_key, [move(8)], sequence=1)]
    assert store.accept_many(mixed, source="tag")[1] is Accepted.STORED
    with pytest.raises(BatchConflict):
        store.accept(mixed[0], source="tag")


def test_a_session_and_a_document_may_share_an_id(store: Store, site: Site) -> None:
    store.accept(batch(site.write_key, session="same", document="other"), source="tag")
    store.accept(batch(site.write_key, session="same", document="same"), source="tag")
    assert {row.id for row in store.documents("same")} == {"same", "other"}


def test_gaps(store: Store, site: Site) -> None:
    for sequence in (0, 3, 4, 7):
        store.accept(batch(site.write_key, [move(sequence)], sequence=sequence), source="tag")
    assert store.gaps("document-1") == [1, 2, 5, 6]
    assert store.gaps("unknown") == []


def test_sessions_by_reference(store: Store, site: Site) -> None:
    with pytest.raises(UnknownSession, match="Nothing has been recorded"):
        store.session("latest")
    for number, name in enumerate(("ab", "abc", "abd_", "AB")):
        store.accept(
            batch(site.write_key, [move(number)], session=name, document=f"d{number}"),
            source="tag",
        )
    assert store.session("ab").id == "ab"
    assert store.session("abd").id == "abd_"
    assert store.session("A").id == "AB"
    with pytest.raises(UnknownSession, match="several"):
        store.session("a")
    for unknown in ("", "ab%", "a_c", "x"):
        with pytest.raises(UnknownSession):
            store.session(unknown)


def test_hostile_values_are_kept_as_plain_data(store: Store, site: Site) -> None:
    huge = {
        "type": 4,
        "timestamp": NOW,
        "data": {"href": "https://x/\x00y", "width": 1e300, "height": -5},
    }
    deep = custom("heatwright/environment", {"a": [[[[[[[[[[1]]]]]]]]]]}, 1)
    zero = custom("heatwright/environment", {"a\x00": ["b\x00"]}, 2)
    store.accept(
        batch(site.write_key, [huge, deep, zero, route(3, "y\x00", "t\x00")]), source="tag"
    )
    row = store.documents("session-1")[0]
    assert (row.width, row.height) == (100_000, 0)
    assert row.environment == {"a\ufffd": ["b\ufffd"]}
    assert [(v.url, v.title) for v in store.page_views()] == [
        ("https://x/\ufffdy", ""),
        ("y\ufffd", "t\ufffd"),
    ]


def test_assets_by_time(store: Store, site: Site) -> None:
    def keep(at: int, body: bytes | None, outcome: Outcome = Outcome.KEPT) -> None:
        store.keep_asset(
            site.id,
            "https://x/a.css",
            outcome=outcome,
            status=200,
            media_type="text/css",
            body=body,
            captured_at=at,
        )

    def body_at(at: int | None) -> bytes | None:
        asset = store.asset(site.id, "https://x/a.css", at)
        return asset.body if asset else None

    assert store.asset(site.id, "https://x/a.css") is None
    keep(5, None, Outcome.ERROR)
    failed = store.asset(site.id, "https://x/a.css")
    assert failed is not None
    assert (failed.outcome, failed.body) == (Outcome.ERROR, None)
    keep(10, b"one")
    keep(15, b"one")
    keep(20, b"two")
    keep(30, None, Outcome.MISSING)
    found = [body_at(at) for at in (1, 10, 19, 20, 99, None)]
    assert found == [b"one", b"one", b"one", b"two", b"two", b"two"]
    assert [(o.url, o.outcome) for o in store.asset_outcomes(site.id)] == [
        ("https://x/a.css", Outcome.KEPT)
    ]
    keep(20, b"three")
    assert body_at(20) == b"three"


def test_derived_data_belongs_to_its_input(store: Store, site: Site) -> None:
    store.accept(batch(site.write_key, document="d"), source="driven")
    store.keep_derived("anchors", "d", 1, "hash-1", b"one")
    assert store.derived("anchors", "d", 1, "hash-1") == b"one"
    store.keep_derived("anchors", "d", 1, "hash-2", b"two")
    assert store.derived("anchors", "d", 1, "hash-1") is None
    assert store.derived("anchors", "d", 2, "hash-2") is None
    assert store.derived("anchors", "d", 1, "hash-2") == b"two"


def test_sites(store: Store) -> None:
    site = store.sites.add("shop", ["HTTPS://Shop.Example:443/", "https://bücher.example"])
    assert site.origins == ("https://shop.example", "https://xn--bcher-kva.example")
    assert not site.allow_private
    assert store.sites.add("local", ["http://127.0.0.1:8000"]).allow_private
    assert store.sites.get("shop") == site
    assert store.sites.by_origin("https://SHOP.example") == site
    assert store.sites.by_origin("https://nobody.example") is None
    assert [s.id for s in store.sites.list()] == ["shop", "local"]
    with pytest.raises(UnknownSite):
        store.sites.get("nobody")
    with pytest.raises(WrongUse, match="already"):
        store.sites.add("shop", [ORIGIN])


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "shop.example",
        "ftp://x",
        "https://a@x",
        "https://x/path",
        "https://*.x",
        "https://x:99999",
    ],
)
def test_what_is_no_origin(store: Store, origin: str) -> None:
    with pytest.raises(WrongUse):
        store.sites.add("shop", [origin])


def test_migrations_build_the_tables(rows: Rows) -> None:
    with rows.connected() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_sites_of_an_older_store_get_the_defaults_of_the_tag(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO sites (id, origins, write_key, consent, allow_private, created_at) "
            "VALUES ('shop', '[\"https://shop.example\"]', 'the-key', 'required', 0, 5)"
        )
    engine.dispose()

    with Store.open(url) as store:
        [site] = store.sites.list()
        assert (site.id, site.origins, site.write_key) == ("shop", (ORIGIN,), "the-key")
        assert site.policy == Policy()
        other = Policy("text", ("q",), "all")
        assert store.sites.change("shop", policy=other).policy == other


def test_a_store_is_kept_when_opened_again(store_url: str) -> None:
    with Store.open(store_url) as store:
        site = store.sites.add("shop", [ORIGIN])
        store.accept(batch(site.write_key), source="driven")
        before = contents(store)
    with Store.open(store_url, migrate=False) as store:
        assert contents(store) == before
    assert not Path(f"{file_of(store_url)}-wal").exists()


def test_a_store_of_a_newer_version_is_left_alone(store_url: str) -> None:
    Store.open(store_url).close()
    with sqlite3.connect(file_of(store_url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = file_of(store_url).read_bytes()
    with pytest.raises(StoreTooNew, match="newer") as caught:
        Store.open(store_url)
    assert caught.value.next_step
    assert file_of(store_url).read_bytes() == before


def test_a_store_is_upgraded_only_when_allowed(store_url: str) -> None:
    """A file without tables is the oldest of all stores."""
    with pytest.raises(StoreUnavailable, match="older") as caught:
        Store.open(store_url, migrate=False)
    assert "heatwright sessions" in caught.value.next_step
    with Store.open(store_url) as store:
        assert store.sessions() == []


def test_another_programs_database_is_left_alone(store_url: str) -> None:
    file_of(store_url).parent.mkdir()
    with sqlite3.connect(file_of(store_url)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = file_of(store_url).read_bytes()
    with pytest.raises(StoreUnavailable, match="another program"):
        Store.open(store_url)
    assert file_of(store_url).read_bytes() == before


@pytest.mark.parametrize("url", ["", "x", "sqlite://", "sqlite:///:memory:", "mysql://x/y"])
def test_what_is_no_store(url: str) -> None:
    with pytest.raises(WrongUse):
        Store.open(url)


def test_a_damaged_batch_is_named(store: Store, site: Site, rows: Rows) -> None:
    store.accept(batch(site.write_key), source="tag")
    rows.change(chunks.update().values(body=b"\0"))
    with pytest.raises(BrokenRecording, match="Batch 0 of document document-1"):
        store.events("document-1")
