"""A comparison as Markdown and CSV: what it says, and that recorded words stay words."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from heatwright.comparing.tables import COLUMNS, MOST_ROWS, escaped, markdown, write_csv
from heatwright.gates import judge, parse_rule
from tests.comparing.making import Known, comparison

SIDES = (
    (200, {"buy": Known(200, 80), "more": Known(150, 30), "rare": Known(9, 1)}),
    (200, {"buy": Known(200, 30), "more": Known(150, 31), "rare": Known(9, 2)}),
)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_markdown_tells_gates_findings_and_the_first_elements() -> None:
    made = comparison(*SIDES)
    rule = parse_rule("ctr(*) drops > 20%")
    text = markdown(made, [judge(rule, made, {})], "heatwright compare / --a x --b y")
    assert text.startswith("### /shop: a against b\n")
    assert "| ctr(&#42;) drops &gt; 20% | ❌ failed |".replace("&gt;", "&#62;") in text
    assert re.search(
        r"\| \S*buy\S* \| 40\.0% of 200 \| 15\.0% of 200 \| -25 \(-33 to -16\) \| lower", text
    )
    assert "_11.1% of 9_" in text, "what is too few is told apart"
    assert "- " in text and "used less by b" in text
    assert text.endswith("```sh\nheatwright compare / --a x --b y\n```\n")


def test_more_elements_than_are_read_are_counted() -> None:
    known = {f"e{number:02}": Known(60, 5) for number in range(MOST_ROWS + 4)}
    text = markdown(comparison((60, known), (60, known)))
    assert "4 more elements in `compare.csv`" in text
    assert text.count("| not shown |") == MOST_ROWS


@pytest.mark.parametrize(
    "evil",
    [
        "[click](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
        "@everyone",
        "a|b|c",
        "`code`",
        "https://evil.example www.evil.example",
        "**bold** _it_ ~~no~~",
        "# heading\n- list\n```",
        "\u202etxt.exe",
        "&lt;b&gt;",
    ],
)
def test_recorded_words_steer_nothing(evil: str) -> None:
    safe = escaped(evil)
    assert "\n" not in safe
    assert "\u202e" not in safe
    assert not re.search(r"[\\`*_\[\]<>|~@!]|://|www\.", re.sub(r"&#\d+;", "", safe))


def test_the_csv_has_every_element_and_every_number(tmp_path: Path) -> None:
    made = comparison(*SIDES)
    write_csv(made, tmp_path / "c.csv")
    rows = rows_of(tmp_path / "c.csv")
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(made.rows) == 3
    first = rows[0]
    assert (first["verdict"], first["a_sessions_saw"], first["a_sessions_used"]) == (
        "lower",
        "200",
        "80",
    )
    assert float(first["b_rate"]) == pytest.approx(0.15)
    assert float(first["difference"]) == pytest.approx(-0.25)
    assert first["a_rage"] == "0"
    assert all("e-" not in cell for row in rows for cell in row.values())


def test_a_formula_is_text_in_a_spreadsheet(tmp_path: Path) -> None:
    name = "=HYPERLINK(1)"
    known = {name: Known(40, 5)}
    write_csv(comparison((40, known), (40, known)), tmp_path / "c.csv")
    [row] = rows_of(tmp_path / "c.csv")
    assert not any(cell.startswith("=") for cell in row.values())
