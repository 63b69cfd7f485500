"""The compactor beside a running collector."""

from __future__ import annotations

from contextlib import AbstractContextManager

from recorder import limits
from recorder.background import repeatedly
from recorder.store import Store

__all__ = ["compacting"]


def compacting(store: Store) -> AbstractContextManager[None]:
    """Packs closed documents of `store` every COMPACT_PAUSE_SECONDS while the block runs.

    At the end it waits for the document under way.
    """
    compactor = store.compactor()
    return repeatedly(
        "compacting",
        lambda: limits.COMPACT_PAUSE_SECONDS,
        lambda stopped: compactor.run(stopped=stopped),
    )
