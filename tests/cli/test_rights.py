"""Erasing, pruning and giving out a visitor's data on the command line."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from heatwright.cli.site_settings import parse_retention
from recorder.errors import UnknownSite, WrongUse
from recorder.events import decode_events, encode_events
from recorder.store import Store
from recorder.store.tombstones import digest_of, shown
from tests.cli.conftest import Say
from tests.recorder.making import NOW, ORIGIN, batch
from tests.recorder.packing.pages import visit

DAY = 86_400_000


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Ann and bob, who is user u-2, and a session of ann that came 100 days ago."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as opened:
        key = opened.sites.add("shop", [ORIGIN]).write_key
        opened.accept_many(visit(key, "ann"), source="tag")
        opened.accept_many(visit(key, "bob", user="u-2"), source="tag")
        old = batch(key, visitor="ann", session="old", document="old")
        received = msgspec.structs.replace(old, received_at=NOW - 100 * DAY)
        opened.accept(received, source="tag")
        opened.audit.write("token:t-1", "events.read", "session-ann", "document document-ann")
    return url


def sessions(say: Say) -> set[str]:
    return {one["id"] for one in say("sessions")}


def test_nothing_is_removed_unasked(say: Say) -> None:
    for command in (
        ("erase", "--visitor", "ann"),
        ("erase", "--identified", "u-2"),
        ("prune", "--older-than", "90d"),
    ):
        with pytest.raises(WrongUse, match="no terminal to ask at"):
            say(*command)
    assert sessions(say) == {"session-ann", "session-bob", "old"}
    assert [one["action"] for one in say("audit")] == ["site.add", "events.read"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("erase", "--yes"),
        ("erase", "--yes", "--visitor", "ann", "--session", "old"),
        ("erase", "--yes", "--identified", "nobody"),
        ("erase", "--yes", "--identified", "ann@shop.example"),
        ("prune", "--yes", "--older-than", "soon"),
        ("export",),
        ("export", "latest"),
        ("export", "--visitor", "ann"),
        ("export", "--visitor", "nobody", "--out", "theirs.zip"),
        ("export", "latest", "--rrweb", "a.json", "--out", "theirs.zip"),
        ("export", "latest", "--visitor", "ann", "--out", "theirs.zip"),
        ("export", "--visitor", "ann", "--out", "theirs.zip", "--tab", "1"),
    ],
)
def test_wrong_use_is_told(
    say: Say, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUse):
        say(*arguments)
    assert {file.suffix for file in tmp_path.iterdir()} <= {".db", ".lock"}


def test_a_site_that_is_not_there(say: Say) -> None:
    for command in (
        ("erase", "--visitor", "ann"),
        ("prune", "--older-than", "9d"),
        ("export", "--visitor", "ann", "--out", "x.zip"),
    ):
        yes = () if command[0] == "export" else ("--yes",)
        with pytest.raises(UnknownSite):
            say(*command, *yes, "--site", "nobody")


def test_erasing_a_visitor_and_proving_it(say: Say, tmp_path: Path) -> None:
    done = say("erase", "--visitor", "ann", "--yes")
    assert (done["sessions"], done["documents"], done["log_empty"]) == (2, 2, True)
    assert sessions(say) == {"session-bob"}
    trail = say("audit", "--visitor", "ann")
    assert [(one["action"], one["object"]) for one in trail] == [
        ("visitor.erase", shown(digest_of("visitor", "shop", "ann")))
    ]
    assert "ann" not in json.dumps(say("audit"))
    for file in tmp_path.iterdir():
        assert b"session-ann" not in file.read_bytes()
    again = say("erase", "--visitor", "ann", "--yes", "--no-rewrite")
    assert (again["sessions"], again["log_empty"]) == (0, True)


def test_erasing_who_identified(say: Say) -> None:
    done = say("erase", "--identified", "u-2", "--yes")
    assert (done["erased"], done["sessions"]) == (1, 1)
    assert sessions(say) == {"session-ann", "old"}


def test_erasing_a_session(say: Say) -> None:
    assert say("erase", "--session", "session-ann", "--yes")["documents"] == 1
    assert sessions(say) == {"session-bob", "old"}
    # By its whole id alone: the start of one might be another's.
    assert say("erase", "--session", "session", "--yes")["sessions"] == 0


def test_pruning(say: Say) -> None:
    assert say("prune", "--older-than", "101d")["sessions"] == 0
    assert say("prune", "--older-than", "14w", "--site", "shop", "--yes")["sessions"] == 1
    assert sessions(say) == {"session-ann", "session-bob"}


def test_how_long_a_site_keeps_sessions(say: Say) -> None:
    assert say("sites", "list")[0]["retention_ms"] == 395 * DAY
    assert say("sites", "set", "shop", "--retention", "90d")["retention_ms"] == 90 * DAY
    assert say("sites", "set", "shop", "--retention", "forever")["retention_ms"] is None
    assert say("sites", "set", "shop", "--quota", "1GB")["retention_ms"] is None
    for wrong in ("1h", "0d", "99999w", "never"):
        with pytest.raises(WrongUse):
            say("sites", "set", "shop", "--retention", wrong)
    assert parse_retention("2w") == 14 * DAY


def test_all_that_is_stored_of_a_visitor(say: Say, store: str, tmp_path: Path) -> None:
    file = tmp_path / "theirs.zip"
    assert say("export", "--visitor", "ann", "--out", str(file))["sessions"] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive, Store.open(store) as opened:
        names = archive.namelist()
        folder = "sessions/shop/session-ann"
        about = json.loads(archive.read(f"{folder}/session.json"))
        assert (about["visitor_id"], about["documents"][0]["id"]) == ("ann", "document-ann")
        assert about["page_views"][0]["path"] == "/list"
        events = archive.read(f"{folder}/document-ann.json")
        assert events == encode_events(opened.events("document-ann"))
        assert len(decode_events(events)) == 10
        trail = json.loads(archive.read("audit.json"))
        assert "visitor ann" in archive.read("README.txt").decode()
    assert {name for name in names if "/" not in name} == {
        "README.txt",
        "audit.json",
        "assets.json",
    }
    assert not any("bob" in name for name in names)
    # That it is given out is in it, too; and in the trail without a name.
    assert [one["action"] for one in trail] == ["events.read", "visitor.export"]
    last = say("audit")[-1]
    assert (last["action"], last["detail"]) == ("visitor.export", "2 sessions")
    assert "ann" not in last["object"]
