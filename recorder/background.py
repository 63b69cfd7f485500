"""Work beside a running collector: one thread, behind everything else."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from recorder.errors import HeatwrightError

__all__ = ["Stopped", "repeatedly"]

_NICENESS: Final = 10
"""Of the thread: requests come first."""

_log = logging.getLogger(__name__)

Stopped = Callable[[], bool]
"""Whether the work is to end as soon as it can without losing anything."""


@contextmanager
def repeatedly(
    name: str, pause: Callable[[], float], work: Callable[[Stopped], object]
) -> Iterator[None]:
    """Does `work` every `pause()` seconds, beginning with a pause, while the block runs.

    At the end it waits for what is under way: nothing of it is lost, nor done twice.
    """
    stop = threading.Event()

    def rounds() -> None:
        _step_back()
        while not stop.wait(pause()):
            try:
                work(stop.is_set)
            except HeatwrightError as error:
                # A full disk or a busy store: the next round may find it better.
                _log.warning("%s: %s", name, error.message)
            except Exception:  # noqa: BLE001 - one session's trouble must not end the thread
                _log.exception("%s failed; what is stored stays as it is", name)

    thread = threading.Thread(target=rounds, name=f"heatwright-{name}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _step_back() -> None:
    """Lowers the priority of this thread alone; only Linux can."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
