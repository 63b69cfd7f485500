"""The index in a store: it follows what was recorded, and forgets what is to be forgotten."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from recorder import limits
from recorder.expressions import parse
from recorder.index import keeping
from recorder.index.background import indexing
from recorder.index.grouping import group_errors
from recorder.index.refreshing import index_pending, refresh
from recorder.index.searching import HITS, Hit, matching, search
from recorder.index.terms import TermKind
from recorder.sites import Site
from recorder.store import Store
from recorder.store.forgetting import forget
from recorder.store.tables import chunks, indexed_documents, indexed_sessions, occurrences, terms
from tests.recorder.making import NOW, ORIGIN, batch, custom, meta, move
from tests.recorder.rows import Rows
from tests.recorder.visits import NOVEMBER, Visit
from tests.support.tagged import eventually

MINUTE = 60_000


def error(message: str, at: int = 10, **more: Any) -> Any:
    return custom("heatwright/error", {"kind": "error", "message": message, **more}, at)


def found(store: Store, text: str) -> set[str]:
    return set(matching(store, parse(text)))


def contents(store: Store) -> Any:
    """All that the index says, without its numbers."""
    element = terms.alias()
    with store.reading() as connection:
        happened = connection.execute(
            sa.select(
                indexed_sessions.c.session_id,
                indexed_documents.c.document_id,
                occurrences.c.place,
                occurrences.c.at,
                occurrences.c.amount,
                terms.c.digest,
                element.c.digest.label("around"),
            )
            .join(terms, terms.c.id == occurrences.c.term_id)
            .join(indexed_sessions, indexed_sessions.c.number == occurrences.c.session_number)
            .join(
                indexed_documents,
                (indexed_documents.c.session_number == occurrences.c.session_number)
                & (indexed_documents.c.place == occurrences.c.document_place),
            )
            .outerjoin(element, element.c.id == terms.c.parent_id)
            .order_by(indexed_sessions.c.session_id, occurrences.c.place)
        ).all()
        rows = connection.execute(
            sa.select(
                *(column for column in indexed_sessions.c if column.name != "number")
            ).order_by(indexed_sessions.c.session_id)
        ).all()
        digests = connection.scalars(sa.select(terms.c.digest).order_by(terms.c.digest)).all()
    return [tuple(row) for row in happened], [tuple(row) for row in rows], digests


def busy(number: int, **changes: Any) -> Visit:
    """A visit in which everything happens."""
    return replace(
        Visit(
            *(f"session-{number}", f"visitor-{number}", NOVEMBER + number * MINUTE),
            traits={"plan": "paying"},
            agent="Firefox",
            documents=((390, ("/", "/checkout")), (800, ("/",))),
            title="Home",
            pages=("Home",),
            presses=("buy", "label", "img"),
            errors=("x is undefined",),
            requests=(("GET", "/api", 500),),
            goals=("seen",),
            reports=("broken",),
            missing=1,
        ),
        **changes,
    )


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/other.db") as store:
        store.sites.add("shop", [ORIGIN])
        yield store


def key(store: Store) -> str:
    return store.sites.get("shop").write_key


def test_a_late_batch_is_found_and_a_duplicate_changes_nothing(store: Store, site: Site) -> None:
    first = batch(site.write_key, [meta(), error("early")])
    store.accept(first, source="tag")
    assert found(store, "error = early") == {"session-1"}
    store.accept(first, source="tag")
    assert refresh(store) == 0
    store.accept(batch(site.write_key, [error("late")], sequence=2), source="tag")
    assert found(store, "error = early and error = late and gaps = 1") == {"session-1"}
    store.accept(batch(site.write_key, [move(5)], sequence=1), source="tag")
    assert found(store, "gaps = 0") == {"session-1"}
    assert found(store, "gaps > 0") == set()
    assert refresh(store) == 0


def test_a_batch_that_comes_while_its_session_is_indexed_is_not_lost(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index marks what it has read, not what has come by the time it writes."""
    store.accept(batch(site.write_key, [meta(), error("early")]), source="tag")
    late = batch(site.write_key, [error("late")], sequence=1)
    read = store.events
    sent: list[Any] = []

    def events(document_id: str) -> Any:
        events = read(document_id)
        if not sent:
            sent.append(store.accept(late, source="tag"))
        return events

    monkeypatch.setattr(store, "events", events)
    assert found(store, "error = late") == set()
    assert found(store, "error = late") == {"session-1"}


def test_the_order_in_which_things_come_and_are_indexed_does_not_matter(
    store: Store, site: Site, other: Store
) -> None:
    rng = random.Random(7)  # noqa: S311 - an order, not a secret
    batches = [
        batch(
            site.write_key,
            [meta(number), error(f"error {number % 3}", number), move(number)],
            session=f"session-{number % 4}",
            document=f"document-{number % 4}",
            sequence=number // 4,
        )
        for number in range(24)
    ]
    store.accept_many(batches, source="tag")
    refresh(store)
    rng.shuffle(batches)
    for one in batches:
        other.accept(msgspec.structs.replace(one, key=key(other)), source="tag")
        if rng.random() < 0.5:
            refresh(other)
    refresh(other)
    assert contents(store) == contents(other)


def test_another_version_makes_everything_again(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(1).keep(store, site.write_key)
    assert (refresh(store), refresh(store)) == (1, 0)
    before = contents(store)
    monkeypatch.setattr(keeping, "VERSION", keeping.VERSION + 1)
    monkeypatch.setattr("recorder.index.refreshing.VERSION", keeping.VERSION)
    assert (refresh(store), refresh(store)) == (1, 0)
    assert contents(store)[0] == before[0]


def test_what_only_one_visitor_did_is_forgotten_with_him(
    store: Store, site: Site, other: Store
) -> None:
    """Every text, element and number of a session goes, but for what others have as well."""
    mine = busy(2, errors=("my secret",), goals=("mine",), presses=("body", "buy"), agent="Mine")
    for visit in (busy(1), mine, busy(3)):
        visit.keep(store, site.write_key)
    for visit in (busy(1), busy(3)):
        visit.keep(other, key(other))
    refresh(store)
    refresh(other)
    store.write(lambda connection: forget(connection, ["session-2", "unknown"]))
    assert contents(store) == contents(other)
    store.write(lambda connection: forget(connection, ["session-1", "session-3"]))
    assert contents(store) == ([], [], [])


def test_what_a_session_no_longer_says_is_dropped(store: Store, site: Site) -> None:
    """Traits may be set anew while a visit goes on: the old ones are nobody's then."""
    store.accept(batch(site.write_key, [meta()], traits={"mail": "secret"}), source="tag")
    assert found(store, "trait.mail = secret") == {"session-1"}
    store.accept(batch(site.write_key, [move(9)], sequence=1, traits={}), source="tag")
    assert found(store, 'trait.mail = ""') == {"session-1"}
    with store.reading() as connection:
        assert "secret" not in connection.scalars(sa.select(terms.c.text)).all()


def test_behind_the_collector_only_quiet_sessions_are_indexed(store: Store, site: Site) -> None:
    quiet = batch(site.write_key, [meta(-2 * limits.INDEX_QUIET_MS)], started_at=NOW - MINUTE * 2)
    # Of this moment: `NOW` is when the tests were read, which may be a while ago.
    just_now = meta(int(time.time() * 1000) - NOW)
    lively = batch(site.write_key, [just_now], session="session-2", document="document-2")
    store.accept_many([quiet, lively], source="tag")
    assert index_pending(store) == 1
    assert [row[0] for row in contents(store)[1]] == ["session-1"]
    assert index_pending(store) == 0
    assert refresh(store) == 1


async def test_sessions_are_indexed_in_the_background(store: Store, site: Site) -> None:
    busy(1).keep(store, site.write_key)
    with indexing(store):
        await eventually(lambda: contents(store)[1], "the index")
    assert refresh(store) == 0


def test_a_damaged_recording_is_found_by_the_rest(store: Store, site: Site, rows: Rows) -> None:
    busy(1).keep(store, site.write_key)
    rows.change(chunks.update().where(chunks.c.document_id.like("%-0")).values(body=b"\0"))
    assert found(store, "visited = /checkout and clicks = 0") == {"session-1"}


def test_what_cannot_be_read_takes_no_answer_away(
    store: Store, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One recording that is not understood must not keep all others from being found."""
    for number in (1, 2):
        busy(number, presses=("buy",) * number).keep(store, site.write_key)

    def press_occurrences(events: Any) -> Any:
        if events:
            raise RuntimeError("of a kind that nobody thought of")
        return []

    monkeypatch.setattr("recorder.index.making.press_occurrences", press_occurrences)
    assert found(store, "visited = /checkout and clicks = 0") == {"session-1", "session-2"}
    assert "session-1 is indexed without" in caplog.text


def test_no_text_holds_what_postgresql_refuses(store: Store, site: Site) -> None:
    store.accept(batch(site.write_key, [meta(), error("a\x00b")]), source="tag")
    assert found(store, 'error = "a\ufffdb" and error ~ "\\u0000b"') == {"session-1"}


def test_hits_say_where(store: Store, site: Site) -> None:
    busy(1).keep(store, site.write_key)
    expression = parse('clicked ~ help or status >= 500 or not goal = "" or visited = /checkout')
    (one,) = search(store, expression).found
    document = "session-1-document-0"
    assert one.hits == [
        Hit("visited", TermKind.VISIT, ORIGIN + "/checkout", 100, document),
        Hit("status", TermKind.REQUEST, "GET /api 500", 900, document),
        Hit("clicked", TermKind.PRESS, "Help", 6_000, document),
    ]
    (again,) = search(store, parse("gaps > 0 and trait.plan = paying")).found
    assert [(hit.value, hit.at_ms) for hit in again.hits] == [("1 batch", 6_000)]
    assert (one.device, one.clicks, one.errors, one.rage, one.gaps) == ("phone", 3, 1, 0, 1)


def test_the_newest_come_first_and_all_are_counted(store: Store, site: Site) -> None:
    for number in (2, 5, 1, 4, 3):
        busy(number, goals=("seen",) * number * 9).keep(store, site.write_key)
    answer = search(store, parse("goal = seen"), 2)
    assert answer.total == 5
    assert [one.session.id for one in answer.found] == ["session-5", "session-4"]
    assert [len(one.hits) for one in answer.found] == [HITS, HITS]
    assert search(store, None, 1).total == 5
    assert search(store, parse("goal = none")).found == []


def test_errors_are_grouped_by_what_went_wrong(store: Store, site: Site) -> None:
    stack = "TypeError\n    at buy (https://shop.example/app.{}.js:{}:1)"
    for number, visitor in enumerate(("anna", "anna", "bert")):
        frame = stack.format(f"ab12cd{number}e", number).partition("\n")[2].strip()
        events = [
            meta(number * MINUTE),
            error(f"item {number} is gone", number * MINUTE + 500, stack=frame),
            error(f"item {number} is gone", number * MINUTE + 900, stack=frame, repeated=3),
        ]
        events += [error("only once", number * MINUTE + 700)] if number == 1 else []
        names = {"session": f"session-{number}", "document": f"document-{number}"}
        store.accept(
            batch(
                site.write_key,
                events,
                visitor=visitor,
                release=f"1.{number % 2}",
                started_at=NOW + number * MINUTE,
                **names,
            ),
            source="tag",
        )
    answer = group_errors(store)
    assert answer.total == 2
    many, once = answer.groups
    assert (many.message, many.count, many.sessions, many.visitors) == ("item 2 is gone", 12, 3, 2)
    assert (many.first_at, many.last_at) == (NOW + 500, NOW + 2 * MINUTE + 900)
    assert (many.releases, many.session, many.at_ms) == (["1.0", "1.1"], "session-2", 900)
    assert (once.message, once.count, once.session, once.at_ms) == (
        "only once",
        1,
        "session-1",
        700,
    )
    assert found(store, f"error = {many.fingerprint}") == {"session-0", "session-1", "session-2"}
    assert group_errors(store, parse("visitor = bert")).groups[0].sessions == 1
    assert group_errors(store, None, 1).total == 2
