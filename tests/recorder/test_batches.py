from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import limits
from recorder.batches import Refusal, RefusedBatch, decode_batch
from recorder.json_guard import mend_surrogates, nesting_depth
from tests.recorder.making import NOW, body, meta, move

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
FIELDS = sorted(json.loads(body("k")))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"v": 2}, Refusal.VERSION),
        ({"session": "../../x"}, Refusal.BAD_ID),
        ({"document": "x" * 71}, Refusal.BAD_ID),
        ({"visitor": "naïve"}, Refusal.BAD_ID),
        ({"tab": "a\n"}, Refusal.BAD_ID),
        ({"tab": ""}, Refusal.BAD_ID),
        ({"sequence": -1}, Refusal.BAD_SEQUENCE),
        ({"sequence": 2**63}, Refusal.BAD_SEQUENCE),
        ({"url": "javascript:alert(1)"}, Refusal.BAD_URL),
        ({"url": "file:///home/me/page.html"}, Refusal.BAD_URL),
        ({"url": "https://x/" + "a" * limits.URL_CHARS}, Refusal.BAD_URL),
        ({"url": "https://x/\x00"}, Refusal.BAD_TEXT),
        ({"started_at": 0}, Refusal.CLOCK),
        ({"sent_at": NOW + limits.CLOCK_AHEAD_MS + 1}, Refusal.CLOCK),
        ({"sent_at": NOW // 1000}, Refusal.CLOCK),
        ({"events": []}, Refusal.NO_EVENTS),
        ({"events": [meta()] * (limits.EVENTS_PER_BATCH + 1)}, Refusal.TOO_MANY_EVENTS),
        ({"traits": {str(n): "x" for n in range(limits.TRAITS + 1)}}, Refusal.BAD_TRAITS),
        ({"traits": {"": "x"}}, Refusal.BAD_TRAITS),
        ({"traits": {"plan": "x" * 257}}, Refusal.BAD_TRAITS),
        ({"traits": {"plan": ["x"]}}, Refusal.MALFORMED),
        ({"traits": {"plan": "a\x00"}}, Refusal.BAD_TEXT),
        ({"variant": "x" * 201}, Refusal.BAD_TEXT),
        ({"key": None}, Refusal.MALFORMED),
    ],
)
def test_a_bad_envelope_has_a_name(changes: dict[str, Any], reason: Refusal) -> None:
    with pytest.raises(RefusedBatch) as caught:
        decode_batch(body("k", **changes), NOW)
    assert caught.value.reason is reason
    assert 400 <= caught.value.status < 500


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", Refusal.MALFORMED),
        (b"null", Refusal.MALFORMED),
        (b"[" * 100_000, Refusal.NESTING),
        (b"[" * 100_000 + b"]" * 100_000, Refusal.MALFORMED),
        (b'{"v":NaN}', Refusal.MALFORMED),
        (b'{"v":1e999}', Refusal.MALFORMED),
        (b'{"v":' + b"9" * 5_000 + b"}", Refusal.MALFORMED),
        (b"\xef\xbb\xbf" + body("k"), Refusal.MALFORMED),
        (b'{"v":1,"key":"\xff"}', Refusal.MALFORMED),
    ],
)
def test_rubbish_has_a_name(text: bytes, reason: Refusal) -> None:
    with pytest.raises(RefusedBatch) as caught:
        decode_batch(text, NOW)
    assert caught.value.reason in (reason, Refusal.MALFORMED, Refusal.NESTING)
    assert 400 <= caught.value.status < 500


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (b'{"type":99,"timestamp":%d,"data":{}}', "unknown_event_type"),
        (b'{"type":"4","timestamp":%d,"data":{}}', "malformed_event"),
        (b'{"type":4,"timestamp":%d,"data":{}}', "bad_event_data"),
        (b'{"type":3,"timestamp":%d,"data":[]}', "bad_event_data"),
        (b'{"type":3,"timestamp":%d,"data":{"x":1e999}}', "bad_event_data"),
        (b'{"type":3,"timestamp":%d,"data":{"x":"\xff"}}', "bad_event_data"),
        (b'{"type":3,"timestamp":%d,"data":{"x":' + b"9" * 5000 + b"}}", "bad_event_data"),
        (
            b'{"type":3,"timestamp":%d,"data":{"x":' + b"[" * 800 + b"]" * 800 + b"}}",
            "event_too_deep",
        ),
    ],
)
def test_one_bad_event_is_counted_and_the_others_are_kept(event: bytes, reason: str) -> None:
    bad = event % NOW
    good = json.dumps([move(n) for n in range(999)]).encode()
    text = body("k").replace(json.dumps([meta(), move(1)]).encode(), good[:-1] + b"," + bad + b"]")
    batch = decode_batch(text, NOW)
    assert len(batch.events) == 999
    assert batch.refused == {reason: 1}


@pytest.mark.parametrize(
    "at",
    [-NOW, -NOW - 5, limits.CLOCK_AHEAD_MS + 1, 10**15],
    # Not the numbers: processes that run tests side by side have to agree on their names.
    ids=["zero", "before zero", "ahead", "far ahead"],
)
def test_an_event_far_from_the_clock_is_counted(at: int) -> None:
    batch = decode_batch(body("k", [meta(), move(at)]), NOW)
    assert batch.refused == {"event_clock": 1}


def test_lone_surrogates_become_what_a_browser_paints() -> None:
    text = body("k", [meta(href="https://x/?a")]).replace(
        b"?a", rb"?\ud83d\ude00 \ud800 \\ud800 \udc00"
    )
    event = decode_batch(text, NOW).events[0]
    data = json.loads(bytes(event.data))
    assert data["href"] == "https://x/?\U0001f600 \ufffd \\ud800 \ufffd"


def test_traits_become_text() -> None:
    traits = {"plan": "paying", "new": True, "visits": 3, "ratio": 0.5, "none": None}
    assert decode_batch(body("k", traits=traits), NOW).traits == {
        "plan": "paying",
        "new": "true",
        "visits": "3",
        "ratio": "0.5",
    }


@given(st.binary(max_size=300))
def test_any_bytes_are_a_batch_or_a_refusal(text: bytes) -> None:
    with pytest.raises(RefusedBatch) as caught:
        decode_batch(text, NOW)
    assert 400 <= caught.value.status < 500


@given(st.sampled_from(FIELDS), json_values)
def test_any_value_in_any_field_is_a_batch_or_a_refusal(field: str, value: Any) -> None:
    try:
        decode_batch(body("k", **{field: value}), NOW)
    except RefusedBatch as refusal:
        assert 400 <= refusal.status < 500  # noqa: PT017 - both ways are right


@given(json_values)
def test_depth_of_any_json(value: Any) -> None:
    def depth(item: Any) -> int:
        if isinstance(item, list | dict):
            inner = item.values() if isinstance(item, dict) else item
            return 1 + max(map(depth, inner), default=0)
        return 0

    assert nesting_depth(json.dumps(value).encode()) == depth(value)


@given(st.text(max_size=30), st.lists(st.integers(0xD800, 0xDFFF), max_size=4))
def test_mended_text_can_always_be_encoded(text: str, units: list[int]) -> None:
    raw = text + "".join(map(chr, units)) + text
    mended = json.loads(mend_surrogates(json.dumps(raw).encode()))
    mended.encode()
    utf16 = raw.encode("utf-16-le", "surrogatepass")
    assert len(mended.encode("utf-16-le")) == len(utf16)
    if not units:
        assert mended == text + text
