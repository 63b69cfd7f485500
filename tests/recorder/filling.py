"""A store with twelve visitors and somebody who will be erased, and all that can be read of it."""

from __future__ import annotations

from typing import Any

from recorder.batches import Batch
from recorder.sites import Site
from recorder.store import Outcome, Scope, Store
from tests.recorder.making import NOW, ORIGIN, batch, custom, meta
from tests.recorder.packing.pages import visit

__all__ = ["EVERYTHING", "OTHERS", "SECRET", "everything_of", "fill", "keep", "secret_visit"]

SECRET = "Quokka4711"
OTHERS = [f"visitor-{number}" for number in range(12)]
EVERYTHING = Scope(now=NOW + 60_000, everything=True)


def everything_of(store: Store) -> dict[str, Any]:
    """All that can be read of recordings and of the archive."""
    sessions = store.sessions()
    documents = [row for session in sessions for row in store.documents(session.id)]
    return {
        "sessions": sessions,
        "documents": documents,
        "views": store.page_views(),
        "pages": store.pages(),
        "refused": store.refused(session.id for session in sessions),
        "events": {
            row.id: [(e.type, e.timestamp, bytes(e.data)) for e in store.events(row.id)]
            for row in documents
        },
        "gaps": {row.id: store.gaps(row.id) for row in documents},
        "points": {row.id: store.pointers(row.id).tolist() for row in documents},
        "quarantine": {row.id: store.quarantine(row.id) for row in documents},
        "derived": {row.id: store.derived("anchors", row.id, 1, "x") for row in documents},
        "assets": [
            (site.id, row, store.asset(site.id, row.url))
            for site in store.sites.list()
            for row in store.asset_outcomes(site.id)
        ],
    }


def secret_visit(key: str) -> list[Batch]:
    """A visit in which every id and every text says who it is."""
    made = visit(key, SECRET, greeting=f"Hello {SECRET}", user=f"user-{SECRET}")
    odd = [custom("mark", SECRET, 9), {"type": 99, "timestamp": NOW, "data": {}}]
    return [
        *made,
        batch(
            key,
            [meta(1, f"{ORIGIN}/of/{SECRET}"), *odd],
            visitor=SECRET,
            session=f"session-{SECRET}",
            document=f"second-{SECRET}",
            traits={"who": SECRET},
            variant=SECRET,
            release=SECRET,
        ),
    ]


def keep(store: Store, site: Site, url: str, content: bytes, *visitors: str) -> None:
    store.keep_asset(
        site.id,
        url,
        outcome=Outcome.KEPT,
        status=200,
        media_type="text/css" if url.endswith(".css") else "image/png",
        body=content,
        captured_at=NOW,
        visitor=visitors[0],
    )
    for visitor in visitors[1:]:
        assert store.note_uses(site.id, [url], visitor)


def fill(store: Store, site: Site) -> None:
    """Twelve others and somebody who will be erased, all over the store."""
    for name in [*OTHERS[:6], SECRET, *OTHERS[6:]]:
        made = secret_visit(site.write_key) if name == SECRET else visit(site.write_key, name)
        store.accept_many(made, source="tag")
        store.keep_derived("anchors", f"document-{name}", 1, "x", name.encode() * 50)
        store.audit.write("token:t-1", "session.read", f"session-{name}")
        store.audit.write(
            "token:t-1", "events.read", f"session-{name}", f"document document-{name}"
        )
    keep(store, site, f"{ORIGIN}/faces/{SECRET}.png", SECRET.encode() * 9, SECRET)
    keep(store, site, f"{ORIGIN}/logo.png", b"logo", SECRET, *OTHERS)
