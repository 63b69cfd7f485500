"""Keys, tokens, the audit trail and a site's settings on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from heatwright.cli.site_settings import parse_bytes
from heatwright.cli.times import parse_length
from recorder import limits
from recorder.errors import UnknownSite, WrongUse
from recorder.store import Store
from recorder.tokens import Scope
from tests.cli.conftest import Run, Say
from tests.recorder.making import NOW, ORIGIN, batch, meta


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store.open(url) as opened:
        opened.sites.add("shop", [ORIGIN])
    return url


def test_keys_come_and_go(say: Say, store: str) -> None:
    added = say("sites", "keys", "add", "shop", "--label", "new shop")
    assert [key["label"] for key in say("sites", "keys", "list", "shop")] == ["first", "new shop"]
    first = say("sites", "list")[0]["write_key"]
    assert say("sites", "keys", "revoke", first)["revoked_at"]
    (site,) = say("sites", "list")
    assert site["write_key"] == added["key"]
    assert [key["key"] for key in site["keys"]] == [first, added["key"]]
    for wrong, error in (
        (("sites", "keys", "list", "nobody"), UnknownSite),
        (("sites", "keys", "add", "nobody"), UnknownSite),
        (("sites", "keys", "add", "shop", "--label", "x" * 201), WrongUse),
        (("sites", "keys", "revoke", "nobody"), WrongUse),
    ):
        with pytest.raises(error):
            say(*wrong)


def test_a_sites_origins_and_quota(say: Say) -> None:
    assert say("sites", "list")[0]["quota"] == limits.SITE_BYTES_PER_DAY
    www = "https://www.shop.example"
    assert say("sites", "set", "shop", "--add-origin", www)["origins"] == [ORIGIN, www]
    assert say("sites", "set", "shop", "--remove-origin", ORIGIN + ":443")["origins"] == [www]
    changed = say("sites", "set", "shop", "--origin", ORIGIN, "--quota", "1GB")
    assert (changed["origins"], changed["quota"]) == ([ORIGIN], 10**9)
    for wrong in (
        (),
        ("--remove-origin", ORIGIN),
        ("--add-origin", "shop.example"),
        ("--quota", "much"),
    ):
        with pytest.raises(WrongUse):
            say("sites", "set", "shop", *wrong)
    assert say("sites", "list")[0]["origins"] == [ORIGIN]


def test_tokens_come_and_go(say: Say, store: str) -> None:
    made = say("tokens", "add", "qa", "--scope", "sessions", "--site", "shop", "--expires", "90d")
    with Store.open(store) as opened:
        token = opened.tokens.by_secret(made["secret"])
    assert token and (token.scope, token.site_id) == (Scope.SESSIONS, "shop")
    assert made["expires_at"] - made["created_at"] == pytest.approx(90 * 86_400_000, abs=60_000)
    (listed,) = say("tokens", "list")
    assert "secret" not in listed and made["secret"] not in json.dumps(listed)
    assert say("tokens", "revoke", made["id"])["revoked_at"]
    for wrong in (
        ("tokens", "add", "qa", "--scope", "heat", "--expires", "soon"),
        ("tokens", "add", "qa", "--scope", "heat", "--site", "nobody"),
        ("tokens", "revoke", "nobody"),
    ):
        with pytest.raises(WrongUse):
            say(*wrong)


def test_the_trail_tells_what_was_changed(say: Say) -> None:
    say("sites", "keys", "add", "shop")
    token = say("tokens", "add", "qa", "--scope", "heat")
    say("tokens", "revoke", token["id"])
    trail = say("audit")
    assert [(one["actor"], one["action"], one["object"]) for one in trail] == [
        ("cli", "site.add", "shop"),
        ("cli", "key.add", "shop"),
        ("cli", "token.add", token["id"]),
        ("cli", "token.revoke", token["id"]),
    ]
    assert token["secret"] not in json.dumps(trail)
    assert say("audit", "--since", "1h") == trail
    assert say("audit", "--since", "2999-01-01") == []
    with pytest.raises(WrongUse):
        say("audit", "--since", "yesterday")


def test_sessions_tell_how_much_was_left_out(say: Say, store: str) -> None:
    bad = {"type": 99, "timestamp": NOW, "data": {}}
    with Store.open(store) as opened:
        key = opened.sites.get("shop").write_key
        opened.accept(batch(key, [meta(), bad]), source="tag")
    (session,) = say("sessions")
    assert session["refused"] == {"unknown_event_type": 1}


def test_a_secret_alone_is_on_stdout(run: Run, store: str) -> None:
    done = run("tokens", "add", "qa", "--scope", "heat", "--store", store)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("hwt_") and len(done.stdout.split()) == 1
    assert done.stdout.strip() not in done.stderr


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("500MB", 500 * 10**6), ("20 gb", 20 * 10**9), ("7k", 7_000)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1.5GB", "GB", "1XB", "1" * 20])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(WrongUse, match="no number of bytes"):
        parse_bytes(text)


def test_lengths_of_time() -> None:
    assert parse_length("4w").days == 28
    with pytest.raises(WrongUse, match="no length of time"):
        parse_length("1y")
