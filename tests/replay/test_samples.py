"""Pointer samples that make no sense are refused and counted; the others are anchored."""

from __future__ import annotations

from typing import Any

import pytest

from heatmap.anchors import document_anchors
from recorder.events import ANCHOR_PLUGIN
from recorder.store import Store
from replay import Theatre
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


async def test_names_are_cut_between_characters(theatre: Theatre, store: Store) -> None:
    """Cause: a name cut inside an emoji was half a surrogate pair, which no JSON may hold."""
    root = page()
    moment = keep(store, "http://shop.example/emoji", root, pressed(id=remember(root)["words"]))

    found = await document_anchors(theatre, moment.session, moment.document)

    [anchor] = found.anchors
    assert ["text", "text:p|" + "a" * 79] in [
        list(key[:2]) for key in found.elements[anchor.element].keys
    ]
