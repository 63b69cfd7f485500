"""Times and lengths of time as options have them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from recorder.errors import WrongUse

__all__ = ["parse_length", "parse_since"]

_LENGTH = re.compile(r"(\d{1,5})([dhw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def parse_length(text: str) -> timedelta:
    """`28d`, `12h` or `4w`. Raises WrongUse for anything else."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise WrongUse(f"{text[:40]!r} is no length of time.", "Use 28d, 12h or 4w.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_since(text: str, now: datetime) -> datetime:
    """`28d`, `12h`, `4w` before `now`, or a date or time in ISO form, UTC unless it says else.

    Raises WrongUse for anything else.
    """
    try:
        if _LENGTH.fullmatch(text):
            return now - parse_length(text)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise WrongUse(
            f"{text!r} is no time.", "Use 28d, 12h, 4w, or a date such as 2026-11-01."
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
