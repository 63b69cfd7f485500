"""A moment as one file: its DOM, script-free, with all that it shows inside.

The stage writes the markup (`replay/stage/markup.ts`), this module puts the
archive's files into it. The file asks nobody for anything, wherever it is
opened: what is missing is missing, and named in the account.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Final

from recorder.assets.urls import absolute
from recorder.devices import Device
from replay.fidelity import Fidelity
from replay.inlining import Inliner
from replay.moments import Moment
from replay.sprites import Sprites
from replay.stage import Stage
from replay.theatre import Theatre

__all__ = ["Reparsed", "Standalone", "moment_html"]

_TAG_END: Final = re.compile(r"</")
_NAMED: Final = {
    "scrolled_back": "{} scrolled parts are shown from their start",
    "top_layer_flattened": "{} open dialogs or popovers are shown without the browser's top layer",
    "focus_not_kept": "{} element has the focus on the stage, which no file can give it",
    "canvas_as_picture": "{} canvases are pictures",
    "quirks_frame_in_standards_mode": "{} frames in quirks mode follow the standards here",
}


@dataclass(frozen=True, slots=True)
class Reparsed:
    """What an HTML parser makes of the file, beside the stage: it knows no paragraph within a
    paragraph. `places`: elements whose children are others, by name, and how many there are."""

    elements: int
    displaced: int
    texts: int
    places: dict[str, int]


@dataclass(frozen=True, slots=True)
class Standalone:
    """`html` is the file; `counts` what it shows in another way than the stage, by name;
    `missing` what is not in it, by URL, and why."""

    moment: Moment
    device: Device
    html: bytes
    counts: dict[str, int]
    missing: dict[str, str]
    reparsed: Reparsed
    fidelity: Fidelity

    def to_json(self) -> dict[str, Any]:
        """The account, plain data."""
        told = {"counts": self.counts, "missing": self.missing, "reparsed": asdict(self.reparsed)}
        return {"bytes": len(self.html)} | told | {"fidelity": self.fidelity.to_json()}

    def remarks(self) -> list[str]:
        """What a reader of the file should know, one sentence each."""
        found = [
            text.format(self.counts[name]) for name, text in _NAMED.items() if name in self.counts
        ]
        if self.missing:
            found.append(f"{len(self.missing)} files are not in it")
        reparsed = self.reparsed
        if reparsed.displaced or reparsed.texts:
            places = ", ".join(f"{count} × {name}" for name, count in reparsed.places.items())
            found.append(
                f"{reparsed.displaced + reparsed.texts} of {reparsed.elements} elements are "
                f"elsewhere, because no HTML parser makes such a page ({places or 'texts'})"
            )
        return found + self.fidelity.remarks()


async def moment_html(theatre: Theatre, moment: Moment, device: Device) -> Standalone:
    """`moment`, as it is at `device`, as a file of its own.

    Pictures for other widths are in it as well, so far as they are archived. Raises
    BrokenRecording and RenderFailed.
    """
    async with theatre.stage(device) as stage:
        await stage.build(moment)
        await stage.settle("recorded")
        told = await stage.markup()
        fidelity = await stage.fidelity()
        writer = _Writer(stage)
        html = writer.write(told["parts"])
    reparsed = Reparsed(**told["differences"])
    body = html.encode("utf-8", "replace")
    return Standalone(moment, device, body, told["counts"], writer.missing, reparsed, fidelity)


class _Writer:
    """Joins parts, each escaped for where it stands."""

    def __init__(self, stage: Stage) -> None:
        self._inliner = Inliner(stage.asset)
        self._sprites = Sprites(stage.asset)

    @property
    def missing(self) -> dict[str, str]:
        """What is not in the file, by URL, and why."""
        unread = dict.fromkeys(sorted(self._sprites.missing), "no SVG file in the archive")
        return self._inliner.missing | unread

    def write(self, parts: list[Any]) -> str:
        """The markup of `parts` (`replay/stage/parts.ts`)."""
        return "".join(part if isinstance(part, str) else self._filled(part) for part in parts)

    def _filled(self, part: dict[str, Any]) -> str:
        if part["kind"] == "frame":
            return escape(self.write(part["parts"]))
        if part["kind"] == "sprites":
            return self._sprites.markup(part["uses"])
        text = self._value(part["kind"], part["text"], part["base"])
        if part["in"] == "style":
            # The end of the element, wherever it stands; to CSS it is the same.
            return _TAG_END.sub(r"<\\/", text)
        return escape(text)

    def _value(self, kind: str, text: str, base: str) -> str:
        if kind == "css":
            return self._inliner.css(text, base)
        if kind == "sheet":
            return self._inliner.sheet(text, base)
        if kind == "srcset":
            return self._inliner.srcset(text, base)
        if kind == "use":
            bare, _, fragment = text.partition("#")
            url = absolute(bare, base)
            return self._sprites.reference(f"{url}#{fragment}") if url else "#"
        return self._inliner.address(text, base)
