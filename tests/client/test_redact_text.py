"""What a masked text looks like, whatever it was."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

MASK = "texts => texts.map(one => text.maskText(one))"

KEPT = set("\u00ad\u200b\u200c\u200d")

anything = st.text(st.characters(codec="utf-8"), max_size=40)
words = st.text(
    "abc XYZ0 9äßЖع\t\n\u00a0\u3000漢かハ한\uff21\uff22\uff0c。😀𠀀e\u0301\u200d\u00ad", max_size=40
)


@settings(max_examples=30)
@given(st.lists(anything | words, min_size=50, max_size=50))
async def test_a_mask_keeps_length_and_white_space_and_nothing_else(
    modules: Page, texts: list[str]
) -> None:
    masked = await modules.evaluate(MASK, texts)

    for text, out in zip(texts, masked, strict=True):
        assert _units(out) == _units(text)
        assert set(out) <= {"*", "\uff0a"} | KEPT | {sign for sign in text if _is_space(sign)}
        places = [_units(text[:at]) for at, sign in enumerate(text) if _stays(sign)]
        assert [_at(out, place) for place in places] == [sign for sign in text if _stays(sign)]
    assert await modules.evaluate(MASK, masked) == masked


async def test_wide_characters_get_a_wide_mask_beside_which_lines_may_break(modules: Page) -> None:
    texts = ["東京タワー", "한국어", "\uff21\uff22", "abc東c", "𠀀", "😀", "Thai ไทย"]

    assert await modules.evaluate(MASK, texts) == [
        "\uff0a" * 5,
        "\uff0a" * 3,
        "\uff0a" * 2,
        "***\uff0a*",
        "**",
        "**",
        "**** ***",
    ]


async def test_masked_chinese_wraps_into_as_many_lines_as_before(page: Page) -> None:
    lines = await page.evaluate(
        """() => {
          document.body.innerHTML = "<p style='width: 10em; margin: 0; line-height: 20px'></p>";
          const height = (text) => {
            document.querySelector("p").textContent = text;
            return document.querySelector("p").offsetHeight;
          };
          return [height("漢".repeat(35)), height("\uff0a".repeat(35))];
        }"""
    )

    assert lines[0] == lines[1] > 20


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _at(text: str, unit: int) -> str:
    return text.encode("utf-16-le")[2 * unit : 2 * unit + 2].decode("utf-16-le")


def _is_space(sign: str) -> bool:
    """What JavaScript's `\\s` takes for white space."""
    return sign in "\t\n\v\f\r\u2028\u2029\ufeff" or unicodedata.category(sign) == "Zs"


def _stays(sign: str) -> bool:
    return sign in KEPT or _is_space(sign)
