"""Frames' windows, as they come and go."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.support.bundling import module_script


async def test_a_removed_frame_s_window_is_let_go_of(browser: Browser) -> None:
    """Cause: the windows of all frames that ever were were kept until the recording's end."""
    page = await browser.new_page()
    await page.evaluate(f"{module_script('recorder/client/windows.ts')}; window.subject = subject")
    stopped = await page.evaluate(
        """() => {
          const windows = subject.watchWindows();
          const [begun, stopped] = [[], []];
          windows.each((win) => {
            const { name } = win;
            begun.push(name);
            return () => {
              stopped.push(name);
              if (name === "first") throw new Error("of a watcher, in a window that is gone");
            };
          });
          const add = (name) => {
            const frame = Object.assign(document.createElement("iframe"), { name });
            document.body.append(frame);
            windows.expect(frame.contentWindow);
            windows.plugin.observer(() => {}, frame.contentWindow, {});
            return frame;
          };
          const [first, second] = [add("first"), add("second")];
          first.remove();
          add("third");
          const afterwards = [...stopped];
          let later = 0;
          windows.each(() => (later++, () => {}));
          windows.restore();
          return { begun, afterwards, later, kept: second.isConnected };
        }"""
    )
    assert stopped == {
        "begun": ["first", "second", "third"],
        "afterwards": ["first"],
        "later": 2,
        "kept": True,
    }
    await page.close()


async def test_nothing_holds_a_removed_frame_s_window(browser: Browser) -> None:
    page = await browser.new_page()
    await page.evaluate(f"{module_script('recorder/client/windows.ts')}; window.subject = subject")
    await page.evaluate(
        """() => {
          window.windows = subject.watchWindows();
          windows.each((win) => () => win.document);
          window.add = () => {
            const frame = document.body.appendChild(document.createElement("iframe"));
            windows.expect(frame.contentWindow);
            windows.plugin.observer(() => {}, frame.contentWindow, {});
            return frame;
          };
          const gone = add();
          window.held = new WeakRef(gone.contentWindow.document);
          gone.remove();
        }"""
    )
    await page.evaluate("() => void add()")
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("HeapProfiler.collectGarbage")
    assert await page.evaluate("held.deref() === undefined")
    await page.close()
