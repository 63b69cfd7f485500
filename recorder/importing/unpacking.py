"""Events that were packed one by one: rrweb's packer, PostHog's compressed fields.

Both keep zlib or gzip in a JSON string, one character for each byte. What they
hold is bounded like everything that comes from outside.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

import msgspec

from recorder import limits

__all__ = ["BrokenPacking", "has_packed_fields", "unpack_event", "unpack_fields"]

_ANY_WRAPPING: Final = 32 + zlib.MAX_WBITS  # zlib or gzip, as its first bytes say

_FULL_SNAPSHOT, _INCREMENTAL = 2, 3
_PACKED_FIELDS: Final = {
    0: ("adds", "removes", "texts", "attributes"),  # mutations
    8: ("adds", "removes"),  # rules of style sheets
}
"""Fields that PostHog packs, by the incremental event's source."""


class BrokenPacking(ValueError):
    """A packed string that cannot be unpacked, or holds more than an event may."""


def unpack_event(packed: str) -> bytes:
    """The JSON of an event from @rrweb/packer, or of one that is a string of JSON.

    Raises BrokenPacking.
    """
    if packed[:1] == "{":
        return packed.encode()
    return _inflate(packed)


def has_packed_fields(event: dict[str, Any]) -> bool:
    """Whether posthog-js has compressed parts of `event`: it marks those by `cv`."""
    return isinstance(event.get("cv"), str)


def unpack_fields(event: dict[str, Any]) -> dict[str, Any]:
    """`event` with its packed parts unpacked, as rrweb recorded it. Raises BrokenPacking."""
    plain = {name: value for name, value in event.items() if name != "cv"}
    data = plain.get("data")
    if plain.get("type") == _FULL_SNAPSHOT:
        plain["data"] = _value(data)
    elif plain.get("type") == _INCREMENTAL and isinstance(data, dict):
        names = _PACKED_FIELDS.get(data.get("source", -1), ())
        plain["data"] = data | {name: _value(data[name]) for name in names if name in data}
    return plain


def _value(packed: Any) -> Any:
    if not isinstance(packed, str):
        return packed
    try:
        return msgspec.json.decode(_inflate(packed))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenPacking(str(error)) from error


def _inflate(packed: str) -> bytes:
    inflater = zlib.decompressobj(_ANY_WRAPPING)
    try:
        body = inflater.decompress(packed.encode("latin-1"), limits.INFLATED_BYTES + 1)
    except (UnicodeEncodeError, zlib.error) as error:
        raise BrokenPacking(str(error)) from error
    if len(body) > limits.INFLATED_BYTES or not inflater.eof:
        raise BrokenPacking("it ends early, or holds more than an event may")
    return body
