"""The collector's HTTP interface as an OpenAPI 3.1 document, made from the code itself.

Shapes come from the structures that are encoded and decoded, statuses and
reasons from `recorder.refusals`; a test compares the paths with the router.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

import msgspec

from recorder import limits
from recorder.answers import Acknowledged, ErrorAnswer, Healthy, SessionAnswer, SessionsAnswer
from recorder.batches import WIRE_VERSION, WireBatch
from recorder.events import EventType
from recorder.refusals import READ_STATUS, STATUS, ReadRefusal, Refusal
from recorder.tag_file import TAG_FILES

__all__ = ["describe"]

_Json = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_ANY_TOKEN: Final = (ReadRefusal.NO_TOKEN, ReadRefusal.BAD_TOKEN, ReadRefusal.SCOPE)
_ANY_READ: Final = (*_ANY_TOKEN, ReadRefusal.RATE, ReadRefusal.UNAVAILABLE)
_OF_A_BATCH: Final = {reason: STATUS.get(reason, 400) for reason in Refusal}


@cache
def describe() -> _Json:
    """The document, as plain data."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heatwright collector",
            "version": str(WIRE_VERSION),
            "description": "Takes what the tag sends; gives sessions to those with a token.",
        },
        "paths": {
            "/v1/batches": _batches(),
            "/v1/sessions": {"get": _sessions()},
            "/v1/sessions/{session}": {"get": _session()},
            "/v1/sessions/{session}/events": {"get": _events()},
            "/s/{session}": {"get": _link()},
            "/healthz": {"get": _health()},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _operation("This document", {"200": _json("It.", {})})},
            **{f"/{name}": {"get": _tag()} for name in TAG_FILES},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas() -> _Json:
    shapes = (WireBatch, Acknowledged, ErrorAnswer, Healthy, SessionsAnswer, SessionAnswer)
    _, schemas = msgspec.json.schema_components(shapes, ref_template=_REF)
    for schema in schemas.values():
        schema["description"] = cleandoc(schema.get("description", ""))
    wire = schemas["WireBatch"]["properties"]
    # Decoded one by one, so that a bad event does not make the batch bad: the decoder sees bytes.
    wire["events"] |= {"items": _ref("Event"), "minItems": 1}
    wire["events"]["maxItems"] = limits.EVENTS_PER_BATCH
    wire["v"]["const"] = WIRE_VERSION
    wire["sequence"] |= {"minimum": 0, "maximum": limits.SEQUENCE_MAX}
    wire["url"]["maxLength"] = limits.URL_CHARS
    for name in ("visitor", "session", "document", "tab"):
        wire[name]["pattern"] = limits.ID_PATTERN
    return schemas | {"Event": _event()}


def _event() -> _Json:
    """By hand: `recorder.events.Event` leaves the body as the bytes that came."""
    return {
        "title": "Event",
        "type": "object",
        "description": "An event of rrweb; what is in `data` depends on `type`.",
        "properties": {
            "type": {"enum": [int(kind) for kind in EventType]},
            "timestamp": {"type": "number", "description": "Epoch milliseconds."},
            "data": {"type": "object"},
        },
        "required": ["type", "timestamp"],
    }


def _batches() -> _Json:
    body = {
        "required": True,
        "description": f"At most {limits.WIRE_BYTES} bytes, {limits.INFLATED_BYTES} once inflated.",
        "content": {
            "application/json": {"schema": _ref("WireBatch")},
            "text/plain": {"schema": _ref("WireBatch")},
            "application/gzip": {
                "schema": {"description": "Gzip of the same; told by its first two bytes."}
            },
        },
    }
    accepted = _json("Durable.", _ref("Acknowledged"))
    post = _operation("Take one batch of one document", {"202": accepted} | _errors(_OF_A_BATCH))
    preflight = {"204": {"description": "The page's origin may send batches."}}
    refused = {Refusal.ORIGIN: STATUS[Refusal.ORIGIN]}
    return {
        "post": post | {"requestBody": body},
        "options": _operation("Preflight", preflight | _errors(refused)),
    }


def _sessions() -> _Json:
    text = {"type": "string"}
    limit = {"type": "integer", "minimum": 1, "maximum": limits.API_PAGE_ROWS, "default": 100}
    parameters = [
        _query("site", text, "Only sessions of this site."),
        _query("limit", limit, "At most this many."),
        _query("cursor", text, "`next` of the answer before."),
    ]
    return _read("Sessions, the latest first", "SessionsAnswer", [ReadRefusal.BAD_QUERY]) | {
        "parameters": parameters
    }


def _session() -> _Json:
    unknown = [ReadRefusal.UNKNOWN_SESSION]
    return _read("One session", "SessionAnswer", unknown) | {"parameters": [_in_path()]}


def _events() -> _Json:
    reasons = [
        *(ReadRefusal.BAD_QUERY, ReadRefusal.UNKNOWN_SESSION),
        *(ReadRefusal.UNKNOWN_DOCUMENT, ReadRefusal.DAMAGED),
    ]
    array = {"type": "array", "items": _ref("Event")}
    said = "Which document; may be left out where the session has only one."
    document = _query("document", {"type": "string"}, said)
    read = _read("rrweb's events of a document, by time", "Event", reasons)
    read["responses"]["200"] = _json("As rrweb-player takes them.", array)
    return read | {"parameters": [_in_path(), document]}


def _link() -> _Json:
    shown = {"200": {"description": "The commands.", "content": {"text/plain": {}}}}
    at = _query("at", {"type": "string"}, "A moment, such as 12.5s.")
    return _operation("How to replay a session", shown) | {"parameters": [_in_path(), at]}


def _health() -> _Json:
    reason = {ReadRefusal.UNAVAILABLE: READ_STATUS[ReadRefusal.UNAVAILABLE]}
    fine = {"200": _json("The store took a write just now.", _ref("Healthy"))}
    return _operation("Whether the store can be written", fine | _errors(reason))


def _metrics() -> _Json:
    reasons = (*_ANY_TOKEN, ReadRefusal.UNAVAILABLE)
    text = {"200": {"description": "Prometheus text.", "content": {"text/plain": {}}}}
    errors = _errors({reason: READ_STATUS[reason] for reason in reasons})
    return _operation("Metrics, for a token of scope admin", text | errors) | _SECURED


def _tag() -> _Json:
    return _operation(
        "A script of the tag",
        {
            "200": {"description": "The script.", "content": {"text/javascript": {}}},
            "304": {"description": "The script that the browser has is this one."},
        },
    )


_SECURED: Final[_Json] = {"security": [{"token": []}]}


def _read(summary: str, shape: str, reasons: Iterable[ReadRefusal]) -> _Json:
    errors = _errors({reason: READ_STATUS[reason] for reason in (*_ANY_READ, *reasons)})
    found = {"200": _json("Found.", _ref(shape))}
    return _operation(f"{summary}, for a token of scope sessions", found | errors) | _SECURED


def _operation(summary: str, responses: _Json) -> _Json:
    wrong = _json("The request cannot be understood, or nothing is there.", _ref("ErrorAnswer"))
    return {"summary": summary, "responses": responses | {"default": wrong}}


def _errors(statuses: Mapping[Any, int]) -> _Json:
    """A response for each status, with the reasons that have it."""
    reasons: dict[int, list[str]] = {}
    for reason, status in statuses.items():
        reasons.setdefault(status, []).append(reason.value)
    return {str(status): _error(status, names) for status, names in sorted(reasons.items())}


def _error(status: int, names: list[str]) -> _Json:
    narrowed = {
        "properties": {"error": {"properties": {"reason": {"enum": names}}}},
    }
    response = _json(HTTPStatus(status).phrase, {"allOf": [_ref("ErrorAnswer"), narrowed]})
    if status in (429, 503):
        seconds = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}
        response["headers"] = {"Retry-After": seconds}
    return response


def _json(description: str, schema: _Json) -> _Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> _Json:
    return {"$ref": _REF.format(name=name)}


def _query(name: str, schema: _Json, description: str) -> _Json:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _in_path() -> _Json:
    schema = {"type": "string", "pattern": limits.ID_PATTERN}
    return {"name": "session", "in": "path", "required": True, "schema": schema}
