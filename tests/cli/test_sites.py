"""`heatwright sites add`: the tag on stdout, what it needs besides on stderr."""

from __future__ import annotations

import json
import re
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


def test_the_printed_tag_says_what_the_collector_masks(run: Run, store: str) -> None:
    done = run(
        *(*ADD, "--mask", "text", "--keep-query", "q, page", "--keep-fragment", "routes"),
        *("--store", store),
    )

    assert done.returncode == 0, done.stderr
    settings = re.findall(r'(data-(?:mask|keep-\w+))="([^"]*)"', done.stdout)
    assert dict(settings) == {
        "data-mask": "text",
        "data-keep-query": "q page",
        "data-keep-fragment": "routes",
    }
    assert _listed(run, store) == ("text", ["q", "page"], "routes")


def test_a_tag_with_the_defaults_says_nothing_of_masking(run: Run, store: str) -> None:
    assert "data-mask" not in run(*ADD, "--store", store).stdout
    assert _listed(run, store) == ("inputs", [], "none")


def test_set_changes_what_is_given_and_leaves_the_rest(run: Run, store: str) -> None:
    run(*ADD, "--keep-query", "q", "--store", store)

    done = run("sites", "set", "shop", "--mask", "strict", "--store", store)

    assert done.stdout == 'data-mask="strict" data-keep-query="q" data-keep-fragment="none"\n'
    assert _listed(run, store) == ("strict", ["q"], "none")
    run("sites", "set", "shop", "--keep-query", "", "--store", store)
    assert _listed(run, store) == ("strict", [], "none")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("nobody", "--mask", "text"), "no site 'nobody'"),
        (("shop", "--mask", "everything"), "everything"),
        (("shop", "--keep-query", "a=b"), "no parameter's name"),
        (("shop", "--keep-query", ",".join(map(str, range(51)))), "at most 50 parameters"),
    ],
)
def test_a_wrong_policy_changes_nothing(
    wrong: tuple[str, ...], said: str, run: Run, store: str
) -> None:
    run(*ADD, "--store", store)

    done = run("sites", "set", *wrong, "--store", store)

    assert done.returncode == 2
    assert said in done.stderr
    assert _listed(run, store) == ("inputs", [], "none")


def _listed(run: Run, store: str) -> tuple[str, list[str], str]:
    (site,) = json.loads(run("sites", "list", "--json", "--store", store).stdout)
    return site["mask"], site["keep_query"], site["keep_fragment"]
