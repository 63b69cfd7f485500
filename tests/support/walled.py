"""Batches as they came, and what the server's wall makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from recorder.batches import decode_batch
from recorder.masking import Policy

__all__ = ["changed_by_wall"]


def changed_by_wall(bodies: Iterable[bytes], policy: Policy) -> list[tuple[str, str]]:
    """What the wall changes in these batches (JSON): each event before and after."""
    changed: list[tuple[str, str]] = []
    for body in bodies:
        now = int(json.loads(body)["sent_at"])
        plain = decode_batch(body, now)
        walled = decode_batch(body, now, lambda _: policy)
        if walled.masked_by_wall:
            changed += [
                (bytes(before.data).decode(), bytes(after.data).decode())
                for before, after in zip(plain.events, walled.events, strict=False)
                if before != after
            ]
            changed.append((plain.url, walled.url))
        assert [bytes(event.data) for event in walled.events] == [
            bytes(event.data) for event in plain.events
        ] or walled.masked_by_wall
    return changed
