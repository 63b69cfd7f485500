"""Recording test pages through the driven browser, as `heatwright record` does."""

from __future__ import annotations

from playwright.async_api import Browser

from recorder.devices import Device
from recorder.drive import Driven, Errand, record_visit
from recorder.store import Store
from recorder.visits import Visit, stay

__all__ = ["SMALL", "record"]

SMALL = Device(None, 800, 600)
"""A window that is quickly painted; the Replayer in the oracle tests has its size."""


async def record(
    browser: Browser, store: Store, url: str, visit: Visit = stay, device: Device = SMALL
) -> Driven:
    """Records `visit` of `url`; a visit that failed fails the test."""
    driven = await record_visit(browser, store, Errand(url, device, visit))
    if driven.problem:
        raise driven.problem
    assert driven.events and not driven.remarks, driven.remarks
    assert [store.gaps(document) for document in driven.documents] == [[]] * len(driven.documents)
    return driven
