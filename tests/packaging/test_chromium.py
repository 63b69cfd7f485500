"""Finding, judging and installing a Chromium, on machines that are made up."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import playwright
import pytest
from playwright.async_api import async_playwright

from recorder import chromium, chromium_find, chromium_install
from recorder.chromium import find_chromium, install_chromium, sandbox, start
from recorder.errors import NoChromium

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the made-up programs are scripts")


def program(path: Path, body: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; returns the only folder on its PATH."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.delenv("HEATWRIGHT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    monkeypatch.setattr(chromium_find, "_usual_places", lambda: iter(()))
    return programs


def playwright_download(home: Path) -> Path:
    """What a finished `playwright install chromium` leaves, for the installed Playwright."""
    listed = Path(playwright.__file__).parent / "driver" / "package" / "browsers.json"
    browsers = json.loads(listed.read_text(encoding="utf-8"))["browsers"]
    revision = next(b["revision"] for b in browsers if b["name"] == "chromium")
    folder = home / f"chromium-{revision}"
    made = program(folder / "chrome-linux64" / "chrome")
    (folder / "INSTALLATION_COMPLETE").touch()
    return made


def test_without_any_the_next_step_installs_one(bare_machine: Path) -> None:
    with pytest.raises(NoChromium) as caught:
        find_chromium()
    assert "heatwright doctor --install" in caught.value.next_step


def test_the_machines_own_is_taken(bare_machine: Path) -> None:
    chrome = program(bare_machine / "google-chrome")
    assert find_chromium().executable == chrome
    free = program(bare_machine / "chromium")
    assert find_chromium().executable == free


def test_playwrights_own_goes_before_the_machines(bare_machine: Path, tmp_path: Path) -> None:
    program(bare_machine / "chromium")
    downloaded = playwright_download(tmp_path / "downloads")
    assert find_chromium().executable == downloaded
    (downloaded.parents[1] / "INSTALLATION_COMPLETE").unlink()
    assert find_chromium().source == "on this machine"


def test_the_one_asked_for_goes_before_all(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare_machine / "chromium")
    playwright_download(tmp_path / "downloads")
    mine = program(tmp_path / "mine")
    monkeypatch.setenv("HEATWRIGHT_CHROMIUM", str(mine))
    assert find_chromium().executable == mine


def test_one_asked_for_in_vain_is_not_replaced(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(bare_machine / "chromium")
    monkeypatch.setenv("HEATWRIGHT_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(NoChromium, match="/nowhere/chrome"):
        find_chromium()


def test_root_has_no_sandbox_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert sandbox() == (False, "The Chromium sandbox is off: root cannot have it.")


@pytest.mark.parametrize(("namespaces", "expected"), [("0", False), ("7000", True)])
def test_others_have_one_where_the_kernel_gives_it(
    namespaces: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = tmp_path / "max_user_namespaces"
    setting.write_text(namespaces)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(chromium, "NAMESPACE_SETTINGS", {setting: lambda value: value == 0})
    assert sandbox()[0] is expected


async def test_a_browser_that_dies_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "error while loading shared libraries: libnss3.so"
    broken = program(tmp_path / "broken", f'echo "{words}" >&2; exit 127')
    monkeypatch.setenv("HEATWRIGHT_CHROMIUM", str(broken))
    async with async_playwright() as driver:
        with pytest.raises(NoChromium, match=words):
            await start(driver)


async def test_an_isolated_browser_reaches_nothing_not_even_loopback() -> None:
    async with async_playwright() as driver:
        started = await start(driver, isolated=True)
        page = await started.browser.new_page()
        for url in ("http://127.0.0.1:8080/", "http://[::1]:8080/", "http://example.com/"):
            with pytest.raises(Exception, match="ERR_PROXY_CONNECTION_FAILED"):
                await page.goto(url)
        await started.browser.close()


async def test_scrollbars_can_be_had_and_taken_away_page_by_page() -> None:
    tall = "data:text/html,<!doctype html><p style='height:5000px'>tall"
    width = "document.documentElement.clientWidth"
    async with async_playwright() as driver:
        started = await start(driver, scrollbars=True)
        page = await started.browser.new_page(viewport={"width": 1000, "height": 700})
        await page.goto(tall)
        assert await page.evaluate(width) < 1000
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Emulation.setScrollbarsHidden", {"hidden": True})
        await page.goto(tall)
        assert await page.evaluate(width) == 1000
        await started.browser.close()


def test_the_package_manager_steps_in_where_playwright_cannot_download(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium_install, "_download_hosts", lambda _: {"downloads.invalid"})
    monkeypatch.setattr(chromium_install, "_behind_proxy", lambda: False)
    monkeypatch.setattr(chromium_install, "_root", list)
    browser = bare_machine / "chromium"
    script = f'[ "$1" = update ] || {{ echo "#!/bin/sh" > {browser}; /bin/chmod 755 {browser}; }}'
    program(bare_machine / "apt-get", script)
    said: list[str] = []
    assert install_chromium(said.append).executable == browser
    assert said[0] == "Playwright's download host downloads.invalid is out of reach."
    assert said[-1] == "Installing Chromium with apt-get."


def test_no_way_left_names_every_way_tried(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium_install, "_download_hosts", lambda _: {"downloads.invalid"})
    monkeypatch.setattr(chromium_install, "_behind_proxy", lambda: False)
    with pytest.raises(NoChromium) as caught:
        install_chromium(lambda _: None)
    assert "out of reach" in caught.value.message
    assert "package manager" in caught.value.message
