"""Pointer samples that make no sense are refused and counted; the others are anchored."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from heatmap.anchors import document_anchors
from recorder.events import ANCHOR_PLUGIN
from recorder.store import Store
from replay import Theatre
from tests.support.bundling import module_script
from tests.support.forging import Forge, incremental, keep, remember

SOUND = {"kind": "click", "x": 10, "y": 10, "box": [0, 0, 100, 20]}


def page() -> Any:
    forge = Forge()
    return forge.document(forge.element("p", {"id": "words"}, "a" * 79 + "😀 and more of it"))


def pressed(**changes: Any) -> dict[str, Any]:
    return {"type": 6, "data": {"plugin": ANCHOR_PLUGIN, "payload": {**SOUND, **changes}}}


@pytest.mark.parametrize(
    "forged",
    [
        {"text": {"id": 5, "start": 0.5, "length": 1, "fx": 0.5, "fy": 0.5}},
        {"box": [0, 0, 1e-300, 20]},
        {"box": "wide"},
        {"x": "ten"},
        {"kind": "sniff"},
    ],
)
async def test_a_forged_sample_costs_only_itself(
    forged: dict[str, Any], theatre: Theatre, store: Store
) -> None:
    """Cause: one POSTed sample of another shape ended every heatmap of its page in a traceback."""
    root = page()
    target = remember(root)["words"]
    moment = keep(
        store,
        "http://shop.example/samples",
        root,
        pressed(id=target),
        pressed(**{"id": target, **forged}),
        incremental(3, id=root["id"], x="a", y=0),
        pressed(id=target),
    )

    found = await document_anchors(theatre, moment.session, moment.document)

    assert len(found.anchors) + sum(found.refused.values()) == 3
    assert sum(found.refused.values()) >= 1


async def test_forged_presses_of_another_time_are_refused(theatre: Theatre, store: Store) -> None:
    root = page()
    target = remember(root)["words"]
    presses = [pressed(id=target, ago=ago) for ago in (0, 2000, 1e9, -1, "1")]
    moment = keep(store, "http://shop.example/presses", root, *presses)

    found = await document_anchors(theatre, moment.session, moment.document)

    assert len(found.anchors) == 2
    assert found.refused == {"click": 3}


async def test_forged_moves_of_another_time_are_refused(theatre: Theatre, store: Store) -> None:
    root = page()
    target = remember(root)["words"]
    offsets = [0, -500, -1e12, 1e12, None, "-1"]
    moves = [{"x": 9, "y": 9, "id": target, "timeOffset": offset} for offset in offsets]
    moment = keep(store, "http://shop.example/moves", root, incremental(1, positions=moves))

    found = await document_anchors(theatre, moment.session, moment.document)

    assert len(found.anchors) == 2
    assert found.refused == {"move": 4}


READS = """([count, ago]) => {
  let reads = 0;
  const payload = { kind: "click", id: 1, x: 1, y: 1, box: [0, 0, 9, 9], ago };
  const data = { plugin: "heatwright/anchor@1", payload };
  const events = Array.from({ length: count }, (_, i) => ({
    type: 6, data, get timestamp() { return reads++, 10 * i },
  }));
  const samples = subject.timeline(events, () => {});
  return [reads, samples.length, samples.at(-1).before];
}"""


async def test_late_samples_find_their_place_without_a_walk(browser: Browser) -> None:
    """Cause: each forged sample walked back over all events: 50,000 of them held the stage."""
    page = await browser.new_page()
    source = module_script("replay/stage/timeline.ts")
    await page.evaluate(f"() => {{ {source}; window.subject = subject }}")
    reads, samples, before = await page.evaluate(READS, [3000, 20_000])
    await page.close()
    assert samples == 3000
    assert before == 999, "the event of the same millisecond comes after the press"
    assert reads < 3000 * 4


async def test_a_clock_that_goes_back_disturbs_only_its_own(browser: Browser) -> None:
    page = await browser.new_page()
    source = module_script("replay/stage/timeline.ts")
    await page.evaluate(f"() => {{ {source}; window.subject = subject }}")
    places = await page.evaluate(
        """() => {
          const move = (timestamp, timeOffset) => {
            const positions = [{ id: 1, x: 1, y: 1, timeOffset }];
            return { type: 3, timestamp, data: { source: 1, positions } };
          };
          const events = [move(10, 0), move(30, 0), move(20, 0), move(40, -5), move(50, -35)];
          return subject.timeline(events, () => {}).map(({ time, before }) => [time, before]);
        }"""
    )
    await page.close()
    assert places == [[10, 0], [15, 1], [20, 1], [30, 1], [35, 3]]


async def test_names_are_cut_between_characters(theatre: Theatre, store: Store) -> None:
    """Cause: a name cut inside an emoji was half a surrogate pair, which no JSON may hold."""
    root = page()
    moment = keep(store, "http://shop.example/emoji", root, pressed(id=remember(root)["words"]))

    found = await document_anchors(theatre, moment.session, moment.document)

    [anchor] = found.anchors
    assert ["text", "text:p|" + "a" * 79] in [
        list(key[:2]) for key in found.elements[anchor.element].keys
    ]
