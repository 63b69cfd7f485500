/** All elements on the stage in document order, each with its path. */
import * as dom from "./natives";

export interface Placed {
  element: Element;
  /** Child-element indexes from `<html>` (`""`); `#shadow` and `#frame` lead into those. */
  path: string;
  /** Page position of the owning frame's viewport origin, CSS pixels of the top page. */
  origin: Origin;
}

/** Where (0, 0) of a frame's viewport is on the top page. */
export interface Origin {
  x: number;
  y: number;
}

/** The top frame's origin moves with its scroll: rectangles are relative to the viewport. */
export const pageOrigin = (): Origin => ({ x: window.scrollX, y: window.scrollY });

export function* walk(doc: Document = document): Generator<Placed> {
  const root = dom.documentElement(doc);
  if (root) yield* below(root, "", pageOrigin());
}

function* below(element: Element, path: string, origin: Origin): Generator<Placed> {
  yield { element, path, origin };
  const shadow = dom.shadowRootOf(element);
  if (shadow) yield* childrenOf(shadow, join(path, "#shadow"), origin);
  if (dom.isHtml(element, "iframe")) {
    const inner = dom.contentDocument(element);
    const root = inner && dom.documentElement(inner);
    if (root) yield* below(root, join(path, "#frame"), frameOrigin(element, origin));
  }
  yield* childrenOf(element, path, origin);
}

function* childrenOf(parent: Node, path: string, origin: Origin): Generator<Placed> {
  let index = 0;
  for (const child of Array.from(dom.childNodes(parent))) {
    if (dom.isElement(child)) yield* below(child, join(path, String(index++)), origin);
  }
}

const join = (path: string, step: string): string => (path ? `${path}/${step}` : step);

/** A frame's viewport begins inside its border and padding. */
export function frameOrigin(frame: HTMLIFrameElement, origin: Origin): Origin {
  const rect = dom.rectOf(frame);
  const style = getComputedStyle(frame);
  return {
    x: origin.x + rect.left + frame.clientLeft + parseFloat(style.paddingLeft),
    y: origin.y + rect.top + frame.clientTop + parseFloat(style.paddingTop),
  };
}

/** The origin of the frame that owns `element`. */
export function originOf(element: Element): Origin {
  const doc = dom.ownerDocument(element);
  const frame = doc && doc !== document ? dom.defaultView(doc)?.frameElement : null;
  if (!frame) return pageOrigin();
  return frameOrigin(frame as HTMLIFrameElement, originOf(frame));
}
