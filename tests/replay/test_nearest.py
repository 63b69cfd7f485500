"""Another recording stands in where a page's own cannot tell how it looks, and says so."""

from __future__ import annotations

from recorder.batches import Batch
from recorder.devices import bare_width
from recorder.drive import site_for
from recorder.events import decode_events
from recorder.store import Store
from replay import Moment, Theatre, find_moment
from replay.moments import At
from replay.nearest import nearest, render_or_nearest
from tests.support.forging import Forge, mutation, remember

HOUR = 3_600_000


def visit(
    store: Store, name: str, width: int, at: int, url: str, release: str | None = None
) -> Moment:
    """A visit that a script arranges: the page says at which width, then what it is called."""
    import msgspec

    f = Forge()
    style = f.element("style", {}, "@media (max-width: 600px) { p { color: red } }")
    node = f.document(f.element("p", {"id": "p"}, f"{width}"), head=(style,))
    added = {"parentId": remember(node)["body"], "nextId": None, "node": f.element("b", {}, name)}
    events = [
        {"type": 4, "data": {"href": url, "width": width, "height": 700}},
        {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}},
        mutation(adds=[added]),
    ]
    dated = [{**event, "timestamp": at + 1000 * i} for i, event in enumerate(events)]
    batch = Batch(
        key=site_for(store, url).write_key, visitor="v", session=name, document=f"{name}-d",
        tab="t", sequence=0, url=url, started_at=at, sent_at=at,
        events=decode_events(msgspec.json.encode(dated)), release=release,
    )  # fmt: skip
    store.accept(batch, source="import")
    return find_moment(store, name)


async def test_the_nearest_recording_stands_in_and_says_so(theatre: Theatre, store: Store) -> None:
    """Same site, page and layout interval; same release first, then the nearest in time."""
    url, now = "http://near.example/shop", 1_790_000_000_000
    own = visit(store, "own", 1200, now, url, "r2")
    visit(store, "wide", 900, now, url, "r2")
    visit(store, "other-page", 390, now, "http://near.example/else", "r2")
    visit(store, "other-site", 390, now, "http://far.example/shop", "r2")
    assert nearest(store, own, 400, [601]) is None

    made = await render_or_nearest(theatre, own, bare_width(400))
    assert made.moment is own and made.fidelity.extrapolated and not made.fidelity.taken_from

    visit(store, "old-release", 390, now + 1, url, "r1")
    far = nearest(store, own, 400, [601])
    assert far and far.moment.session.id == "old-release" and "another release" in far.remark()
    visit(store, "later", 390, now + 9 * HOUR, url, "r2")
    visit(store, "sooner", 600, now - 2 * HOUR, url + "?page=2#top", "r2")

    made = await render_or_nearest(theatre, own, bare_width(400))
    assert made.moment.session.id == "sooner"
    assert not made.fidelity.extrapolated
    assert made.fidelity.remarks()[0].startswith("taken from session sooner at 2.000s, recorded at")
    assert made.fidelity.to_json()["taken_from"] == made.fidelity.taken_from

    as_recorded = await render_or_nearest(theatre, own, bare_width(1000))
    assert as_recorded.moment is own


async def test_a_stand_in_is_as_far_into_the_page_as_what_it_stands_for(store: Store) -> None:
    url, now = "http://part.example/", 1_790_000_000_000
    visit(store, "part-own", 1200, now, url)
    visit(store, "part-other", 390, now + HOUR, url)
    for at, shown in ((0.0, 0), (1.2, 1000), (2.0, 2000), (None, 2000)):
        moment = find_moment(store, "part-own", At(at))
        found = nearest(store, moment, 390, [601])
        assert found and found.moment.time_ms == max(shown, 1000)
        assert found.instead_of is moment
