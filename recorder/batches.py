"""The wire batch: bytes from outside become a `Batch`, or a refusal with a name.

A batch is one piece of one document's event stream (wire format version 1).
The envelope is judged as a whole; events one by one: a bad event is left out
and counted under its reason, the others are kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import msgspec

from recorder import limits
from recorder.events import Event
from recorder.json_guard import mend_surrogates
from recorder.judging import Judging, Quarantined, in_clock_window, is_page_url
from recorder.masking import Policy, mask_decoded, mask_description, mask_page
from recorder.refusals import BatchConflict, EventRefusal, Refusal, RefusedBatch

__all__ = [
    "Batch",
    "BatchConflict",
    "EventRefusal",
    "Quarantined",
    "Refusal",
    "RefusedBatch",
    "WireBatch",
    "decode_batch",
    "judge_label",
    "judge_traits",
]

WIRE_VERSION = 1

_ID = re.compile(limits.ID_PATTERN)


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A checked batch. Times are epoch ms by the visitor's clock, but for `received_at`.

    `events` are sound and within limits; `quarantine` tells of those left out,
    one entry a reason. `url` is the document's URL when the batch was sealed.
    `user_agent` comes from the request, not from the wire. `received_at` is
    ours; None for a batch that came over no wire. `size` is the bytes of the
    body, which the events keep in memory. `masked_by_wall` counts what was
    not masked as the site's policy wants it; with our own tag it is 0.
    """

    key: str
    visitor: str
    session: str
    document: str
    tab: str
    sequence: int
    url: str
    started_at: int
    sent_at: int
    traits: dict[str, str] = {}
    variant: str | None = None
    release: str | None = None
    device: str | None = None
    events: list[Event] = []
    quarantine: list[Quarantined] = []
    user_agent: str = ""
    received_at: int | None = None
    size: int = 0
    masked_by_wall: int = 0

    @property
    def refused(self) -> dict[str, int]:
        """How many events were left out, by reason."""
        return {str(one.reason): one.events for one in self.quarantine}


class WireBatch(msgspec.Struct):
    """A batch as it is sent: `Batch` says what the fields mean.

    `v` is the wire format's version. Traits may be any plain value; they become text.
    """

    v: int
    key: str
    visitor: str
    session: str
    document: str
    tab: str
    sequence: int
    url: str
    started_at: float
    sent_at: float
    events: list[msgspec.Raw]
    traits: dict[str, str | int | float | bool | None] = {}
    variant: str | None = None
    release: str | None = None
    device: str | None = None


_WIRE = msgspec.json.Decoder(WireBatch)


def decode_batch(
    body: bytes, now_ms: int | None = None, policy_of: Callable[[str], Policy] | None = None
) -> Batch:
    """The batch in `body` (JSON, already inflated), judged by the clock `now_ms`.

    `policy_of` gives the policy of a write key, by which the batch is masked;
    None leaves it as it is. Raises RefusedBatch, and nothing else, for every
    `body` that is no batch.
    """
    now = int(time.time() * 1000) if now_ms is None else now_ms
    if len(body) > limits.INFLATED_BYTES:
        raise RefusedBatch(
            Refusal.TOO_LARGE, f"A batch holds at most {limits.INFLATED_BYTES} bytes."
        )
    wire = _decode_envelope(mend_surrogates(body))
    _judge_envelope(wire, now)
    judging = Judging(wire.events, now)
    batch = Batch(
        key=wire.key,
        visitor=wire.visitor,
        session=wire.session,
        document=wire.document,
        tab=wire.tab,
        sequence=wire.sequence,
        url=wire.url,
        started_at=int(wire.started_at),
        sent_at=int(wire.sent_at),
        traits=judge_traits(wire.traits),
        variant=judge_label(wire.variant, "variant"),
        release=judge_label(wire.release, "release"),
        device=judge_label(wire.device, "device"),
        received_at=now,
        size=len(body),
    )
    if policy_of:
        batch = _masked(batch, judging, policy_of(batch.key))
    else:
        batch = msgspec.structs.replace(batch, events=[event for event, _ in judging])
    return msgspec.structs.replace(batch, quarantine=judging.quarantine)


def _masked(batch: Batch, judging: Judging, policy: Policy) -> Batch:
    """`batch` with its events, all of it as `policy` allows."""
    url = mask_page(batch.url, policy)
    said = {name: getattr(batch, name) for name in ("traits", "variant", "release", "device")}
    described = mask_description(said, policy)
    masked = mask_decoded(judging, judging.events, policy, url)
    others = (url != batch.url) + sum(described[name] != said[name] for name in said)
    return msgspec.structs.replace(
        batch, url=url, events=masked.events, masked_by_wall=masked.count + others, **described
    )


def _decode_envelope(body: bytes) -> WireBatch:
    try:
        return _WIRE.decode(body)
    except RecursionError:
        raise RefusedBatch(Refusal.NESTING, "The batch is nested too deeply.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RefusedBatch(Refusal.MALFORMED, f"This is not a batch: {error}.") from None


def _judge_envelope(wire: WireBatch, now: int) -> None:
    """Raises RefusedBatch for the first thing in the envelope that is not right."""
    if wire.v != WIRE_VERSION:
        raise RefusedBatch(Refusal.VERSION, f"Only wire version {WIRE_VERSION} is understood.")
    for name in ("visitor", "session", "document", "tab"):
        if not _ID.fullmatch(getattr(wire, name)):
            raise RefusedBatch(Refusal.BAD_ID, f"{name} does not fit {limits.ID_PATTERN}.")
    if not 0 <= wire.sequence <= limits.SEQUENCE_MAX:
        raise RefusedBatch(
            Refusal.BAD_SEQUENCE, f"sequence must be from 0 to {limits.SEQUENCE_MAX}."
        )
    if not is_page_url(wire.url):
        raise RefusedBatch(
            Refusal.BAD_URL, f"url must be an http(s) URL of at most {limits.URL_CHARS} characters."
        )
    if "\x00" in wire.url or "\x00" in wire.key:
        raise RefusedBatch(Refusal.BAD_TEXT, "Text must not hold NUL characters.")
    if not wire.events:
        raise RefusedBatch(Refusal.NO_EVENTS, "The batch has no events.")
    if len(wire.events) > limits.EVENTS_PER_BATCH:
        raise RefusedBatch(
            Refusal.TOO_MANY_EVENTS, f"A batch holds at most {limits.EVENTS_PER_BATCH} events."
        )
    for name in ("started_at", "sent_at"):
        if not in_clock_window(getattr(wire, name), now):
            raise RefusedBatch(
                Refusal.CLOCK, f"{name} is too far from the server's clock (epoch milliseconds)."
            )


def judge_traits(traits: dict[str, str | int | float | bool | None]) -> dict[str, str]:
    """Traits as text: `true` and `false` in small letters, numbers as JSON, null left out."""
    if len(traits) > limits.TRAITS:
        raise RefusedBatch(Refusal.BAD_TRAITS, f"A session has at most {limits.TRAITS} traits.")
    texts: dict[str, str] = {}
    for name, value in traits.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if not 0 < len(name) <= limits.TRAIT_NAME_CHARS or len(text) > limits.TRAIT_VALUE_CHARS:
            raise RefusedBatch(
                Refusal.BAD_TRAITS,
                f"A trait has a name of 1 to {limits.TRAIT_NAME_CHARS} characters "
                f"and a value of at most {limits.TRAIT_VALUE_CHARS}.",
            )
        if "\x00" in name or "\x00" in text:
            raise RefusedBatch(Refusal.BAD_TEXT, "Text must not hold NUL characters.")
        texts[name] = text
    return texts


def judge_label(label: str | None, name: str) -> str | None:
    """`label`, None if it is empty. Raises RefusedBatch when it is too long or holds NUL."""
    if label and (len(label) > limits.LABEL_CHARS or "\x00" in label):
        raise RefusedBatch(
            Refusal.BAD_TEXT,
            f"{name} has at most {limits.LABEL_CHARS} characters, none of them NUL.",
        )
    return label or None
