"""Recording a page with rrweb alone, through the redactor and nothing else of the tag."""

from __future__ import annotations

import json
from typing import Any

from playwright.async_api import Page

from tests.support.bundling import ROOT, module_script

__all__ = ["RULES", "begin", "recorded"]

RULES: dict[str, Any] = {
    "mask": "inputs",
    "maskSelector": "",
    "unmaskSelector": "",
    "keepQuery": [],
    "keepFragment": "none",
}
"""`MaskRules` as they are unless a site sets them."""

INPUTS = (
    "color date datetime-local email file hidden month number password range search tel text time "
    "url week textarea select"
)

BEGIN = """({ rules, inputs }) => {
  const { record } = window.rrwebRecord;
  window.events = [];
  window.problems = [];
  const redactor = window.redactor = subject.createRedactor(rules, {
    getId: (node) => record.mirror.getId(node),
    getNode: (id) => record.mirror.getNode(id),
  });
  window.record = record;
  record({
    emit(event) {
      try {
        if (!redactor.event(event)) return;
      } catch (error) {
        problems.push(String(error.stack));
      }
      events.push(JSON.stringify(event));
    },
    maskInputOptions: Object.fromEntries(inputs.split(" ").map((kind) => [kind, true])),
    maskInputFn: subject.maskInput,
    maskTextClass: "rr-unused",
    maskTextSelector: null,
    blockSelector: ".own-block",
    inlineStylesheet: true,
    collectFonts: true,
    recordCanvas: false,
  });
}"""


async def begin(page: Page, **rules: Any) -> None:
    """Starts recording the page as it is."""
    umd = ROOT / "node_modules/@rrweb/record/dist/record.umd.min.cjs"
    await page.add_script_tag(content=umd.read_text())
    await page.add_script_tag(content=module_script("recorder/client/redact/redactor.ts"))
    await page.evaluate(BEGIN, {"rules": RULES | rules, "inputs": INPUTS})


async def recorded(page: Page) -> list[dict[str, Any]]:
    """What was recorded until now; whatever the redactor threw fails the test."""
    await page.evaluate("new Promise(done => setTimeout(done, 600))")
    assert await page.evaluate("problems") == []
    return [json.loads(event) for event in await page.evaluate("events")]
