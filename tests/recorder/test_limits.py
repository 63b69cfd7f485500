"""Every limit of one batch: one below is taken, the limit itself is, one beyond is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recorder import limits
from recorder.batches import Batch, decode_batch
from recorder.refusals import EventRefusal, Refusal, RefusedBatch
from tests.recorder.making import NOW, ORIGIN, body, meta, move

Build = Callable[[int], bytes]


def nested(levels: int) -> Any:
    """An event whose body has so many levels, of which one is the body itself."""
    value: Any = {}
    for _ in range(levels - 2):
        value = [value]
    return {"type": 3, "timestamp": NOW, "data": {"source": 0, "x": value}}


def url(characters: int) -> str:
    return (ORIGIN + "/").ljust(characters, "a")


ENVELOPE: dict[str, tuple[int, Build, Refusal]] = {
    "events": (
        limits.EVENTS_PER_BATCH,
        lambda n: body("k", [move()] * n),
        Refusal.TOO_MANY_EVENTS,
    ),
    "sequence": (
        limits.SEQUENCE_MAX,
        lambda n: body("k", sequence=n),
        Refusal.BAD_SEQUENCE,
    ),
    "id": (70, lambda n: body("k", session="x" * n), Refusal.BAD_ID),
    "url": (limits.URL_CHARS, lambda n: body("k", url=url(n)), Refusal.BAD_URL),
    "variant": (limits.LABEL_CHARS, lambda n: body("k", variant="x" * n), Refusal.BAD_TEXT),
    "release": (limits.LABEL_CHARS, lambda n: body("k", release="x" * n), Refusal.BAD_TEXT),
    "device": (limits.LABEL_CHARS, lambda n: body("k", device="x" * n), Refusal.BAD_TEXT),
    "traits": (
        limits.TRAITS,
        lambda n: body("k", traits={str(one): "" for one in range(n)}),
        Refusal.BAD_TRAITS,
    ),
    "trait names": (
        limits.TRAIT_NAME_CHARS,
        lambda n: body("k", traits={"x" * n: "y"}),
        Refusal.BAD_TRAITS,
    ),
    "trait values": (
        limits.TRAIT_VALUE_CHARS,
        lambda n: body("k", traits={"x": "y" * n}),
        Refusal.BAD_TRAITS,
    ),
    "ahead": (limits.CLOCK_AHEAD_MS, lambda n: body("k", sent_at=NOW + n), Refusal.CLOCK),
    "behind": (limits.CLOCK_BEHIND_MS, lambda n: body("k", started_at=NOW - n), Refusal.CLOCK),
}

EVENTS: dict[str, tuple[int, Build, EventRefusal]] = {
    "levels": (
        limits.NESTING_LEVELS,
        lambda n: body("k", [nested(n)]),
        EventRefusal.TOO_DEEP,
    ),
    "ahead": (limits.CLOCK_AHEAD_MS, lambda n: body("k", [move(n)]), EventRefusal.CLOCK),
    "behind": (limits.CLOCK_BEHIND_MS, lambda n: body("k", [move(-n)]), EventRefusal.CLOCK),
    "url": (
        limits.URL_CHARS,
        lambda n: body("k", [meta(href=url(n))]),
        EventRefusal.BAD_DATA,
    ),
}


def decoded(text: bytes) -> Batch | Refusal:
    try:
        return decode_batch(text, NOW)
    except RefusedBatch as refused:
        return Refusal(refused.reason)


@pytest.mark.parametrize("name", ENVELOPE)
def test_of_a_batch(name: str) -> None:
    limit, build, reason = ENVELOPE[name]
    for value in (limit - 1, limit):
        assert isinstance(decoded(build(value)), Batch)
    assert decoded(build(limit + 1)) is reason


@pytest.mark.parametrize("name", EVENTS)
def test_of_an_event(name: str) -> None:
    limit, build, reason = EVENTS[name]
    for value in (limit - 1, limit):
        found = decode_batch(build(value), NOW)
        assert (len(found.events), found.refused) == (1, {})
    found = decode_batch(build(limit + 1), NOW)
    assert (found.events, found.refused) == ([], {reason.value: 1})
