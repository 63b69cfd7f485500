"""The compactor beside a running collector: one thread, behind everything else."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from recorder import limits
from recorder.errors import HeatwrightError
from recorder.store import Store

__all__ = ["compacting"]

_NICENESS: Final = 10
"""Of the thread: requests come first."""

_log = logging.getLogger(__name__)


@contextmanager
def compacting(store: Store) -> Iterator[None]:
    """Packs closed documents of `store` every COMPACT_PAUSE_SECONDS while the block runs.

    At the end it waits for the document under way: nothing of it is lost, nor done twice.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_rounds, args=(store, stop), name="heatwright-compactor")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _rounds(store: Store, stop: threading.Event) -> None:
    _step_back()
    compactor = store.compactor()
    while not stop.wait(limits.COMPACT_PAUSE_SECONDS):
        try:
            compactor.run(stopped=stop.is_set)
        except HeatwrightError as error:
            # A full disk or a busy store: the next round may find it better.
            _log.warning("compacting: %s", error.message)
        except Exception:  # noqa: BLE001 - one document's trouble must not end the thread
            _log.exception("compacting failed; recordings stay as they are")


def _step_back() -> None:
    """Lowers the priority of this thread alone; only Linux can."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
