"""Which bodies are assets: by declared type, and by what the bytes are."""

from __future__ import annotations

from typing import Final

__all__ = ["judge_media"]

_ALLOWED_PREFIXES: Final = ("image/", "font/", "application/font-", "application/x-font-")
_ALLOWED: Final = frozenset({"text/css", "application/vnd.ms-fontobject"})
_VAGUE: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
"""Types that servers give when they know none; then the bytes decide."""

_MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
    (b"OTTO", "font/otf"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"true", "font/ttf"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"<svg", "image/svg+xml"),
)
_HTML: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
_SNIFFED = 512  # bytes that are looked at


def judge_media(declared: str, body: bytes) -> str | None:
    """The media type to keep `body` under; None if it is no picture, font or style sheet.

    A page that answers every address with its HTML front page is common:
    HTML is refused under whatever type it comes.
    """
    media_type = declared.partition(";")[0].strip().lower()
    head = body[:_SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.lower().startswith(_HTML):
        return None
    if media_type in _ALLOWED or media_type.startswith(_ALLOWED_PREFIXES):
        return media_type
    if media_type not in _VAGUE:
        return None
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
