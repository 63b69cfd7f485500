"""What reaches stderr: one sentence for an error, one note for a warning, stages in a log."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec
import pytest
from playwright.async_api import Error, async_playwright

from heatwright.cli.output import PACKAGES, fail, progress, show_warnings
from recorder import chromium
from recorder.chromium import launch
from recorder.events import decode_events


@pytest.fixture
def shown() -> Iterator[None]:
    """Warnings are shown as in a run of the command line, until the test is over."""
    show_warnings()
    yield
    for name in PACKAGES:
        logging.getLogger(name).handlers.clear()


async def test_a_browser_that_is_gone_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        await browser.close()
        with pytest.raises(Error) as gone:
            await browser.new_page()
    with pytest.raises(SystemExit) as exit_:
        fail(gone.value)

    said = capsys.readouterr().err
    assert exit_.value.code == 3
    assert "error: The browser did not do what it was asked to" in said
    assert "doctor" in said and "Traceback" not in said


def test_what_cannot_be_decoded_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(msgspec.MsgspecError) as broken:
        decode_events(b'[{"type": "click"}]')
    with pytest.raises(SystemExit) as exit_:
        fail(broken.value)

    assert exit_.value.code == 2
    assert "has not the form it should have" in capsys.readouterr().err


def test_what_nobody_foresaw_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError("a fault of ours"))


@pytest.mark.usefixtures("shown")
async def test_a_sandbox_that_is_off_is_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chromium, "_is_root", lambda: True)
    chromium._warn_once.cache_clear()
    async with async_playwright() as playwright:
        for _ in range(2):
            browser = await launch(playwright)
            await browser.close()

    assert capsys.readouterr().err.count("note: The Chromium sandbox is off") == 1


@pytest.mark.usefixtures("shown")
def test_a_logged_exception_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("no such [colour]")
    except ValueError:
        logging.getLogger("recorder.ingest").exception("writing failed")

    said = capsys.readouterr().err
    assert "note: writing failed" in said
    assert "Traceback" in said and "ValueError: no such [colour]" in said


def test_stages_are_lines_where_bars_are_not_seen(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(stages=True) as bars:
        bars.add_task("visiting", total=24)
        later = bars.add_task("painting", total=4, start=False)
        assert capsys.readouterr().err == "visiting: 24\n"
        bars.start_task(later)
        bars.start_task(later)
    assert capsys.readouterr().err == "painting: 4\n"

    with progress() as bars:
        bars.add_task("quiet", total=1)
    assert capsys.readouterr().err == ""
