"""Anchors: every pointer sample of a document in terms of content.

The stage follows the recording event by event in its recorded environment
and says, for each sample, which element it was on and where in it. That is
derived data: kept in the store under the hash of the events it came from,
and made again whenever they or the algorithm change.
"""

from __future__ import annotations

import hashlib

import msgspec

from heatmap.common_text import hash_texts, texts_of
from heatmap.pulse import Pulse, take_pulse
from heatmap.statuses import PRESSES, Kind
from recorder.errors import BrokenRecording
from recorder.events import encode_events
from recorder.store import DocumentRow, SessionRow
from replay import Theatre
from replay.environment import recorded_device
from replay.moments import cut

__all__ = ["ALGORITHM", "Anchor", "DocumentAnchors", "ElementKeys", "TextPlace", "document_anchors"]

ALGORITHM = 15
"""Raised whenever anchors of the same events would come out differently."""


class ElementKeys(msgspec.Struct, frozen=True):
    """Identities of one element, strongest first: (kind, key, unique in its document).

    `name` is the strongest unique key, `label` what a person would call it, `traits` what else
    is said of it and around it (`replay/stage/traits.ts`). Elements of one recording with the
    same `node` (rrweb's id; -1: not known) are states of one element.
    """

    keys: list[tuple[str, str, bool]]
    name: str
    label: str
    tag: str
    traits: list[str] = []
    node: int = -1


class TextPlace(msgspec.Struct, frozen=True):
    """A grapheme: of the `index`-th text node of `element`, at UTF-16 `start`.

    `hash` tells what the node said, `units` how long it was; `fx`, `fy` are
    fractions of the grapheme's rect.
    """

    element: int
    index: int
    hash: str
    units: int
    start: int
    length: int
    fx: float
    fy: float


class Anchor(msgspec.Struct, frozen=True):
    """One pointer sample. `time` is epoch ms; `x`, `y` were page CSS px when recorded.

    `time` is when the pointer went down or came to rest; `weight` is 1, or the seconds it
    rested. `element` numbers `DocumentAnchors.elements` (-1: the recording names none), and so
    does `control`, the link, button or field that the element is part of (else itself);
    `u`, `v` are fractions of its border box, in its own coordinates if it is
    transformed; `size` is that box's width and height, CSS px. `drift` is the largest
    difference between the box the tag measured and the stage's, CSS px (-1: not known).
    `unstable` says that the stage did not have the element where the pointer was.
    """

    kind: Kind
    time: float
    weight: float
    x: float
    y: float
    element: int
    control: int
    u: float
    v: float
    size: tuple[float, float]
    drift: float
    masked: bool
    unstable: bool
    text: TextPlace | None


class DocumentAnchors(msgspec.Struct, frozen=True):
    """All anchors of one document, in the order they happened.

    `refused` counts samples that make no sense (not numbers, of no known kind) by kind.
    `exposures` are (element, from, to), epoch ms: while at least half of the element, or half
    the viewport full of it, was in view without a break (`replay/stage/exposure.ts`).
    `pulse` has an answer for each anchor of a click or tap, in their order. `texts` are hashes of
    all that the document ever said (`heatmap/common_text.py`).
    """

    anchors: list[Anchor]
    elements: list[ElementKeys]
    refused: dict[str, int]
    exposures: list[tuple[int, float, float]]
    pulse: Pulse = Pulse()
    texts: bytes = b""

    @property
    def presses(self) -> list[Anchor]:
        """Anchors of clicks and taps."""
        return [one for one in self.anchors if one.kind in PRESSES]


_DECODER = msgspec.json.Decoder(DocumentAnchors)


async def document_anchors(
    theatre: Theatre, session: SessionRow, document: DocumentRow
) -> DocumentAnchors:
    """The anchors of `document`, from the store if they are there.

    Raises BrokenRecording if the document cannot be rebuilt.
    """
    store = theatre.store
    events = store.events(document.id)
    device = recorded_device(session, document)
    inputs = hashlib.sha256(encode_events(events) + repr(device).encode()).hexdigest()
    known = store.derived("anchors", document.id, ALGORITHM, inputs)
    if known is not None:
        return _DECODER.decode(known)
    # From the first snapshot to the end: `cut` would begin at the last one.
    moment = cut(store, session, document, events, 0, until=len(events))
    async with theatre.stage(device) as stage:
        await stage.build(moment, apply=False)
        await stage.settle("recorded")
        body = msgspec.json.encode(await stage.anchors())
    try:
        anchors = _DECODER.decode(body)
    except msgspec.ValidationError as error:
        raise BrokenRecording(f"Document {document.id} has anchors of no use: {error}.") from error
    presses = [one.time for one in anchors.presses]
    anchors = msgspec.structs.replace(
        anchors, pulse=take_pulse(events, presses), texts=hash_texts(texts_of(events))
    )
    body = msgspec.json.encode(anchors)
    store.keep_derived("anchors", document.id, ALGORITHM, inputs, body)
    return anchors
