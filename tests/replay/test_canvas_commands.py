"""A 2D canvas that rrweb recorded command by command, beside the live one, pixel by pixel."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser

from recorder.importing import About, take_file
from recorder.store import Store
from replay import Theatre, find_moment
from tests.replay.test_imported import RECORD
from tests.replay.test_stage import pixels
from tests.support.forging import Forge, incremental, keep
from tests.support.recording import SMALL
from tests.support.serving import website

PAGE = """<!DOCTYPE html><style>body { margin: 0 } canvas { display: block }</style>
<canvas id="chart" width="300" height="200"></canvas>
<canvas id="sizes" width="300" height="60"></canvas>
<canvas id="pixels" width="300" height="60"></canvas>"""

START = """() => {
  document.querySelectorAll("script").forEach((script) => script.remove());
  window.kept = [];
  rrwebRecord.record({ emit: (event) => kept.push(JSON.stringify(event)), recordCanvas: true });
}"""

DRAWINGS = [
    # A chart: axes, dashes, a filled curve, a rotated caption, a clipped circle.
    """() => {
      const c = chart.getContext("2d");
      c.fillStyle = "#eef"; c.fillRect(0, 0, 300, 200);
      c.strokeStyle = "rgb(40, 60, 90)"; c.lineWidth = 3; c.setLineDash([6, 4]);
      c.beginPath(); c.moveTo(20, 10); c.lineTo(20, 180); c.lineTo(290, 180); c.stroke();
      c.setLineDash([]); c.beginPath(); c.moveTo(20, 150);
      c.bezierCurveTo(80, 20, 160, 190, 280, 40); c.lineTo(280, 180); c.closePath();
      c.globalAlpha = 0.5; c.fillStyle = "teal"; c.fill(); c.globalAlpha = 1;
      c.save(); c.translate(40, 120); c.rotate(-0.4); c.font = "bold 20px serif";
      c.textBaseline = "middle"; c.fillStyle = "black"; c.fillText("per week", 0, 0); c.restore();
      c.save(); c.beginPath(); c.arc(220, 60, 30, 0, 7); c.clip();
      c.fillStyle = "crimson"; c.fillRect(200, 40, 90, 30); c.restore();
    }""",
    # Drawn; given a size, which empties it, and drawn again. Within one frame rrweb does not tell
    # which of the two came first.
    """() => {
      const c = sizes.getContext("2d");
      c.fillStyle = "red"; c.fillRect(0, 0, 300, 60);
    }""",
    """() => {
      const c = sizes.getContext("2d");
      sizes.width = 280; c.fillStyle = "green"; c.fillRect(10, 10, 50, 40);
    }""",
    # Another canvas as a picture, pixels by number, what draws nothing.
    """() => {
      const c = pixels.getContext("2d");
      c.measureText("any"); c.drawImage(chart, 0, 140, 90, 60, 0, 0, 90, 60);
      const data = new ImageData(20, 20);
      for (let i = 0; i < data.data.length; i++) data.data[i] = i % 4 === 3 ? 255 : (i * 7) % 256;
      c.putImageData(data, 120, 20); c.getImageData(0, 0, 2, 2);
      c.shadowColor = "black"; c.shadowBlur = 4; c.fillStyle = "gold"; c.fillRect(200, 10, 40, 30);
    }""",
]


async def test_what_commands_drew_is_drawn(
    browser: Browser, theatre: Theatre, store: Store, tmp_path: Path
) -> None:
    async with website({"/": PAGE, "/robots.txt": ""}) as site:
        page = await browser.new_page(viewport={"width": SMALL.width, "height": SMALL.height})
        await page.goto(site.url)
        await page.add_script_tag(path=RECORD)
        await page.evaluate(START)
        for drawing in DRAWINGS:
            await page.evaluate(drawing)
            await asyncio.sleep(0.1)  # rrweb tells what was drawn once a frame
        live = pixels(await page.screenshot())
        file = tmp_path / "visit.json"
        file.write_text(f"[{','.join(await page.evaluate('() => kept'))}]", encoding="utf-8")
        await page.close()
    session = take_file(store, file, About(mask="none")).session
    moment = find_moment(store, session)
    async with theatre.stage(SMALL, moment) as stage:
        await stage.build(moment)
        await stage.settle("recorded")
        shown = pixels(await stage.screenshot(full_page=False))
        fidelity = await stage.fidelity()
    assert fidelity.counts == {} and fidelity.canvases == 0
    assert len(np.unique(live.reshape(-1, 3), axis=0)) > 100, "the live page has shown nothing"
    assert np.abs(shown.astype(int) - live).max() <= 2


def image(src: str) -> dict[str, Any]:
    return {"rr_type": "HTMLImageElement", "src": src}


GRADIENT = {"rr_type": "CanvasGradient", "index": 0}

COMMANDS: list[tuple[dict[str, Any], int]] = [
    ({"property": "fillRect", "args": [0, 0, 5, 5]}, 0),
    ({"property": "arc", "args": [5, 5, -3, 0, 1]}, 0),
    ({"property": "constructor", "args": ["alert(1)"]}, 1),
    ({"property": "__proto__", "args": [{}], "setter": True}, 1),
    ({"property": "canvas", "args": [1], "setter": True}, 1),
    ({"property": "filter", "args": ["url(http://127.0.0.1/x.svg#a)"], "setter": True}, 1),
    ({"property": "fillStyle", "args": [GRADIENT], "setter": True}, 1),
    ({"property": "fillText", "args": ["x" * 3_000, 0, 0]}, 1),
    ({"property": "drawImage", "args": [image("file:///a.png"), 0, 0]}, 1),
    ({"property": "drawImage", "args": [image("data:image/svg+xml;base64,PHN2Zy8+"), 0, 0]}, 1),
    ({"property": "putImageData", "args": [{"rr_type": "ImageData", "args": []}, 0, 0]}, 1),
    ({}, 1),
]


@pytest.mark.parametrize(("command", "refused"), COMMANDS)
async def test_only_what_draws_is_run(
    command: dict[str, Any], refused: int, theatre: Theatre, store: Store
) -> None:
    f = Forge()
    canvas = f.element("canvas", {"width": "40", "height": "20"})
    event = incremental(9, id=canvas["id"], type=0, commands=[command])
    moment = keep(store, "http://shop.example/canvas", f.document(canvas), event)
    async with theatre.stage(SMALL) as stage:
        await stage.build(moment)
        await stage.settle()
        fidelity = await stage.fidelity()
    assert fidelity.counts.get("canvas_change_not_replayed", 0) == refused
