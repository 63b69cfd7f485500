"""A column of JSON texts of one kind, in a third of their bytes.

The layout environment of each document is such a text: a third of all that the
tables say of a document, and but for a few numbers and the title the same for all.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import sqlalchemy as sa
import zstandard

__all__ = ["PackedJson"]

_VERSION: Final = 1
_LEVEL: Final = 19

# What an environment of ours looks like: words of the format, nobody's in particular. A text
# packed against it needs these very bytes: another version gets a number of its own.
_KNOWN: Final = (
    b'"inner":[1440,900],"client":[1440,900],"screen":[1440,900],"inner":[390,844],'
    b'"visualScale":1,"pixelRatio":3,"hover":false,"pointer":"coarse","colorScheme":"dark",'
    b'"language":"de-DE","language":"en-GB","contrast":"no-preference","compatMode":"BackCompat"'
    b',"pixelRatio":2,"hover":true,"pointer":"fine","colorScheme":"light",'
    b'"reducedMotion":false,"forcedColors":false,"language":"en-US","rootFontSize":16,'
    b'"compatMode":"CSS1Compat"}{"title":"'
)
_DICTIONARY: Final = zstandard.ZstdCompressionDict(_KNOWN, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


class PackedJson(sa.types.TypeDecorator[dict[str, Any]]):
    """JSON objects, given and taken as such; a byte for the version, then a zstd frame."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: object) -> bytes | None:
        """The bytes that are stored."""
        if value is None:
            return None
        text = msgspec.json.encode(value)
        # A compressor is not thread-safe and costs microseconds: a fresh one each time.
        packed = zstandard.ZstdCompressor(level=_LEVEL, dict_data=_DICTIONARY).compress(text)
        return bytes([_VERSION]) + packed

    def process_result_value(self, value: bytes | None, dialect: object) -> dict[str, Any] | None:
        """The object in stored bytes; an empty one for none."""
        if value is None:
            return None
        if not value:
            return {}
        if value[0] != _VERSION:
            raise ValueError(f"packed JSON of version {value[0]} is not understood")
        inflated = zstandard.ZstdDecompressor(dict_data=_DICTIONARY).decompress(value[1:])
        found: dict[str, Any] = msgspec.json.decode(inflated)
        return found
