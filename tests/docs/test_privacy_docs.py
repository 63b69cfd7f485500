"""What the page about privacy says is stored is what is stored: each table, column and key."""

from __future__ import annotations

import re
import shlex

import pytest

from recorder import limits
from recorder.store.tables import metadata
from tests.docs.sources import ROOT, doc, names, typed

PAGE = doc("privacy.md")
CLIENT = ROOT / "recorder/client"


def section(heading: str) -> str:
    """What stands under a heading, up to the next."""
    found = re.search(rf"^###? {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S)
    assert found, f"no heading {heading}"
    return found[1]


def test_every_table_is_there_and_no_other() -> None:
    assert set(re.findall(r"^### `(\w+)`$", PAGE, re.M)) == set(metadata.tables)


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_is_there_and_no_other(table: str) -> None:
    """With whose data it is, until when, and how it is erased."""
    text = section(f"`{table}`")
    rows = re.findall(r"^\| (`.+?`) \| (.+) \|$", text, re.M)
    said = [name for cell, _ in rows for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(said) == sorted(column.name for column in metadata.tables[table].columns)
    plain = " ".join(text.split())
    assert re.match(r"Of: .+?[.:].* Until: .+ Erased: .+", plain), table


def test_every_key_in_the_browser_is_there_and_no_other() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", section("Stored in the visitor's browser"), re.M)
    assert rows == names("identity.ts", "_KEY")


def test_the_tag_stores_in_one_place_alone() -> None:
    """Whatever the tag writes into a browser goes through `identity.ts`, under its names."""
    ways = r"localStorage|sessionStorage|document\.cookie|indexedDB|\bcaches\b|cookieStore"
    for file in sorted(CLIENT.rglob("*.ts")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(encoding="utf-8"), flags=re.S)
        if file.name == "identity.ts":
            assert set(re.findall(ways, code)) == {"localStorage", "sessionStorage"}
            written = re.findall(r"(?<!function )write\(\"\w+\", (\w+)", code)
            assert set(written) <= {"SESSION_KEY"}
        else:
            assert not re.search(ways, code), file.name


def test_retention_is_that_of_the_code() -> None:
    days = limits.RETENTION_MS // 86_400_000
    assert f"removed {days} days after their last batch" in PAGE
    assert f"New sites have {days} days" in PAGE


def test_commands_can_be_typed() -> None:
    lines = [shlex.split(one, comments=True) for one in PAGE.splitlines() if one.startswith("heat")]
    lines += [
        shlex.split(one) for one in re.findall(r"^\| [^|]+ \| `(heatwright [^`]+)`", PAGE, re.M)
    ]
    found = [words for words in lines if words[0] == "heatwright"]
    assert len(found) >= 10
    for words in found:
        typed(words)


def test_links_lead_somewhere() -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([\w-]+))?\)", PAGE):
        assert not target or (ROOT / "docs" / target).exists(), target
        text = (ROOT / "docs" / target).read_text("utf-8") if target else PAGE
        headings = re.findall(r"^#+ (.+)$", text, flags=re.M)
        anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
        assert not anchor or anchor in anchors, anchor
