"""The folder is complete, says what it knows, and holds nothing of an earlier report."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from heatmap.friction import Trouble
from heatmap.states import State
from heatmap.statuses import Kind
from heatwright.report import build_report
from replay import Fidelity
from tests.report.making import (
    DESKTOP,
    PHONE,
    facts,
    heatmap,
    journeys,
    page,
    picture,
    point,
    small_page,
    trouble,
)


class _Links(HTMLParser):
    """What the page links to, loads, or would run."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action"):
                self.links.append(value or "")
            if name == "id":
                self.ids.add(value or "")
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")


def _read(index: Path) -> tuple[str, _Links]:
    html = index.read_text("utf-8")
    links = _Links()
    links.feed(html)
    return html, links


def test_links_are_relative_and_lead_somewhere(tmp_path: Path) -> None:
    told = small_page()
    told.friction = [trouble("Buy", picture()), trouble("Menu")]
    shown = heatmap([replace(point("id:close"), state="2")])
    told.states = [[State("2", "Close", shown, [0])], []]
    index = build_report([told], tmp_path / "out", facts=facts())
    _, found = _read(index)
    assert found.links and not found.inline
    for link in found.links:
        if link.startswith("#"):
            assert link[1:] in found.ids
        else:
            assert re.fullmatch(r"pictures/[a-z0-9-]+\.png", link)
            assert (index.parent / link).is_file()
    linked = {link for link in found.links if not link.startswith("#")}
    written = {f"pictures/{file.name}" for file in (tmp_path / "out/pictures").iterdir()}
    assert linked == written
    assert "pictures/01-home-1-desktop-state-2.png" in written
    assert "1 point, as on" in index.read_text("utf-8")


def test_what_went_wrong_is_listed_with_what_to_watch(tmp_path: Path) -> None:
    told = small_page()
    told.friction = [trouble("Buy", picture()), trouble("Menu", trouble=Trouble.QUICK_BACK)]
    told.more_friction = 3
    html, _ = _read(build_report([told], tmp_path, facts=facts()))
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "session-1 --at 4.2s" in words
    assert "quick back Menu 33 % 1 of 3" in words
    assert "3 further troubles" in words
    assert html.count('class="still"') == 1
    quiet, _ = _read(build_report([small_page()], tmp_path, facts=facts()))
    assert "What went wrong" not in quiet


def test_journeys_are_told_by_steps_and_ways(tmp_path: Path) -> None:
    html, found = _read(build_report([], tmp_path, facts=facts(journeys=journeys("/", "/a", "/b"))))
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "journeys" in found.ids
    assert "/ 3 100 %" in words
    assert "/b 1 50 %" in words
    assert "nowhere: they left 1" in words
    assert "/ → /a 67 % 2 of 3" in words
    assert 'id="journeys"' not in _read(build_report([], tmp_path, facts=facts()))[0]


def test_the_page_says_what_was_recorded(tmp_path: Path) -> None:
    remarks = Fidelity(
        page=(400, 300), recorded_width=1440, extrapolated=True, missing_assets={"/a.png": "404"}
    )
    broken = page(
        heatmap([point("id:a")], PHONE, fidelity=remarks, failures=["Document 7 is damaged."]),
        recorded={Kind.CLICK: 1},
    )
    html, _ = _read(build_report([small_page(), broken], tmp_path, facts=facts()))
    for words in (
        "Every point that could be read appears once",
        "1 document could not be rebuilt",
        "2 recorded = 1 drawn + 1 hidden",
        "extrapolated",
        "/a.png",
        "Document 7 is damaged.",
        "paying",
        "heatwright report /",
    ):
        assert words in html
    assert "Every recorded point appears once" not in html
    whole, _ = _read(build_report([small_page()], tmp_path, facts=facts()))
    assert "Every recorded point appears once" in whole and "be rebuilt" not in whole


def test_a_ledger_that_does_not_balance_is_not_hushed_up(tmp_path: Path) -> None:
    lossy = page(heatmap([point("a")]), recorded={Kind.CLICK: 2})
    html, _ = _read(build_report([lossy], tmp_path, facts=facts()))
    assert "The ledger does not balance" in html and "Every recorded point appears once" not in html


def test_a_page_without_points_is_shown_as_it_was(tmp_path: Path) -> None:
    empty = page(heatmap([]), heatmap([], PHONE), recorded={})
    html, found = _read(build_report([empty], tmp_path, facts=facts()))
    assert "Nobody clicked, tapped or moved a pointer on this page" in html
    assert sum(link.endswith(".png") for link in found.links) == 2


def test_nothing_at_all_is_still_a_page(tmp_path: Path) -> None:
    bare = facts(
        sessions=0, first_at=None, last_at=None, devices={}, sources={}, assets={}, segments=[]
    )
    html, _ = _read(build_report([], tmp_path, facts=bare))
    assert "No page was asked for" in html


def test_an_earlier_report_makes_way_and_other_files_stay(tmp_path: Path) -> None:
    build_report([small_page(), small_page()], tmp_path, facts=facts())
    mine = tmp_path / "pictures" / "holiday.png"
    mine.write_bytes(b"mine")
    build_report([page(heatmap([], DESKTOP))], tmp_path, facts=facts())
    assert {file.name for file in (tmp_path / "pictures").iterdir()} == {
        "01-home-1-desktop.png",
        "holiday.png",
    }


def test_a_backdrop_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    broken = heatmap([])
    broken.backdrop.png = b"<svg onload=alert(1)>"
    with pytest.raises(ValueError, match="PNG"):
        build_report([page(broken)], tmp_path, facts=facts())
