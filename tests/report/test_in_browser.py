"""The report in Chromium: hostile words are words, its own script works, nothing is requested."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, async_playwright, expect

from heatmap.statuses import Kind
from heatwright.report import PageReport, ReportFacts, SegmentRow, build_report
from heatwright.report.compose import REPORTED
from recorder.chromium import launch
from recorder.devices import Device
from replay import Fidelity
from tests.report.making import facts, heatmap, journeys, page, picture, point, small_page, trouble

EVIL = (
    '"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
    "'onmouseover='window.hacked=1' x='",
    "</style></script><svg onload=window.hacked=1>",
    "javascript:window.hacked=1",
    "{{ 7 * 7 }}{% set x = 1 %}",
    "\u202eevil\u2066\ud800\0\x1b[31m",
    "<!--",
    "]]>&lt;b&gt;",
)

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


@asynccontextmanager
async def _opened(index: Path) -> AsyncIterator[tuple[Page, list[str]]]:
    """The report in a browser, and what it complained about or asked for."""
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        shown = await browser.new_page(viewport={"width": 1440, "height": 900})
        shown.on("dialog", lambda dialog: trouble.append(f"dialog {dialog.message}"))
        shown.on("console", lambda message: trouble.append(f"console {message.text}"))
        shown.on("pageerror", lambda error: trouble.append(f"error {error}"))
        shown.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(index.parent.as_uri())
                else trouble.append(request.url)
            ),
        )
        await shown.goto(index.as_uri())
        await shown.wait_for_load_state("load")
        yield shown, trouble
        await browser.close()


def _hostile() -> tuple[PageReport, ReportFacts]:
    """A report in which every recorded word means harm."""
    device = Device(EVIL[0], 390, 844)
    points = [
        point(name, by=f"{number}{name}", time=number, width=390)
        for number, name in enumerate(EVIL)
    ]
    fidelity = Fidelity(
        page=(400, 300),
        missing_assets=dict.fromkeys(EVIL, EVIL[2]),
        counts={EVIL[0]: 1},
        unrecorded_frames=list(EVIL),
    )
    labels = dict(zip(EVIL, reversed(EVIL), strict=True))
    made = heatmap(points, device, labels=labels, fidelity=fidelity, failures=list(EVIL))
    viewers = {f"{number}{name}": name for number, name in enumerate(EVIL)}
    counted = {Kind.CLICK: len(EVIL)}
    hostile = page(made, viewers=viewers, title=EVIL[0], pattern=EVIL[1], recorded=counted)
    hostile.friction = [trouble(name, picture(), path=name, session=name) for name in EVIL]
    about = facts(
        title=EVIL[2],
        where=EVIL[0],
        devices=dict.fromkeys(EVIL, 1),
        sources=dict.fromkeys(EVIL, 1),
        assets=dict.fromkeys(EVIL, 1),
        segments=[SegmentRow(name, name, dict.fromkeys(EVIL, 1)) for name in EVIL],
        commands=EVIL,
        journeys=journeys(*EVIL),
    )
    return hostile, about


async def test_hostile_words_are_inert(tmp_path: Path) -> None:
    hostile, about = _hostile()
    async with _opened(build_report([hostile], tmp_path, facts=about)) as (shown, trouble):
        await shown.locator("[data-row]").first.hover()
        await shown.locator("[data-row]").first.click()
        await shown.locator("thead button").first.click()
        await shown.locator("[data-zoom]").first.click()
        assert await shown.evaluate("window.hacked") is None
        assert await shown.locator("img[src=x], [onerror], [onload], [onmouseover]").count() == 0
        assert await shown.locator("script").count() == 1
        assert await shown.locator("a[href^='javascript' i]").count() == 0
        assert EVIL[0] in await shown.locator("h2 bdi").first.inner_text()
        for table in ("table.elements", "table.friction", "table.funnel"):
            assert "{{ 7 * 7 }}" in await shown.locator(table).first.inner_text()
        assert "\u202e" not in await shown.content()
        assert trouble == []


async def test_the_policy_stops_what_escaping_might_miss(tmp_path: Path) -> None:
    async with _opened(build_report([small_page()], tmp_path, facts=facts())) as (shown, trouble):
        await shown.evaluate(
            """() => {
              const add = (tag, set) =>
                document.body.append(Object.assign(document.createElement(tag), set));
              add("script", { textContent: "window.hacked = 1" });
              add("img", { src: "https://elsewhere.example/x.png" });
              const div = document.createElement("div");
              div.innerHTML = "<img src=y onerror='window.hacked = 1'>";
              document.body.append(div);
            }"""
        )
        await shown.wait_for_timeout(200)
        assert await shown.evaluate("window.hacked") is None
        assert sum("Content Security Policy" in line for line in trouble) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_keeps_the_rules_that_it_judges_pages_by(
    tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    """Cause: a picture's region had one name on every page, and the widths at which an element
    is hidden were too pale to be read."""
    pages = [small_page(), small_page()]
    pages[0].friction = [trouble(png=picture())]
    index = build_report(pages, tmp_path, facts=facts(journeys=journeys("/", "/cart", "/paid")))
    async with _opened(index) as (shown, _):
        await shown.emulate_media(color_scheme=scheme)
        await shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await shown.locator(".home.none").count() > 0
        await shown.evaluate(AXE.read_text("utf-8"))
        found = await shown.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    assert {
        one["id"]: [node["target"] for node in one["nodes"]] for one in found["violations"]
    } == {}


async def test_each_kind_is_shown_alone(tmp_path: Path) -> None:
    """Cause: styles named the kinds that there were, and a new one showed everything at once."""
    made = heatmap([point("id:a", kind=one, time=at) for at, one in enumerate(REPORTED)])
    async with _opened(build_report([page(made)], tmp_path, facts=facts())) as (shown, _):
        for kind in REPORTED:
            await shown.locator(f"input[value={kind}]").check(force=True)
            await expect(shown.locator(".hint:visible")).to_have_count(1)
            await expect(shown.locator(".heat:visible")).to_have_count(1)
            name = f"pictures/01-home-1-desktop-{kind.replace('_', '-')}.png"
            assert await shown.locator(".heat:visible").get_attribute("src") == name


async def test_readers_can_switch_sort_and_zoom(tmp_path: Path) -> None:
    async with _opened(build_report([small_page()], tmp_path, facts=facts())) as (shown, trouble):
        heat = shown.locator(".heat:visible")
        await expect(heat).to_have_count(2)  # pictures come when they are scrolled to
        assert [await one.get_attribute("data-for") for one in await heat.all()] == [
            "click own",
            "tap own",
        ]
        assert await heat.first.evaluate("img => img.naturalWidth") == 400
        await shown.locator(".switch span", has_text="Taps").click()
        await expect(shown.locator(".heat[src*=desktop-tap]")).to_be_visible()
        assert {await one.get_attribute("src") for one in await heat.all()} == {
            "pictures/01-home-1-desktop-tap.png",
            "pictures/01-home-2-phone-tap.png",
        }
        await shown.locator("[data-row]").nth(1).hover()
        assert await shown.locator(".marks .lit").count() == 1  # hidden on the phone
        await shown.locator("thead button", has_text="Element").click()
        labels = shown.locator(".elements .label")
        assert await labels.all_inner_texts() == ["Buy", "Menu"]
        await shown.locator("thead button", has_text="Element").click()
        assert await labels.all_inner_texts() == ["Menu", "Buy"]
        await shown.locator("[data-zoom]:visible").first.click()
        assert await shown.locator("#zoom-title").inner_text() == "Desktop · 1440 px"
        await shown.keyboard.press("ArrowRight")
        assert await shown.locator("#zoom-title").inner_text() == "Phone · 390 px"
        await shown.keyboard.press("h")
        assert not await shown.locator("#zoom .heat").is_visible()
        await shown.keyboard.press("Escape")
        assert not await shown.locator("#zoom").is_visible()
        assert trouble == []


@pytest.mark.parametrize("width", [390, 768, 1440])
async def test_nothing_sticks_out(tmp_path: Path, width: int) -> None:
    async with _opened(build_report([small_page()], tmp_path, facts=facts())) as (shown, _):
        await shown.set_viewport_size({"width": width, "height": 800})
        assert await shown.evaluate("document.documentElement.scrollWidth") <= width
