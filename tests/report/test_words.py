"""Text from strangers, and numbers for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from heatwright.report import words


@given(st.text())
def test_cleaned_text_can_be_written_and_steers_nothing(text: str) -> None:
    cleaned = str(words.clean(text))
    cleaned.encode("utf-8")
    assert len(cleaned) == len(text)
    assert not set(cleaned) & set("\0\x1b\r\u202e\u2066\u2028\ud800")


def test_markup_and_numbers_pass() -> None:
    assert words.clean(Markup("<b>\u202e</b>")) == Markup("<b>\u202e</b>")
    assert words.clean(3) == 3
    assert words.clean("naïve 👩‍👧 שלום") == "naïve 👩‍👧 שלום"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0 %"), (0.001, "< 1 %"), (0.37, "37 %"), (0.999, "> 99 %"), (1, "100 %")],
)
def test_shares_are_not_rounded_to_nothing_or_all(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_periods_are_said_shortly() -> None:
    first = 1_795_000_000_000
    assert words.period(first, first) == "18 Nov 2026, 11:06 UTC"
    assert words.period(first, first + 3_600_000) == "18 Nov 2026, 11:06–12:06 UTC"
    assert words.period(first, first + 86_400_000) == "18 Nov 2026 – 19 Nov 2026"
    assert words.period(None, None) == "no period"


@pytest.mark.parametrize(
    ("text", "name"),
    [("/", "page"), ("/products/*", "products"), ("../../etc", "etc"), ("a" * 99, "a" * 40)],
)
def test_file_names_hold_nothing_but_letters(text: str, name: str) -> None:
    assert words.slug(text) == name


def test_lengths_plurals_and_cuts() -> None:
    assert words.duration(8.44) == "8.4 s" and words.duration(200) == "3 min 20 s"
    assert words.plural(1, "tap") == "1 tap" and words.plural(1200, "tap") == "1,200 taps"
    assert words.short("a\n b" + "c" * 90, 10) == "a bcccccc…"
