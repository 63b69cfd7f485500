"""Natural sizes of media, as they load."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page

from tests.support.watching import begin, told, wait_until_told

TAG = "media"


def picture(width: int, height: int) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>'
    return "data:image/svg+xml," + quote(svg)


PAGE = f"""<!DOCTYPE html><img id="here" src="{picture(40, 30)}"><img id="broken" src="data:,x">
<img id="empty">
<div id="host"></div><img class="rr-block" src="{picture(5, 5)}">
<iframe srcdoc="<img src='{picture(7, 8)}'>"></iframe>
<script>host.attachShadow({{ mode: "open" }}).innerHTML = "<img id=deep>"</script>"""

ID = "(selector) => watching.ids.getId(document.querySelector(selector))"


async def opened(browser: Browser) -> Page:
    page = await browser.new_page()
    await page.set_content(PAGE)
    await begin(page, "media")
    return page


async def sizes(page: Page, count: int) -> list[list[int]]:
    payloads = await wait_until_told(page, TAG, count)
    return [size for payload in payloads for size in payload["sizes"]]


async def test_what_has_loaded_is_told(browser: Browser) -> None:
    page = await opened(browser)
    found = await sizes(page, 1)
    framed = await page.evaluate(
        "() => watching.ids.getId(frames[0].document.querySelector('img'))"
    )
    assert sorted(found) == sorted([[await page.evaluate(ID, "#here"), 40, 30], [framed, 7, 8]])
    await page.close()


async def test_what_loads_later_is_told_in_one_event(browser: Browser) -> None:
    page = await opened(browser)
    await wait_until_told(page, TAG)
    await page.evaluate(
        """([one, other]) => {
          document.querySelector("#empty").src = one;
          host.shadowRoot.querySelector("img").src = one;
          document.querySelector("#here").src = other;
          const added = new Image();
          added.id = "added"; added.src = other; document.body.append(added);
        }""",
        [picture(21, 22), picture(31, 32)],
    )
    [_, later] = await wait_until_told(page, TAG, 2)
    deep = "() => watching.ids.getId(host.shadowRoot.querySelector('img'))"
    wanted = [[await page.evaluate(deep), 21, 22], [await page.evaluate(ID, "#empty"), 21, 22]]
    wanted += [[await page.evaluate(ID, one), 31, 32] for one in ("#here", "#added")]
    assert sorted(later["sizes"]) == sorted(wanted)
    await page.close()


async def test_the_same_size_is_told_once(browser: Browser) -> None:
    page = await opened(browser)
    await wait_until_told(page, TAG)
    same, other = picture(40, 30) + "%20", picture(50, 60)
    load = "(src) => new Promise((done) => { here.onload = done; here.src = src })"
    await page.evaluate(load, same)
    await page.evaluate(load, other)
    [_, later] = await wait_until_told(page, TAG, 2)
    assert later["sizes"] == [[await page.evaluate(ID, "#here"), 50, 60]]
    await page.close()


@pytest.mark.parametrize("place", ["shadow", "frame"])
async def test_what_left_the_page_is_let_go_of(browser: Browser, place: str) -> None:
    """Cause: each shadow root that ever held a picture was kept until the recording's end."""
    page = await opened(browser)
    await wait_until_told(page, TAG)
    left = await page.evaluate(
        """async ([place, src]) => {
          const left = [];
          for (const { EventTarget } of [window, frames[0]]) {
            const { removeEventListener } = EventTarget.prototype;
            EventTarget.prototype.removeEventListener = function (...given) {
              left.push([this === window.gone, given[0]]);
              return removeEventListener.apply(this, given);
            };
          }
          const recorded = () => new Promise((done) => setTimeout(done, 100));
          const add = () => {
            const own = document.createElement("div");
            own.attachShadow({ mode: "open" }).innerHTML = `<img src="${src}">`;
            document.body.append(own);
            return own;
          };
          if (place === "shadow") {
            const own = add();
            window.gone = own.shadowRoot;
            await recorded();
            own.remove();
          } else {
            window.gone = frames[0].document;
            document.querySelector("iframe").remove();
          }
          await recorded();
          add();
          await recorded();
          return left.filter(([ours]) => ours).map(([, name]) => name);
        }""",
        [place, picture(3, 4)],
    )
    assert left == ["load", "loadedmetadata"]
    await page.close()


async def test_nothing_is_left_when_it_stops(browser: Browser) -> None:
    page = await opened(browser)
    await wait_until_told(page, TAG)
    await page.evaluate("() => watching.stop()")
    load = "(src) => new Promise((done) => { here.onload = done; here.src = src })"
    await page.evaluate(load, picture(50, 60))
    await asyncio.sleep(0.7)
    assert len(await told(page, TAG)) == 1
    await page.close()
