/**
 * Where anchors are on the page that is on the stage: content to pixels.
 *
 * A point is drawn only where a person would see the element: rendered, not
 * cut off by a scroller, and not covered. Covering is asked of the browser
 * itself, by hit tests in the state that a full-page picture shows (scrolled
 * to the top, fixed and sticky elements where they are then).
 */
import { isVisible } from "./boxes";
import * as dom from "./natives";
import { graphemeRect, textAt, textHash } from "./texts";
import { originOf, walk } from "./walk";

/** One anchor, matched to elements of this page by their index in document order. */
export interface Wanted {
  element: number;
  u: number;
  v: number;
  text: null | { element: number; index: number; hash: string; start: number; fx: number; fy: number };
}

export interface Located {
  /** Index of the element the point is charted on. */
  element: number;
  status: "drawn" | "hidden" | "outside";
  chart: "box" | "text";
  x: number;
  y: number;
  /** Border box of the element the point is charted on (page CSS px), and its visible part. */
  box: Rect;
  clip: Rect;
  /** Rectangle of the grapheme, for the text chart. */
  glyph: Rect | null;
}

/** Left, top, width, height. */
export type Rect = [number, number, number, number];

interface Spot extends Located {
  node: Element;
}

export function locate(wanted: Wanted[]): Located[] {
  const elements = Array.from(walk(), ({ element }) => element);
  const spots = wanted.map((want) => spotOf(want, elements));
  const [width, height] = pageSize();
  for (const spot of spots) {
    const inside = spot.x >= 0 && spot.y >= 0 && spot.x <= width && spot.y <= height;
    if (spot.status === "drawn" && !inside) spot.status = "outside";
  }
  hideCovered(spots.filter(({ status }) => status === "drawn"));
  return spots.map(({ node: _, ...located }) => located);
}

/** What a full-page picture covers, CSS pixels. */
export function pageSize(): [width: number, height: number] {
  const root = dom.documentElement(document);
  const body = dom.bodyOf(document);
  const size = (side: "Width" | "Height"): number =>
    Math.max(root?.[`scroll${side}`] ?? 0, root?.[`client${side}`] ?? 0, body?.[`scroll${side}`] ?? 0);
  return [size("Width"), size("Height")];
}

function spotOf(want: Wanted, elements: Element[]): Spot {
  const text = want.text && glyphOf(want.text, elements);
  const index = text && want.text ? want.text.element : want.element;
  const element = elements[index];
  if (!element) throw new Error(`no element ${index} on this page`);
  const origin = originOf(element);
  const shift = (rect: DOMRect): Rect => [rect.left + origin.x, rect.top + origin.y, rect.width, rect.height];
  const rect = dom.rectOf(element);
  const box = shift(rect);
  const clip = clipOf(element, box);
  const glyph = text ? shift(text.rect) : null;
  const [left, top, width, height] = glyph ?? box;
  const [fx, fy] = text && want.text ? [want.text.fx, want.text.fy] : [want.u, want.v];
  const x = left + fx * width;
  const y = top + fy * height;
  const visible = isVisible(element, rect) && within(clip, x, y);
  const status = visible ? "drawn" : "hidden";
  return { element: index, node: element, status, chart: text ? "text" : "box", x, y, box, clip, glyph };
}

function glyphOf(
  text: NonNullable<Wanted["text"]>,
  elements: Element[],
): { rect: DOMRect } | null {
  const element = elements[text.element];
  const node = element && textAt(element, text.index);
  if (!element || !node || textHash(node.data) !== text.hash) return null;
  const rect = graphemeRect(node, text.start);
  return rect && { rect };
}

/** A pixel of tolerance: boxes at a clip's edge are fractions of a pixel off by rounding. */
const EDGE_PX = 1;

function within([left, top, width, height]: Rect, x: number, y: number): boolean {
  return (
    x >= left - EDGE_PX && y >= top - EDGE_PX && x <= left + width + EDGE_PX && y <= top + height + EDGE_PX
  );
}

/** The part of `box` that no scroller or clip above cuts off (page CSS px). */
function clipOf(element: Element, box: Rect): Rect {
  let [left, top, right, bottom] = [box[0], box[1], box[0] + box[2], box[1] + box[3]];
  for (const [above, style] of clippingAncestors(element)) {
    const origin = originOf(above);
    const rect = dom.rectOf(above);
    const [insetX, insetY, width, height] = dom.clientBox(above);
    const area = { left: rect.left + origin.x + insetX, top: rect.top + origin.y + insetY };
    if (style.overflowX !== "visible") {
      left = Math.max(left, area.left);
      right = Math.min(right, area.left + width);
    }
    if (style.overflowY !== "visible") {
      top = Math.max(top, area.top);
      bottom = Math.min(bottom, area.top + height);
    }
  }
  return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
}

/** Ancestors with clipped overflow that contain the element (positioned ones escape static ones). */
function* clippingAncestors(element: Element): Generator<[Element, CSSStyleDeclaration]> {
  let position = getComputedStyle(element).position;
  for (let above = parentAcrossFrames(element); above; above = parentAcrossFrames(above)) {
    const style = getComputedStyle(above);
    const name = dom.nodeName(above);
    const isRoot = name === "HTML" || name === "BODY";
    const contains =
      position === "fixed"
        ? style.transform !== "none" || style.filter !== "none"
        : position !== "absolute" || style.position !== "static" || style.transform !== "none";
    const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
    // The viewport takes over the overflow of the root and body: a full-page picture shows it all.
    if (contains && clips && style.display !== "inline" && !(isRoot && ownsViewport(above))) {
      yield [above, style];
    }
    if (contains) position = style.position;
  }
}

const ownsViewport = (element: Element): boolean => dom.ownerDocument(element) === document;

function parentAcrossFrames(element: Element): Element | null {
  const parent = dom.composedParent(element);
  if (parent) return parent;
  const doc = dom.ownerDocument(element);
  return doc && doc !== document ? (dom.defaultView(doc)?.frameElement ?? null) : null;
}

/** Marks the spots whose element is not the topmost at the point. */
function hideCovered(spots: Spot[]): void {
  const before = [window.scrollX, window.scrollY] as const;
  const pinned = pinnedElements();
  const step = window.innerHeight;
  const bands = new Map<number, Spot[]>();
  for (const spot of spots) {
    const band = Math.floor(spot.y / step);
    bands.set(band, [...(bands.get(band) ?? []), spot]);
  }
  try {
    for (const [band, inBand] of [...bands].sort(([a], [b]) => a - b)) {
      if (band > 0) pinned.forEach(({ release }) => release());
      window.scrollTo({ top: band * step, left: 0, behavior: "instant" });
      for (const spot of inBand) if (isCovered(spot)) spot.status = "hidden";
    }
  } finally {
    pinned.forEach(({ restore }) => restore());
    window.scrollTo({ left: before[0], top: before[1], behavior: "instant" });
  }
}

interface Pinned {
  release(): void;
  restore(): void;
}

/**
 * Fixed and sticky elements follow the scroll that hit tests need; in the
 * picture they stay at the top. Below the first screen they are taken out of
 * the way: fixed ones cannot be hit, sticky ones return to their own place.
 */
function pinnedElements(): Pinned[] {
  const pinned: Pinned[] = [];
  for (const { element } of walk()) {
    const { position } = getComputedStyle(element);
    if (position !== "fixed" && position !== "sticky") continue;
    const style = dom.styleOf(element);
    const saved = style.cssText;
    pinned.push({
      release: () =>
        position === "fixed"
          ? style.setProperty("visibility", "hidden", "important")
          : style.setProperty("inset", "auto", "important"),
      restore: () => {
        if (saved) style.cssText = saved;
        else dom.removeAttr(element, "style");
      },
    });
  }
  return pinned;
}

function isCovered(spot: Spot): boolean {
  const origin = originOf(spot.node);
  const root = dom.rootOf(spot.node) as Document | ShadowRoot;
  const hit = root.elementFromPoint(spot.x - origin.x, spot.y - origin.y);
  if (!hit) return !reachesByScroll(spot);
  return !(hit === spot.node || dom.holds(spot.node, hit) || dom.holds(hit, spot.node));
}

/** No hit at all: the point lies where the viewport cannot be scrolled, right of it for example. */
function reachesByScroll(spot: Spot): boolean {
  return spot.x > window.innerWidth || spot.y > window.scrollY + window.innerHeight;
}
