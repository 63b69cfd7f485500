/**
 * rrweb record plugin: measures an anchor at every click and tap, in the
 * capture phase, before the page's own handlers can move anything.
 */
import type { RecordPlugin } from "@rrweb/types";
import { boxOf, graphemeUnder, type Box } from "./anchor";

export const ANCHOR_PLUGIN = "heatwright/anchor@1";

/** `AnchorPayload` of `recorder/events.py`. */
export interface AnchorPayload {
  kind: "click" | "tap";
  /** The element; inside a blocked one, the blocked one. */
  id: number;
  /** Inside a blocked element nothing more is told than that it was pressed. */
  masked?: boolean;
  x: number;
  y: number;
  box: Box;
  button: number;
  text?: {
    id: number;
    start: number;
    length: number;
    fx: number;
    fy: number;
  };
}

interface NodeIds {
  getId(node: Node | null | undefined): number;
}

/** Three decimals: a thousandth of a pixel, or of a box, is below anything that can be seen. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

export function anchorPlugin(): RecordPlugin {
  let ids: NodeIds | null = null;
  /** rrweb observes a late frame's document twice. */
  const known = new WeakSet<Document>();
  return {
    name: ANCHOR_PLUGIN,
    options: {},
    getMirror: (mirrors) => {
      ids = mirrors.nodeMirror;
    },
    observer: (emit, win) => {
      if (known.has(win.document)) return () => undefined;
      known.add(win.document);
      const onClick = (event: Event): void => {
        const payload = ids && measure(event as PointerEvent, ids);
        if (payload) emit(payload);
      };
      win.addEventListener("click", onClick, { capture: true, passive: true });
      return () => win.removeEventListener("click", onClick, { capture: true });
    },
  };
}

/** Null for a click that no pointer made: by a script, the keyboard, or a label's forwarding. */
function measure(event: PointerEvent, ids: NodeIds): AnchorPayload | null {
  if (!event.isTrusted || event.detail === 0) return null;
  const target = event.composedPath()[0] as Element;
  // A frame has constructors of its own.
  if (target.nodeType !== Node.ELEMENT_NODE) return null;
  const blocked = blockedAround(event);
  if (blocked) return pressedBlocked(event, blocked, ids);
  const payload: AnchorPayload = {
    kind: kindOf(event),
    id: ids.getId(target),
    x: round(event.clientX),
    y: round(event.clientY),
    box: boxOf(target).map(round) as Box,
    button: event.button,
  };
  const hit = graphemeUnder(target, event.clientX, event.clientY);
  if (hit) {
    payload.text = {
      id: ids.getId(hit.node),
      start: hit.start,
      length: hit.length,
      fx: round(hit.fx),
      fy: round(hit.fy),
    };
  }
  return payload;
}

const kindOf = (event: PointerEvent): "click" | "tap" =>
  event.pointerType === "touch" ? "tap" : "click";

/** rrweb's class for what must not be recorded, the default of its `blockClass`. */
const BLOCKED = "rr-block";

/** The outermost blocked element on the way to the target: nothing below it has an id. */
function blockedAround(event: Event): Element | undefined {
  const path = event.composedPath() as Partial<Element>[];
  return path.filter((node) => node.classList?.contains(BLOCKED)).pop() as Element | undefined;
}

function pressedBlocked(event: PointerEvent, element: Element, ids: NodeIds): AnchorPayload {
  const box = boxOf(element).map(round) as Box;
  const [left, top, width, height] = box;
  const [x, y] = [left + width / 2, top + height / 2];
  return { kind: kindOf(event), id: ids.getId(element), masked: true, x, y, box, button: 0 };
}
