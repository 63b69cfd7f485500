"""`heatwright sites add`: the tag on stdout, what it needs besides on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

ADD = ("sites", "add", "shop", "--origin", "https://shop.example")


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


def test_add_prints_the_tag_and_what_a_policy_needs(run: Run, store: str) -> None:
    done = run(*ADD, "--collector", "https://heat.example.com/", "--store", store)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('<script async src="https://heat.example.com/heatwright.js"\n')
    said = " ".join(done.stderr.split())
    assert "script-src https://heat.example.com; connect-src https://heat.example.com" in said
    assert "heatwright.consent(true)" in said and "docs/tag.md" in said


def test_a_collector_may_be_below_a_path(run: Run, store: str) -> None:
    """The tag takes its script's folder for the collector; a policy names origins."""
    heat = "https://shop.example/heat"
    done = run(*ADD, "--collector", heat, "--consent", "not-required", "--store", store)

    assert f'src="{heat}/heatwright.js"' in done.stdout
    assert "connect-src https://shop.example\n" in done.stderr
    assert "consent(true)" not in done.stderr


@pytest.mark.parametrize("wrong", ["heat.example.com", "ftp://heat.example.com", "https://h/?a=1"])
def test_a_collector_that_is_no_address_registers_nothing(wrong: str, run: Run, store: str) -> None:
    done = run(*ADD, "--collector", wrong, "--store", store)

    assert done.returncode == 2
    assert "collector's address" in done.stderr
    assert run("sites", "list", "--json", "--store", store).stdout.strip() == "[]"
