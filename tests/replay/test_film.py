"""The film: what is on it, in which order, and what is left out."""

from __future__ import annotations

from typing import Any

from recorder.events import ERROR_TAG, GOAL_TAG, ROUTE_TAG
from recorder.index.terms import TermKind
from recorder.store import Store
from replay import Moment, Theatre
from replay.film import FRAMES, make_film
from replay.key_moments import LOADED_MS, choose, key_moments
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, custom, incremental, keep_events, mutation, remember
from tests.support.recording import SMALL

URL = "http://film.example/shop"
START = 1_790_000_000_000


def visit(store: Store, presses: int) -> Moment:
    """A page view, presses on a button every second, an error, a goal, a route, rage, the end."""
    f = Forge()
    node = f.document(f.element("button", {"id": "buy", "style": "width:200px"}, "Buy"))
    button = remember(node)["buy"]
    meta = {"href": URL, "width": SMALL.width, "height": SMALL.height}
    happened: list[tuple[int, dict[str, Any]]] = [
        (0, {"type": 4, "data": meta}),
        (1, {"type": 2, "data": {"node": node, "initialOffset": {"left": 0, "top": 0}}}),
    ]

    def press(at: int) -> None:
        happened.append((at, incremental(2, type=2, id=button, x=50, y=20)))

    for number in range(presses):
        press(2000 + 2000 * number)
    end = 2000 + 2000 * presses
    error = {"kind": "error", "name": "TypeError", "message": "cart \x1b[31mis null\u202e"}
    happened.append((2010, custom(ERROR_TAG, error)))
    happened.append((end, custom(GOAL_TAG, {"goal": "bought"})))
    happened.append((end + 100, custom(ROUTE_TAG, {"url": URL + "/thanks", "title": "x"})))
    for number in range(4):
        press(end + 3000 + 200 * number)
    happened.append((end + 9000, mutation()))
    happened.sort(key=lambda one: one[0])
    events = [{**event, "timestamp": START + at} for at, event in happened]
    return keep_events(store, URL, events)


def test_key_moments_are_told_once_and_in_order(store: Store) -> None:
    moment = visit(store, 2)
    found = key_moments(store, moment.session)
    told = [(one.at - START, one.shown - START, one.what) for one in found]
    assert told[:3] == [
        (0, LOADED_MS, ("opened /shop",)),
        (2000, 2000, ("error: TypeError: cart \x1b[31mis null\u202e", "pressed “Buy”")),
        (4000, 4000, ("pressed “Buy”",)),
    ]
    assert told[3][2] == ("goal: bought",)
    assert told[4] == (6100, 7100, ("opened /shop/thanks",))
    assert told[5] == (9000, 9000, ("raged at “Buy”", "pressed “Buy”"))
    assert told[-1] == (15000, 15000, ("the end",))
    assert [one.shown for one in found] == sorted(one.shown for one in found)


def test_what_is_rare_is_kept_and_the_rest_is_counted(store: Store) -> None:
    moments = key_moments(store, visit(store, 60).session)
    chosen, left = choose(moments, FRAMES)
    assert len(chosen) == FRAMES
    assert len(chosen) + left.total() == len(moments)
    assert set(left) == {"press"}
    for kind in (TermKind.ERROR, TermKind.GOAL, TermKind.RAGE, TermKind.VISIT, None):
        assert [one for one in chosen if one.kind is kind] == [
            one for one in moments if one.kind is kind
        ]
    presses = [one.at - START for one in chosen if one.kind is TermKind.PRESS]
    assert max(presses) > 90_000 and min(presses) < 10_000, "all through the session"
    assert choose(moments, 1)[0] == moments[-1:]
    assert choose([], 5) == ([], {})


async def test_a_film_has_a_picture_of_each_of_them(theatre: Theatre, store: Store) -> None:
    """The button is where it was pressed, and a ring around it: read off the sheet itself."""
    film = await make_film(theatre, visit(store, 2).session)
    told = film.to_json()["frames"]
    assert len(told) == len(film.frames) == 7
    assert all(frame["fidelity"] and not frame["failure"] for frame in told)
    pressed = [frame["what"] for frame in told if frame["fidelity"]["pointer"] == "drawn"]
    assert ["pressed “Buy”"] in pressed and ["opened /shop"] not in pressed
    sheet = pixels(film.png)
    reddish = (sheet[..., 2].astype(int) - sheet[..., 1] > 90).any(axis=1).sum()
    assert reddish > 20, "rings"
    assert max(sheet.shape) < 4000
    assert film.remarks() == []
