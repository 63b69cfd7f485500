"""`sessions --where` over a store of 100,000 sessions, beside one plain scan of what happened.

The sessions are made up, and written straight to the index's tables: as many
page views, presses, errors and requests as visits to a shop have, some of them
far more often than others. The bar is 300 ms an answer.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
import sqlalchemy as sa

from bench.rows import Row
from heatmap.journeys import funnel_of, parse_step, paths_of
from recorder.expressions import parse
from recorder.index.grouping import group_errors
from recorder.index.keeping import VERSION
from recorder.index.searching import search
from recorder.index.sequences import sequences_of
from recorder.index.terms import Term, TermKind
from recorder.pages import page_key
from recorder.store import Store
from recorder.store.tables import (
    documents,
    indexed_documents,
    indexed_sessions,
    occurrences,
    sessions,
    terms,
)
from tests.support.postgres import cluster

__all__ = ["run"]

SESSIONS: Final = 100_000
VISITORS: Final = 30_000
START: Final = 1_790_000_000_000  # epoch ms of the first session
APART_MS: Final = 20_000
HAPPENS: Final = {
    TermKind.VISIT: 5.0,
    TermKind.PRESS: 15.0,
    TermKind.ERROR: 2.0,
    TermKind.REQUEST: 10.0,
    TermKind.GOAL: 0.3,
    TermKind.RAGE: 0.1,
    TermKind.TRAIT: 1.0,
}
"""How often each kind happens in a session, on average."""

COUNTED: Final = {"clicks": TermKind.PRESS, "errors": TermKind.ERROR, "rage": TermKind.RAGE}
"""Columns of a session that count what happened."""

AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36"

REPEATS: Final = 5
"""Runs of which the fastest counts: the least disturbed by other work on the machine."""

EXPRESSIONS: Final = (
    "device = phone and since = 2026-10-01",
    "visited = /products/*",
    "visited = /checkout/** and not goal = bought",
    'clicked = "#buy"',
    'clicked ~ "add to cart"',
    'clicked = "form.filters input[type=checkbox]" and device = desktop',
    "error ~ TypeError",
    'status >= 500 and request ~ "POST /api/cart"',
    "trait.plan = paying and goal = bought and errors > 0",
    "(rage > 0 or errors >= 3) and duration > 60",
    "visitor ~ 1234",
    # As broad as can be: nearly every session fits.
    "visited ~ shop",
    "clicked ~ a",
    "request ~ api",
    "status >= 200",
    "not goal = bought",
    "visited ~ shop and clicked ~ a and status >= 200 and not error ~ 299",
    "visited ~ shop or clicked ~ a or errors > 0",
)

FUNNEL: Final = ("/products/*", 'clicked = "#buy"', "goal = bought")


def run() -> list[Row]:
    """Measure; takes some minutes, most of it to write the stores (200 MB each)."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, cluster() as postgres:
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/bench.db"),
            ("PostgreSQL", postgres.url(postgres.database())),
        ):
            with Store.open(url) as store:
                total = _fill(store)
                print(f"{name}: {SESSIONS:,} sessions, {total:,} occurrences", flush=True)
                rows += [
                    Row(f"{name}: {row.name}", row.value, row.yardstick, row.yardstick_value)
                    for row in _asked(store)
                ]
    return rows


def _asked(store: Store) -> Iterator[Row]:
    scan = _fastest(lambda: _scan(store))
    for text in EXPRESSIONS:
        expression = parse(text)
        found = search(store, expression, 50).total
        taken = _fastest(partial(search, store, expression, 50))
        yield Row(f"{text} ({found:,})", taken, "a scan of all occurrences", scan)
    taken = _fastest(lambda: group_errors(store, limit=50))
    yield Row("errors", taken, "a scan of all occurrences", scan)
    taken = _fastest(lambda: _funnel(store))
    yield Row("funnel of three steps", taken, "a scan of all occurrences", scan)
    taken = _fastest(lambda: paths_of(sequences_of(store, [])))
    yield Row("paths", taken, "a scan of all occurrences", scan)
    crashes = parse("error ~ TypeError")
    taken = _fastest(lambda: group_errors(store, crashes, limit=50))
    yield Row("errors --where 'error ~ TypeError'", taken, "a scan of all occurrences", scan)


def _funnel(store: Store) -> None:
    found = sequences_of(store, [parse_step(text) for text in FUNNEL])
    funnel_of(found, FUNNEL)


def _scan(store: Store) -> None:
    with store.reading() as connection:
        query = sa.select(sa.func.count()).where(occurrences.c.amount > 0)
        connection.scalar(query)


def _fastest(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest of several runs."""
    best = float("inf")
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


def _fill(store: Store) -> int:
    """Writes the sessions; how many occurrences they have."""
    site = store.sites.add("shop", ["https://shop.example"])
    rng = np.random.default_rng(1)
    ids = store.write(lambda connection: _write_terms(connection, site.id))
    columns = _happenings(rng, ids)
    counts = {
        kind: np.bincount(columns[1][np.isin(columns[0], ids[kind])], minlength=SESSIONS + 1)
        for kind in COUNTED.values()
    }
    store.write(lambda connection: _write_sessions(connection, site.id, rng, counts))
    store.write(lambda connection: _write_occurrences(connection, columns))
    if store.name.startswith("postgresql"):
        # A server does this by itself when rows have come; it must not while it is measured.
        with store.reading() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                sa.text("VACUUM ANALYZE")
            )
    return len(columns[0])


def _happenings(
    rng: np.random.Generator, ids: dict[TermKind, list[int]]
) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """Term, session, place and time of each occurrence, in the order of the table."""
    term, session = [], []
    for kind, often in HAPPENS.items():
        known = np.array(ids[kind])
        of = np.repeat(np.arange(1, SESSIONS + 1), rng.poisson(often, SESSIONS))
        # A few terms make most of what happens, as everywhere on the web.
        popularity = 1 / np.arange(1, len(known) + 1) ** 0.9
        term.append(rng.choice(known, len(of), p=popularity / popularity.sum()))
        session.append(of)
    terms_of, sessions_of = np.concatenate(term), np.concatenate(session)
    by_session = np.argsort(sessions_of, kind="stable")
    terms_of, sessions_of = terms_of[by_session], sessions_of[by_session]
    first = np.searchsorted(sessions_of, sessions_of)
    place = np.arange(len(sessions_of)) - first
    at = START + sessions_of * APART_MS + place * 4_000
    ordered = np.lexsort((place, sessions_of, terms_of))
    return [column[ordered] for column in (terms_of, sessions_of, place, at)]


def _write_sessions(
    connection: sa.Connection,
    site_id: str,
    rng: np.random.Generator,
    counts: dict[TermKind, np.ndarray[Any, np.dtype[np.int64]]],
) -> None:
    devices = rng.choice(
        ["phone", "desktop", "laptop", "tablet"], SESSIONS, p=[0.5, 0.25, 0.2, 0.05]
    )
    durations = rng.exponential(120.0, SESSIONS).round(3)
    written: dict[sa.Table, list[dict[str, Any]]] = {
        sessions: [], documents: [], indexed_sessions: [], indexed_documents: []
    }  # fmt: skip
    for number in range(1, SESSIONS + 1):
        id, visitor = f"{number:024x}", f"visitor-{number % VISITORS:016d}"
        start = START + number * APART_MS
        end = start + int(durations[number - 1] * 1000)
        same = {"site_id": site_id, "visitor_id": visitor, "started_at": start, "ended_at": end}
        same |= {"release": f"1.{number // 10_000}", "source": "tag"}
        written[sessions].append(
            same | {"id": id, "traits": {}, "user_agent": AGENT, "described_at": end,
                    "document_count": 1, "size": 100_000, "received_at": end}
        )  # fmt: skip
        written[documents].append(
            {"id": f"d{id}", "session_id": id, "tab_id": "tab", "url": "https://shop.example/",
             "started_at": start, "ended_at": end, "environment": {}, "url_sequence": 0,
             "size": 100_000, "pending": 0}
        )  # fmt: skip
        told = {name: int(counts[kind][number]) for name, kind in COUNTED.items()}
        written[indexed_sessions].append(
            same | told | {"number": number, "session_id": id, "version": VERSION, "gaps": 0,
                           "duration": float(durations[number - 1]), "variant": "",
                           "device": str(devices[number - 1])}
        )  # fmt: skip
        written[indexed_documents].append(
            {"session_number": number, "place": 0, "document_id": f"d{id}"}
        )
    for table, rows in written.items():
        connection.execute(table.insert(), rows)


def _write_occurrences(
    connection: sa.Connection, columns: list[np.ndarray[Any, np.dtype[np.int64]]]
) -> None:
    """Millions of rows: past SQLAlchemy, as each database takes them fastest."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    into = "occurrences (term_id, session_number, place, document_place, at, amount)"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES (?, ?, ?, 0, ?, 1)", list(rows))  # noqa: S608
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for term, session, place, at in rows:
            copy.write_row((term, session, place, 0, at, 1))


def _write_terms(connection: sa.Connection, site_id: str) -> dict[TermKind, list[int]]:
    """Ids of the shop's terms by kind."""
    ids: dict[bytes, int] = {}
    by_kind: dict[TermKind, list[int]] = {kind: [] for kind in TermKind}

    def write(term: Term) -> None:
        if term.digest not in ids:
            ids[term.digest] = len(ids) + 1
            row = {
                "id": ids[term.digest],
                "site_id": site_id,
                "kind": term.kind.value,
                "digest": term.digest,
                "parent_id": ids[term.parent.digest] if term.parent else None,
                "name": term.name,
                "text": term.text,
                "number": term.number,
                "detail": term.detail,
            }
            rows.append(row)
            by_kind[term.kind].append(ids[term.digest])

    rows: list[dict[str, Any]] = []
    for term in _terms():
        chain = [term]
        while parent := chain[-1].parent:
            chain.append(parent)
        for one in reversed(chain):  # what is around others first, as the index does
            write(one)
    connection.execute(terms.insert(), rows)
    return by_kind


def _terms() -> Iterator[Term]:
    """What can happen in the shop: 2,500 URLs, 10,000 controls, 300 errors, 400 requests."""
    paths = ["/", *(f"/products/{number}" for number in range(400)), "/products", "/checkout/pay"]
    paths += [f"/blog/2026/{number}" for number in range(100)]
    for path in paths:
        for query in ("", "?ref=mail", "?page=2", "?sort=price", "?q=tent"):
            url = f"https://shop.example{path}{query}"
            yield Term(TermKind.VISIT, url, page_key(url))
    for page in range(500):
        for number in range(20):
            yield _control(page, number)
    yield Term(TermKind.RAGE, "Pay now", "click", parent=_control(7, 1).parent)
    for number in range(300):
        kind = "TypeError" if number % 3 else "NetworkError"
        message = f"{kind}: {number} is not what it should be"
        detail = {
            "kind": "error",
            "frame": f"at f{number} (https://shop.example/app.js:1:{number})",
        }
        yield Term(TermKind.ERROR, message, f"{number // 2:012x}", detail=detail)
    for number in range(100):
        name = f"POST /api/cart/{number}" if number % 10 == 0 else f"GET /api/things/{number}"
        for status in (200, 304, 404, 503):
            yield Term(TermKind.REQUEST, f"{name} {status}", name, float(status))
    for goal in ("seen", "added", "bought", "shared"):
        yield Term(TermKind.GOAL, goal)
    for plan in ("free", "paying", "trial"):
        yield Term(TermKind.TRAIT, plan, "plan")


def _control(page: int, number: int) -> Term:
    """One of a page's controls, in a dozen elements; the first few are on all pages alike."""
    where = "all" if number < 5 else str(page)
    chain = [("html", {}), ("body", {"class": "shop"}), ("div", {"id": "app"})]
    chain += [("main", {"class": f"page page-{where}"}), ("section", {"class": "list wide"})]
    chain += [("div", {"class": f"row row-{level}"}) for level in range(4)]
    if number % 5 == 2:
        chain += [("form", {"class": "filters"}), ("label", {"class": "choice"})]
        chain += [("input", {"type": "checkbox", "name": f"filter-{number}"})]
    else:
        id = {"id": "buy"} if number == 1 else {}
        chain += [("div", {"class": "card"}), ("button", {"class": f"button b{number}", **id})]
    element: Term | None = None
    for tag, attributes in chain:
        element = Term(TermKind.ELEMENT, name=tag, detail=attributes, parent=element)
    words = ("Menu", "Buy now", "Filter", "Add to cart", "More")[number % 5]
    return Term(TermKind.PRESS, f"{words} {where} {number}", "click", parent=element)
