"""Elements of one page found on another: right, wrong, abstained.

Of `fixtures/identity` and of pages that are changed here as redeployments change them.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from heatmap.anchors import ElementKeys
from heatmap.identity import Match, Page
from tests.identity.pages import CHANGES, Elements, pairs, reading

SAMPLE = "clean-blog"
SAMPLE_PAGE = "clean-blog-6.0.9.html"
CHANGED_PAGES = ["agency-7.0.12.html", "clean-blog-6.0.9.html", "freelancer-7.0.7.html"]

DEPLOYMENT = ("nothing", "siblings inserted", "text personalised", "classes hashed anew")
"""Changes within one deployment, between sessions."""


@dataclass
class Tally:
    right: int = 0
    wrong: int = 0
    abstained: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.right + other.right, self.wrong + other.wrong, self.abstained + other.abstained
        )

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.abstained

    def line(self, name: str) -> str:
        shares = (self.right, self.wrong, self.abstained)
        told = "".join(f"{share / max(1, self.total):9.2%}" for share in shares)
        return f"  {name:28}{self.total:6}{told}"


HEAD = f"  {'':28}{'':>6}{'right':>9}{'wrong':>9}{'refused':>9}"


def tally(old: list[ElementKeys], new: list[ElementKeys], same: Mapping[int, int]) -> Tally:
    """`same`: which element of `new` each of `old` is; -1: none, which is right to refuse."""
    found = Page(new).match(old)
    counts = Tally()
    for index, expected in same.items():
        match = found[index]
        got = match.index if isinstance(match, Match) else -1
        if got == expected:
            counts.right += 1
        elif got == -1:
            counts.abstained += 1
        else:
            counts.wrong += 1
    return counts


def truth(old: Elements, new: Elements) -> dict[int, int]:
    """By the numbers that elements had before the page was changed."""
    where = {number: index for index, number in enumerate(new.numbers) if number >= 0}
    return {index: where.get(number, -1) for index, number in enumerate(old.numbers)}


def few(
    old: list[ElementKeys], new: list[ElementKeys], same: Mapping[int, int], chance: random.Random
) -> Tally:
    """As a recording asks, which holds only what was used: three elements of ten, four times."""
    counts = Tally()
    for _ in range(4):
        kept = sorted(chance.sample(list(same), max(1, round(len(same) * 0.3))))
        asked = {number: same[index] for number, index in enumerate(kept)}
        counts += tally([old[index] for index in kept], new, asked)
    return counts


async def test_a_page_is_found_on_itself_and_after_a_redeployment(tmp_path: Path) -> None:
    async with reading(tmp_path) as reader:
        plain = await reader.elements(SAMPLE_PAGE)
        itself = tally(plain.keys, plain.keys, {n: n for n in range(len(plain.keys))})
        assert itself.wrong == 0 and itself.abstained <= 0.02 * itself.total
        for change in DEPLOYMENT[1:]:
            changed = await reader.elements(SAMPLE_PAGE, CHANGES[change])
            counts = tally(plain.keys, changed.keys, truth(plain, changed))
            assert counts.wrong <= 1, (change, counts)
            assert counts.right >= 0.95 * counts.total, (change, counts)
        pair = await reader.pair(SAMPLE)
        redesigned = tally(pair.old.keys, pair.new.keys, pair.same)
        assert redesigned.wrong <= 1 and redesigned.right >= 0.9 * redesigned.total
        # Neither the order of questions nor whether they are asked together decides.
        order = list(range(len(pair.old.keys)))
        random.Random(2).shuffle(order)  # noqa: S311
        together = Page(pair.new.keys).match(pair.old.keys)
        shuffled = Page(pair.new.keys).match([pair.old.keys[n] for n in order])
        assert [together[n] for n in order] == shuffled


@pytest.mark.prove
async def test_identity_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["Published pages in two versions, labelled by hand", HEAD]
    sums = {True: Tally(), False: Tally()}
    sparse = {"tuned on": Tally(), "held out": Tally(), "one deployment": Tally()}
    chance = random.Random(3)  # noqa: S311 - the same each time, no secret
    async with reading(tmp_path) as reader:
        for name in pairs():
            pair = await reader.pair(name)
            counts = tally(pair.old.keys, pair.new.keys, pair.same)
            sums[pair.held_out] += counts
            group = "held out" if pair.held_out else "tuned on"
            sparse[group] += few(pair.old.keys, pair.new.keys, pair.same, chance)
            lines.append(counts.line(name + (" (held out)" if pair.held_out else "")))
        lines += [sums[False].line("tuned on"), sums[True].line("held out"), ""]
        lines += ["Changed pages, every element", HEAD]
        kinds = {}
        for change, script in CHANGES.items():
            counts = Tally()
            for page in CHANGED_PAGES:
                plain, changed = await reader.elements(page), await reader.elements(page, script)
                same = truth(plain, changed)
                counts += tally(plain.keys, changed.keys, same)
                if change in DEPLOYMENT:
                    sparse["one deployment"] += few(plain.keys, changed.keys, same, chance)
            kinds[change] = counts
            lines.append(counts.line(change))
    deployed = sum((kinds[change] for change in DEPLOYMENT), Tally())
    lines.append(deployed.line("one deployment, together"))
    lines += ["", "Three elements of ten alone, as recordings have them", HEAD]
    lines += [counts.line(name) for name, counts in sparse.items()]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert sums[False].wrong <= 0.03 * sums[False].total
    # The bar is 3 %, and missed: see decision 0022.
    assert sums[True].wrong <= 0.05 * sums[True].total
    assert all(counts.right >= 0.9 * counts.total for counts in sums.values())
    assert deployed.wrong <= 0.001 * deployed.total
    assert deployed.right >= 0.995 * deployed.total
