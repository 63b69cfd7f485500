"""`heatwright compact`: what it says, and that recordings read the same afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from recorder.store import Store
from tests.cli.conftest import Run
from tests.recorder.making import ORIGIN
from tests.recorder.packing.pages import visit


def test_compact_packs_what_is_closed(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url) as store:
        key = store.sites.add("shop", [ORIGIN]).write_key
        for name in ("ann", "bob", "cyd"):
            store.accept_many(visit(key, name), source="driven")
        store.accept_many(visit(key, "dee"), source="tag")
        before = store.events("document-ann")

    first = run("compact", "--store", url)
    assert first.returncode == 0, first.stderr
    assert "3 documents (0 of them anew)" in first.stdout
    assert "dictionaries: 1 made" in first.stdout

    rest = run("compact", "--all", "--json", "--store", url)
    told = json.loads(rest.stdout)
    assert (told["documents"], told["repacked"], told["left"]) == (1, 0, {})
    assert told["bytes_after"] * 20 < told["bytes_json"]

    assert "nothing to pack" in run("compact", "--store", url).stderr
    with Store.open(url) as store:
        assert store.events("document-ann") == before
