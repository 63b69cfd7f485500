"""Elements as the stage would tell them, made up: without a browser."""

from __future__ import annotations

import random

from heatmap.anchors import ElementKeys

__all__ = ["made_page"]


def made_page(size: int, *, keyed: bool, seed: int = 1) -> list[ElementKeys]:
    """`size` cards with words of their own, each half of them with a text key if `keyed`."""
    chance = random.Random(seed)  # noqa: S311
    found = []
    for number in range(size):
        path = f"path:>html:1>body:1>div:{number // 200}>div:{number // 20 % 10}>div:{number % 20}"
        word = f"word{number}"
        traits = ["tag:div", f"text:{word} buy now", f"word:{word}", "word:buy", "word:now"]
        traits += [f"class:card{chance.randrange(30)}", "kids:", "head:Shop", "in:main", "up:div"]
        traits += ["upclass:row", "up2:section", "prev:div", f"prevsays:word{number - 1} buy now"]
        keys = [("text", f"text:div|{word}", True)] if keyed and number % 2 else []
        found.append(ElementKeys([*keys, ("path", path, True)], path, word, "div", traits))
    return found
