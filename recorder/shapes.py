"""Decoded JSON that may be of any shape, for anyone can send it: what it should be, or empty."""

from __future__ import annotations

from typing import Any

__all__ = ["as_dict", "as_dicts", "as_text"]


def as_dict(value: Any) -> dict[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_dicts(value: Any) -> list[dict[str, Any]]:
    """The objects in `value` if it is an array, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """`value` if it is text, else none; NUL, which PostgreSQL refuses, replaced."""
    return value.replace("\x00", "\ufffd") if isinstance(value, str) else ""
