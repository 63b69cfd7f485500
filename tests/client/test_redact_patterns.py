"""What is masked by its form: found wherever it stands, and nothing ordinary taken for it."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.async_api import Page

from recorder.masking.patterns import mask_patterns

MASK = "texts => texts.map(text => patterns.maskPatterns(text))"

MAILS = [
    "jane@example.com",
    "jane.doe+news@mail.example.co.uk",
    "j_d-1%x@xn--bcher-kva.example",
    "müller@bücher.example",
    "JANE@EXAMPLE.MUSEUM",
    "jane%40example.com",
]
CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "378282246310005",
    "3782 822463 10005",
    "3056 930902 5904",
    "6011000990139424",
    "4222222222222",
    "6304 0000 0000 0000 000",
]
IBANS = [
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "de89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    "AT61\u00a01904\u00a03002\u00a03457\u00a03201",
]
PHONES = [
    "+49 30 1234567",
    "+49 (0)171 234 56 78",
    "+1 (555) 123-4567",
    "+442079460958",
    "0049 30 1234567",
    "030 1234 5678",
    "0171/2345678",
    "(030) 123 456 78",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "02 123 45 67",
    "(555) 123-4567",
    "555-123-4567",
    "555.123.4567",
]
PERSONAL = [*MAILS, *CARDS, *IBANS, *PHONES]

ORDINARY = [
    *["2026-11-25", "25.11.2026", "01.02.2026-03.04.2026", "01/12/26", "2026-11-25T10:30:00.000Z"],
    *["2026-11-25 10:30 - 2026-11-26 11:45", "01.02.26 bis 03.04.26", "09:00-17:00"],
    *["$1,234,567.89", "1.234.567,89 €", "EUR 1 234 567,00", "0.1234567890", "3.141592653589793"],
    *["v18.2.0", "0.12.34.56-beta.7", "react@18.2.0", "bootstrap@5.3.0/dist", "10.0.19045.3693"],
    *["SKU 12345-6789", "ID 123456789", "order 1234567890", "#000123456", "1700000000000"],
    *["192.168.100.254", "2001:db8::8a2e:370:7334", "ISBN 978-3-16-148410-0", "1st of 12,000"],
    *["3f2504e0-4f89-41d3-9a0c-0305e82c3301", "d41d8cd98f00b204e9800998ecf8427e"],
    *["4111 1111 1111 1112", "GB28 NWBK 6016 1331 9268 19", "10% of 20 30 40 50 60 70 80 90"],
    *["logo@2x.png", "icon@1.5x.webp", "@media (min-width: 600px)", "follow @jane, please", "a@b"],
    "M10 20 30 40C50.5 60 70 80 90 100L1000 2000 3000 4000z",
    "0 0 1024 1024",
    "matrix(1 0 0 1 100 200)",
    "translate3d(100px, 200px, 0) scale(1.0000001)",
    ".a { margin: 0 10px 20px 30px; color: #01234567 } /* 100% */",
    "rgba(0, 123, 255, .5) 0 0 0 0.2rem",
    "/assets/app.4f8a9b2c1d3e.js",
    "Lorem ipsum dolor sit amet",
    "",
]


async def test_personal_data_is_masked_at_its_length(modules: Page) -> None:
    masked = await modules.evaluate(MASK, PERSONAL)

    left = [given for given, out in zip(PERSONAL, masked, strict=True) if _shown(out)]
    assert left == []
    assert [len(out) for out in masked] == [len(given) for given in PERSONAL]


async def test_ordinary_texts_are_left_alone(modules: Page) -> None:
    assert await modules.evaluate(MASK, ORDINARY) == ORDINARY


async def test_a_number_that_ends_within_a_phone_leaves_none_of_it(modules: Page) -> None:
    """Cause: the first fifteen digits have a card's check digit, and the rest was no phone's."""
    text = "2026 1234 1234 555-123-4567, "
    [masked] = await modules.evaluate(MASK, [text])
    assert masked == "**** **** **** ************, "
    assert mask_patterns(text) == masked


# Whatever may stand beside personal data in a sentence: words, signs and short numbers.
beside = st.lists(
    st.sampled_from(["call", "me", "(or)", "12", "no. 7", "2026", "—", "Größe", "電話", "1234"]),
    max_size=4,
).map(" ".join)


@settings(max_examples=25)
@given(st.lists(st.tuples(beside, st.sampled_from(PERSONAL), beside), min_size=60, max_size=60))
async def test_personal_data_is_found_anywhere_in_a_sentence(
    modules: Page, sentences: list[tuple[str, str, str]]
) -> None:
    texts = [f"{before} {found}, {after}" for before, found, after in sentences]

    masked = await modules.evaluate(MASK, texts)

    left = [
        text
        for text, out, (before, found, _) in zip(texts, masked, sentences, strict=True)
        if _shown(out[len(before) + 1 : len(before) + 1 + len(found)])
    ]
    assert left == []
    assert await modules.evaluate(MASK, masked) == masked


@settings(max_examples=10)
@given(st.integers(0, 2**32))
async def test_every_card_number_with_a_right_check_digit_is_masked(
    modules: Page, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311
    cards = [_card(draw) for _ in range(200)]

    masked = await modules.evaluate(MASK, cards)

    assert masked == ["*" * len(card) for card in cards]


@settings(max_examples=10)
@given(st.integers(0, 2**32))
async def test_every_iban_with_right_check_digits_is_masked(modules: Page, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    ibans = [_iban(draw) for _ in range(200)]

    masked = await modules.evaluate(MASK, [*ibans, *map(_grouped, ibans)])

    assert not any(map(_shown, masked))


@pytest.mark.parametrize("sign", ["a", "7", "a@", "1 ", "(", "AB12 "])
async def test_a_long_text_of_what_almost_fits_ends_in_reasonable_steps(
    modules: Page, sign: str
) -> None:
    text = sign * (200_000 // len(sign))

    assert len(await modules.evaluate("text => patterns.maskPatterns(text)", text)) == len(text)


def _shown(text: str) -> bool:
    return any(sign.isalnum() or sign == "@" for sign in text)


def _card(draw: random.Random) -> str:
    digits = draw.choice("234568") + "".join(draw.choices(string.digits, k=draw.randint(11, 17)))
    doubled = [
        sum(divmod(int(digit) * 2, 10)) if at % 2 == 0 else int(digit)
        for at, digit in enumerate(reversed(digits))
    ]
    return digits + str(-sum(doubled) % 10)


def _iban(draw: random.Random) -> str:
    country = "".join(draw.choices(string.ascii_uppercase, k=2))
    # Real ones have at least eight digits in a row of digits and letters.
    account = "".join(draw.choices(string.digits, k=8)) + "".join(
        draw.choices(string.digits + string.ascii_uppercase, k=draw.randint(3, 22))
    )
    number = int("".join(str(int(sign, 36)) for sign in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02}{account}"


def _grouped(iban: str) -> str:
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))
