"""The same moment is the same page, whatever was shown before it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from playwright.async_api import Browser

from recorder.events import EventType
from recorder.store import Store
from replay import Moment, Stage, Theatre
from replay.moments import cut
from tests.replay.oracle import listed
from tests.replay.oracle_pages import PAGES
from tests.replay.test_oracle import Actor
from tests.support.differences import differences
from tests.support.recording import SMALL, record
from tests.support.serving import website

MOMENTS = 5


async def shown(stage: Stage, moment: Moment) -> Any:
    """All that is there: the DOM with its properties, and where everything is."""
    await stage.build(moment)
    await stage.settle("recorded")
    return [await listed(stage._page), await stage.boxes()]


@pytest.mark.parametrize("name", PAGES)
async def test_a_moment_is_the_same_from_wherever_it_is_sought(
    name: str, browser: Browser, theatre: Theatre, store: Store
) -> None:
    oracle_page = PAGES[name]
    async with website({"/": oracle_page.html, **oracle_page.more}) as site:
        driven = await record(browser, store, f"{site.url}/", Actor(oracle_page).visit)
    session = store.session(driven.session)
    document = store.documents(session.id)[0]
    events = store.events(document.id)
    first = next(i for i, e in enumerate(events) if e.type == EventType.FULL_SNAPSHOT) + 1
    chance = random.Random(name)  # noqa: S311 - the same each time
    counts = [first, *(chance.randint(first, len(events)) for _ in range(MOMENTS)), len(events)]
    moments = [cut(store, session, document, events, count) for count in sorted(counts)]
    async with theatre.stage(SMALL) as stage:
        anew = []
        for moment in moments:
            stage.forget()
            anew.append(await shown(stage, moment))
        went_on = 0
        for order in (range(len(moments)), chance.sample(range(len(moments)), len(moments))):
            for number in order:
                went_on += (stage.ahead(moments[number]) or 0) > 0
                found = await shown(stage, moments[number])
                assert found[1] == anew[number][1]
                assert not list(differences(found[0], anew[number][0]))
    assert went_on >= MOMENTS - 1


async def test_what_masks_were_written_into_is_built_anew(
    browser: Browser, theatre: Theatre, store: Store
) -> None:
    """Bars for letters stand in masked texts: a later change of such a text must not meet them."""
    masked = next(one for one in PAGES.values() if one.masked)
    async with website({"/": masked.html, **masked.more}) as site:
        driven = await record(browser, store, f"{site.url}/", Actor(masked).visit)
    session = store.session(driven.session)
    document = store.documents(session.id)[0]
    events = store.events(document.id)
    first = next(i for i, e in enumerate(events) if e.type == EventType.FULL_SNAPSHOT) + 1
    async with theatre.stage(SMALL) as stage:
        for count in range(first, len(events) + 1, max(1, len(events) // 5)):
            moment = cut(store, session, document, events, count)
            went_on = await shown(stage, moment)
            stage.forget()
            assert went_on == await shown(stage, moment)
