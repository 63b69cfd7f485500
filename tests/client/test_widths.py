"""What the tag tells of the widths of masked text, and what it does not."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Browser, Page

from tests.support.watching import WINDOW, begin, told, wait_until_told

TAG = "widths"

PAGE = """<!DOCTYPE html><style>body { margin: 0; font: 20px/1.5 monospace }
  #lines { width: 12.5em } #big { transform: scale(2); transform-origin: 0 0; width: fit-content }
  #tall { writing-mode: vertical-rl; height: 300px } #gone { display: none }</style>
<p class="m" id="lines">alpha beta gamma delta epsilon</p><p id="open">In plain sight</p>
<p class="m" id="big">scaled</p><p class="m" id="tall">upright</p><p class="m" id="gone">gone</p>
<p class="m" id="parts">one <b>two</b> three</p><p class="m"> </p>
<div class="m" id="host"></div>
<iframe srcdoc="<p class=m style='font:10px monospace'>framed"></iframe>
<script>host.attachShadow({ mode: "open" }).innerHTML = "<p class=m>shadowed</p>"</script>"""

TEXT_ID = "(selector) => watching.ids.getId(document.querySelector(selector).firstChild)"


async def opened(browser: Browser, markup: str = PAGE) -> Page:
    page = await browser.new_page(viewport=WINDOW)
    await page.set_content(markup)
    await begin(page, "widths", maskSelector=".m")
    return page


def by_id(payloads: list[Any]) -> dict[int, list[float]]:
    """What was told of each text: font size, then units and pixels of its lines."""
    return {text[0]: text[1:] for payload in payloads for text in payload["texts"]}


async def test_each_line_has_its_units_and_its_width(browser: Browser) -> None:
    page = await opened(browser)
    found = by_id(await wait_until_told(page, TAG))
    em = await page.evaluate(
        "() => { const range = new Range();"
        " range.selectNodeContents(document.getElementById('open').firstChild);"
        " return range.getBoundingClientRect().width / 14 }"
    )

    async def of(selector: str) -> list[float]:
        return found[await page.evaluate(TEXT_ID, selector)]

    size, first, first_px, second, second_px = await of("#lines")
    assert (size, first, second) == (20, -17, 13)
    assert 0 <= 16 * em - first_px <= 0.5, "half pixels, rounded down; the last space has no width"
    assert 0 <= 13 * em - second_px <= 0.5
    assert (await of("#big"))[2] * 2 % 1 == 0 and abs((await of("#big"))[2] - 6 * em) < 1
    assert abs((await of("#tall"))[2] - 7 * em) < 1, "vertical text is measured along its lines"
    parts = [await of("#parts"), await of("#parts b")]
    assert parts[0][1] < 0 < parts[1][1], "the first begins a line, the second goes on with it"
    await page.close()


async def test_only_text_that_is_masked_and_rendered_is_measured(browser: Browser) -> None:
    page = await opened(browser)
    found = by_id(await wait_until_told(page, TAG))
    for selector in ("#open", "#gone"):
        assert await page.evaluate(TEXT_ID, selector) not in found
    shadow = "() => watching.ids.getId(host.shadowRoot.querySelector('p').firstChild)"
    framed = "() => watching.ids.getId(frames[0].document.querySelector('p').firstChild)"
    assert found[await page.evaluate(shadow)][1] == -8
    assert found[await page.evaluate(framed)][:2] == [10, -6]
    assert len(found) == 8
    await page.close()


async def test_lines_with_an_address_in_them_are_measured_at_every_level(browser: Browser) -> None:
    """Cause: a table's e-mail addresses became asterisks, and moved a fifth of all boxes."""
    page = await browser.new_page(viewport=WINDOW)
    await page.set_content(
        "<body style='font:20px monospace'><p id=alone>maren@example.com</p>"
        "<p id=within>Write to maren@example.com today</p><p id=open>Required *, 100 %</p>"
    )
    await begin(page, "widths")
    found = by_id(await wait_until_told(page, TAG))
    ids = {one: await page.evaluate(TEXT_ID, f"#{one}") for one in ("alone", "within", "open")}
    assert [found[ids["alone"]][1], found[ids["within"]][1]] == [-17, -32]
    em = found[ids["within"]][2] / 32
    assert abs(found[ids["alone"]][2] - 17 * em) <= 1
    assert ids["open"] not in found
    await page.close()


async def test_later_texts_are_told_too(browser: Browser) -> None:
    page = await opened(browser)
    await wait_until_told(page, TAG)
    await page.evaluate(
        "() => { document.querySelector('#tall').firstChild.data = 'quite another text';"
        " const added = document.createElement('p'); added.className = 'm'; added.id = 'new';"
        " added.textContent = 'added'; document.body.append(added) }"
    )
    found = by_id((await wait_until_told(page, TAG, 2))[1:])
    ids = [await page.evaluate(TEXT_ID, one) for one in ("#tall", "#new")]
    assert set(found) == set(ids)
    assert [abs(found[one][1]) for one in ids] == [18, 5]
    await page.close()


async def test_fonts_that_come_late_are_measured_again(browser: Browser) -> None:
    page = await opened(browser, "<p class=m style='font:20px monospace'>words</p>")
    [before] = by_id(await wait_until_told(page, TAG)).values()
    await page.evaluate(
        "() => { document.querySelector('p').style.letterSpacing = '10px';"
        " document.fonts.dispatchEvent(new FontFaceSetLoadEvent('loadingdone')) }"
    )
    [_, last] = [one["texts"][0][1:] for one in await wait_until_told(page, TAG, 2)]
    assert last[2] == before[2] + 50
    await page.close()


FONTS = "document.fonts.dispatchEvent(new FontFaceSetLoadEvent('loadingdone'))"


async def test_fonts_that_come_together_are_measured_for_once(browser: Browser) -> None:
    """Cause: each font put all known texts, one by one, in front of what was to be looked at."""
    page = await opened(browser, "<p class=m style='font:20px monospace'>words</p>")
    await wait_until_told(page, TAG)
    await page.evaluate(f"() => {{ for (let i = 0; i < 5; i++) {FONTS} }}")
    await wait_until_told(page, TAG, 2)
    await asyncio.sleep(0.3)
    again = [one["texts"] for one in (await told(page, TAG))[1:]]
    assert [len(texts) for texts in again] == [1]
    await page.close()


MANY = 20_000
"""`MEASURED_TEXTS` of `limits.ts`."""


async def test_as_many_texts_as_are_measured_are_measured_again_and_make_room(
    browser: Browser,
) -> None:
    """Cause: at the limit nothing was measured any more: neither known texts, when a font had
    come, nor others, when the known ones had left the page."""
    words = "<i>www</i>" * MANY
    page = await opened(browser, f"<div class=m id=all style='font:9px monospace'>{words}</div>")

    async def measured(count: int) -> list[int]:
        await page.wait_for_function(
            f"watching.told('widths').flatMap((one) => one.texts).length >= {count}",
            timeout=60_000,
        )
        return [text[0] for payload in await told(page, TAG) for text in payload["texts"]]

    first = await measured(MANY)
    await page.evaluate(FONTS)
    assert sorted((await measured(2 * MANY))[MANY:]) == sorted(first)
    await page.evaluate(
        "() => { all.remove(); document.body.innerHTML = '<p class=m id=new>new</p>' }"
    )
    assert (await measured(2 * MANY + 1))[-1] == await page.evaluate(TEXT_ID, "#new")
    await page.close()


async def test_nothing_is_left_when_it_stops(browser: Browser) -> None:
    page = await opened(browser)
    await wait_until_told(page, TAG)
    await page.evaluate("() => watching.stop()")
    await page.evaluate(
        "() => { document.fonts.dispatchEvent(new Event('loadingdone'));"
        " document.querySelector('#tall').firstChild.data = 'quite another text' }"
    )
    await asyncio.sleep(0.3)
    assert len(await told(page, TAG)) == 1
    await page.close()


async def test_browsers_without_idle_time_are_measured(browser: Browser) -> None:
    """Safari has no `requestIdleCallback`."""
    page = await browser.new_page()
    await page.set_content("<p class=m>words</p>")
    await page.evaluate("() => { window.requestIdleCallback = undefined }")
    await begin(page, "widths", maskSelector=".m")
    assert len(by_id(await wait_until_told(page, TAG))) == 1
    await page.close()


async def test_what_is_typed_is_masked_and_never_measured(browser: Browser) -> None:
    """From one letter to the next, an editor's widths told which letter was typed."""
    page = await opened(
        browser, "<p class=m>words</p><p contenteditable>typed</p><p class=m role=textbox>typed</p>"
    )
    assert len(by_id(await wait_until_told(page, TAG))) == 1
    await page.locator("[contenteditable]").press_sequentially("more and more")
    await page.evaluate("document.querySelector('.m').append('and others')")
    later = (await wait_until_told(page, TAG, 2))[1]
    assert [abs(text[2]) for text in later["texts"]] == [10]
    await page.close()


GROW = """async (text) => {
  for (const letter of text) {
    mirror.textContent += letter;
    same.firstChild.data += letter;
    markup.innerHTML = `<b>${mirror.textContent}</b>`;
    // The first idle moment may be asked for before the watcher asks for its own.
    for (let turn = 0; turn < 2; turn++) await new Promise((done) => requestIdleCallback(done));
  }
}"""


async def test_what_grows_with_what_is_typed_is_not_measured_letter_by_letter(
    browser: Browser,
) -> None:
    """Pages that repeat a field beside it, by each of the ways in which frameworks do."""
    page = await opened(
        browser,
        "<p class=m id=mirror>Dear</p><p class=m id=same>Dear</p>"
        "<p class=m id=markup><b>Dear</b></p><p id=late>x</p>",
    )
    await wait_until_told(page, TAG)
    await page.evaluate(GROW, " Marlene Dietrich")
    await page.evaluate("late.className = 'm'; late.append('at last')")
    lengths: list[float] = []
    while 7 not in lengths:
        payloads = await wait_until_told(page, TAG, 2)
        lengths = [abs(text[2]) for one in payloads[1:] for text in one["texts"]]
    assert len(lengths) <= 3 + 1, "each only once after a quiet time"
    await page.close()


async def test_what_changed_too_often_is_measured_when_it_had_time(browser: Browser) -> None:
    page = await browser.new_page()
    await page.clock.install()
    await page.set_content("<p class=m>words</p>")
    await begin(page, "widths", maskSelector=".m")
    await page.clock.run_for(3000)
    for text in ("other words", "not told", "the last of all"):
        await page.evaluate("(text) => { document.querySelector('p').textContent = text }", text)
        await page.clock.run_for(1000)
    await page.clock.run_for(11_000)
    texts = [text for payload in await told(page, TAG) for text in payload["texts"]]
    assert [abs(text[2]) for text in texts] == [len("words"), len("other words"), 15]
    await page.close()


async def test_single_letters_are_not_measured(browser: Browser) -> None:
    page = await opened(browser, "<p class=m><i>M</i><i>a</i><i>r</i> <b>words</b></p>")
    assert len(by_id(await wait_until_told(page, TAG))) == 1
    await page.close()
