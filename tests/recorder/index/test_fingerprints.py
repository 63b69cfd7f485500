from __future__ import annotations

import pytest

from recorder.index.fingerprints import FINGERPRINT_DIGITS, fingerprint, level

FRAME = "at buy (https://shop.example/assets/app.3f2a9c11.js:1:2044)"


@pytest.mark.parametrize(
    ("message", "levelled"),
    [
        ("Cannot read properties of undefined (reading 'price')", "reading TEXT"),
        ("Loading chunk 47 failed. (error: https://cdn.example/47.js)", "chunk N failed"),
        ("order 9f1c2d3e-0000-4abc-9def-0123456789ab is gone", "order ID is gone"),
        ("user-17 has 1,024.5 points", "N has N points"),
        ("img https://a.example/x.png?v=2 did not load", "img URL did not load"),
        ("no  numbers\nhere", "no numbers here"),
        ("deadbeef decade facade", "deadbeef decade facade"),
    ],
)
def test_what_differs_from_time_to_time_is_levelled(message: str, levelled: str) -> None:
    assert levelled in level(message)


@pytest.mark.parametrize(
    "frame",
    [
        "at buy (https://shop.example/assets/app.77aa00bb.js:9:3)",
        "at buy (https://www.shop.example/assets/app.3f2a9c11.js:1:2045)",
        "at buy (http://localhost:8000/assets/app.js?v=3:1:1)",
        "at buy (https://shop.example/assets/app-B4xYz_12.js:1:1)",
    ],
)
def test_an_error_is_the_same_in_another_build(frame: str) -> None:
    name = fingerprint("error", "x of 3 is 'a'", FRAME)
    assert fingerprint("error", "x of 4 is 'b'", frame) == name
    assert len(name) == FINGERPRINT_DIGITS


def test_errors_of_another_kind_message_or_function_are_others() -> None:
    names = [
        fingerprint("error", "x is undefined", FRAME),
        fingerprint("console", "x is undefined", FRAME),
        fingerprint("error", "y is undefined", FRAME),
        fingerprint("error", "x is undefined", FRAME.replace("buy", "pay")),
        fingerprint("error", "x is undefined", FRAME.replace("app", "vendor")),
        fingerprint("error", "x is undefined", ""),
    ]
    assert len(set(names)) == len(names)
