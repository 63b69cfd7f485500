"""What expressions mean, said again without SQL: over the facts of a visit."""

from __future__ import annotations

import operator as py
from typing import Any

from recorder.expressions import AllOf, AnyOf, Comparison, Expression, Not
from recorder.expressions.values import read_number, read_span
from recorder.pages import match_page
from tests.recorder.visits import ORIGIN, PRESSED, SELECTORS, Visit

COMPARE: dict[str, Any] = {"=": py.eq, "<": py.lt, "<=": py.le, ">": py.gt, ">=": py.ge}


def fits(expression: Expression, visit: Visit) -> bool:
    """Whether `visit` fits `expression`."""
    match expression:
        case Not(part):
            return not fits(part, visit)
        case AllOf(parts):
            return all(fits(part, visit) for part in parts)
        case AnyOf(parts):
            return any(fits(part, visit) for part in parts)
        case Comparison(field, sign, value):
            if sign == "!=":
                return not _holds(field, "=", value, visit)
            return _holds(field, sign, value, visit)
    raise AssertionError(expression)


def _holds(field: str, sign: str, value: str, visit: Visit) -> bool:
    if field in ("since", "until", "started", "ended"):
        return _in_time(field, sign, value, visit)
    if field in NUMBERS:
        return any(COMPARE[sign](fact, read_number(value)) for fact in NUMBERS[field](visit))
    if sign == "~":
        texts = (
            [str(fact) for fact in TEXTS[field](visit)] if field in TEXTS else _trait(field, visit)
        )
        told = any(value.casefold() in text.casefold() for text in texts)
        return told or (not value and field not in ("visited", "clicked", "raged"))
    if field == "visited":
        return any(match_page(value, url) for url in TEXTS[field](visit))
    if field == "clicked":
        return bool(SELECTORS[value] & set(visit.presses))
    if field == "raged":
        return False
    facts = TEXTS[field](visit) if field in TEXTS else _trait(field, visit)
    if field == "request":
        facts = [*facts, *(f"{method} {url}" for method, url, _ in visit.requests)]
    if not value:
        return not any(facts)
    if field in ("device", "source", "page"):
        return value.casefold() in [fact.casefold() for fact in facts]
    return value in facts


def _in_time(field: str, sign: str, value: str, visit: Visit) -> bool:
    at = visit.start + (visit.length_ms if field == "ended" else 0)
    span = read_span(value)
    sign = {"since": ">=", "until": "<"}.get(field, sign)
    if sign == "=":
        return span.start <= at < span.end
    return {
        "<": at < span.start,
        "<=": at < span.end,
        ">": at >= span.end,
        ">=": at >= span.start,
    }[sign]


def _trait(field: str, visit: Visit) -> list[str]:
    name = field.removeprefix("trait.")
    return [visit.traits[name]] if name in visit.traits else []


TEXTS: dict[str, Any] = {
    "session": lambda visit: [visit.id],
    "site": lambda visit: ["shop"],
    "visitor": lambda visit: [visit.visitor],
    "device": lambda visit: [visit.device_shown],
    "agent": lambda visit: [visit.agent],
    "source": lambda visit: [visit.source],
    "variant": lambda visit: [visit.variant or ""],
    "release": lambda visit: [visit.release or ""],
    "visited": lambda visit: [ORIGIN + url for _, urls in visit.documents for url in urls],
    "page": lambda visit: visit.pages,
    "title": lambda visit: [visit.title],
    "clicked": lambda visit: [PRESSED[name] for name in visit.presses],
    "raged": lambda visit: [],
    "error": lambda visit: visit.errors,
    "request": lambda visit: [f"{method} {url} {status}" for method, url, status in visit.requests],
    "goal": lambda visit: visit.goals,
    "report": lambda visit: visit.reports,
}

NUMBERS: dict[str, Any] = {
    "duration": lambda visit: [visit.length_ms / 1000],
    "width": lambda visit: [width for width, _ in visit.documents],
    "clicks": lambda visit: [len(visit.presses)],
    "errors": lambda visit: [len(visit.errors)],
    "rage": lambda visit: [0],
    "gaps": lambda visit: [visit.missing],
    "status": lambda visit: [status for _, _, status in visit.requests],
}
