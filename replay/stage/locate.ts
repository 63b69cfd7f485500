/**
 * Where anchors are on the page that is on the stage: content to pixels.
 *
 * A point is drawn only where a person would see the element: rendered, not
 * cut off by a scroller, and not covered. Covering is asked of the browser
 * itself, by hit tests in the state that a full-page picture shows (scrolled
 * to the top, fixed and sticky elements where they are then).
 */
import { isVisible } from "./boxes";
import { boxFraction } from "./local";
import * as dom from "./natives";
import { graphemeRect, isMasked, textAt, textHash } from "./texts";
import { originOf, walk } from "./walk";

/** One anchor, matched to elements of this page by their index in document order. */
export interface Wanted {
  element: number;
  /** Fractions of its border box, in its own coordinates if it is transformed. */
  u: number;
  v: number;
  /** Width and height that the border box had when this was recorded, CSS pixels. */
  size: [width: number, height: number];
  text: null | {
    element: number;
    index: number;
    hash: string;
    start: number;
    length: number;
    fx: number;
    fy: number;
  };
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
  const reachable = reachableBounds();
  for (const spot of spots) {
    if (spot.status === "drawn" && !within(reachable, spot.x, spot.y)) spot.status = "hidden";
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

/**
 * What a visitor can scroll to: menus that wait beside the page are not seen, whether
 * they are left of it or cut off on its right by the viewport's own overflow.
 */
function reachableBounds(): Bounds {
  const [width, height] = pageSize();
  const root = dom.documentElement(document);
  const body = dom.bodyOf(document);
  if (!root) return [0, 0, width, height];
  const style = getComputedStyle(root);
  const isBodys = style.overflowX === "visible" && style.overflowY === "visible";
  const { overflowX } = isBodys && body ? getComputedStyle(body) : style;
  const isCut = /hidden|clip/.test(overflowX) || style.direction === "rtl";
  return [0, 0, isCut ? root.clientWidth : width, height];
}

function spotOf(want: Wanted, elements: Element[]): Spot {
  const text = textOf(want, elements);
  const index = text && want.text ? want.text.element : want.element;
  const element = elements[index];
  if (!element) throw new Error(`no element ${index} on this page`);
  const origin = originOf(element);
  const shift = (rect: DOMRect): Rect => [rect.left + origin.x, rect.top + origin.y, rect.width, rect.height];
  const rect = dom.drawnRect(element);
  const box = shift(rect);
  const clip = intersect(box, boundsOf(element, false));
  const chart = text ? "text" : "box";
  const glyph = text ? shift(text.rect) : null;
  const [fx, fy] =
    text && want.text
      ? [want.text.fx, want.text.fy]
      : boxFraction(element, [rect.left, rect.top, rect.width, rect.height], want.u, want.v);
  const meant = pointIn(glyph ?? box, fx, fy);
  const [x, y] = glyph ? meant : nearestIn(box, meant);
  const isOutside = Math.max(Math.abs(meant[0] - x), Math.abs(meant[1] - y)) > reachOf(element);
  const isSeen = isVisible(standIn(element), rect) && within(boundsOf(element, chart === "text"), x, y);
  const status = !isSeen ? "hidden" : isOutside ? "outside" : "drawn";
  return { element: index, node: element, status, chart, x, y, box, clip, glyph };
}

/**
 * What a visitor sees in an element's place. A control that is fully transparent lies over
 * something drawn for it: that is what was pressed. What has no box of its own is seen as far
 * as its parent is.
 */
function standIn(element: Element): Element {
  if (getComputedStyle(element).display === "contents") {
    const parent = dom.composedParent(element);
    return parent ? standIn(parent) : element;
  }
  const isControl = /^(?:INPUT|SELECT|TEXTAREA)$/.test(dom.nodeName(element));
  if (!isControl || getComputedStyle(element).opacity !== "0") return element;
  return dom.composedParent(element) ?? element;
}

type Point = [x: number, y: number];

const pointIn = ([left, top, width, height]: Rect, fx: number, fy: number): Point => [
  left + fx * width,
  top + fy * height,
];

const nearestIn = ([left, top, width, height]: Rect, [x, y]: Point): Point => [
  Math.min(Math.max(x, left), left + width),
  Math.min(Math.max(y, top), top + height),
];

/** Strokes take clicks beyond their box by about this much (CSS pixels). */
const STROKE_PX = 4;

/**
 * How far beyond an element's box a pointer still counts as on its edge (CSS pixels):
 * text in tight lines sticks out of its box, by less than half its size, and can be hit there.
 */
function reachOf(element: Element): number {
  return Math.max(STROKE_PX, parseFloat(getComputedStyle(element).fontSize) / 2);
}

/**
 * The grapheme, where the point is charted on text. Which letters of a masked line are wide is
 * not known: where the box is as it was, it tells better than they do where the point is.
 */
function textOf(want: Wanted, elements: Element[]): { rect: DOMRect } | null {
  const text = want.text && glyphOf(want.text, elements);
  const target = elements[want.element];
  if (!text || !target || !isMasked(text.node)) return text;
  const { width, height } = dom.drawnRect(target);
  const isAsItWas = Math.max(Math.abs(width - want.size[0]), Math.abs(height - want.size[1])) <= EDGE_PX;
  return isAsItWas ? null : text;
}

function glyphOf(
  text: NonNullable<Wanted["text"]>,
  elements: Element[],
): { rect: DOMRect; node: Text } | null {
  const element = elements[text.element];
  const node = element && textAt(element, text.index);
  if (!element || !node || textHash(node.data) !== text.hash) return null;
  const rect = graphemeRect(node, text.start, text.length);
  return rect && { rect, node };
}

/** A pixel of tolerance: boxes at a clip's edge are fractions of a pixel off by rounding. */
const EDGE_PX = 1;

/** Left, top, right, bottom (page CSS px) of what may be seen; infinite where nothing clips. */
type Bounds = [number, number, number, number];

function within([left, top, right, bottom]: Bounds, x: number, y: number): boolean {
  return x >= left - EDGE_PX && y >= top - EDGE_PX && x <= right + EDGE_PX && y <= bottom + EDGE_PX;
}

/** The part of `box` that is within `bounds`; empty at its edge if there is none. */
export function intersect(box: Rect, bounds: Bounds): Rect {
  const left = Math.max(box[0], bounds[0]);
  const top = Math.max(box[1], bounds[1]);
  const right = Math.min(box[0] + box[2], bounds[2]);
  const bottom = Math.min(box[1] + box[3], bounds[3]);
  return [left, top, Math.max(0, right - left), Math.max(0, bottom - top)];
}

/** Where scrollers and clips above `element` cut off; with `inside`, its own too, for its text. */
export function boundsOf(element: Element, inside: boolean): Bounds {
  let [left, top, right, bottom]: Bounds = [-Infinity, -Infinity, Infinity, Infinity];
  for (const [above, style] of clippers(element, inside)) {
    const origin = originOf(above);
    const rect = dom.rectOf(above);
    const area = {
      left: rect.left + origin.x + above.clientLeft,
      top: rect.top + origin.y + above.clientTop,
    };
    if (style.overflowX !== "visible") {
      left = Math.max(left, area.left);
      right = Math.min(right, area.left + above.clientWidth);
    }
    if (style.overflowY !== "visible") {
      top = Math.max(top, area.top);
      bottom = Math.min(bottom, area.top + above.clientHeight);
    }
  }
  return [left, top, right, bottom];
}

/** Elements with clipped overflow that contain `element` (positioned ones escape static ones). */
function* clippers(element: Element, inside: boolean): Generator<[Element, CSSStyleDeclaration]> {
  const own = getComputedStyle(element);
  if (inside && clips(element, own)) yield [element, own];
  let position = own.position;
  for (let above = parentAcrossFrames(element); above; above = parentAcrossFrames(above)) {
    const style = getComputedStyle(above);
    const contains =
      position === "fixed"
        ? style.transform !== "none" || style.filter !== "none"
        : position !== "absolute" || style.position !== "static" || style.transform !== "none";
    if (contains && clips(above, style)) yield [above, style];
    if (contains) position = style.position;
  }
}

/** The viewport takes over the overflow of the root and body: a full-page picture shows it all. */
function clips(element: Element, style: CSSStyleDeclaration): boolean {
  const isRoot = /^(?:HTML|BODY)$/.test(dom.nodeName(element)) && ownsViewport(element);
  const isClipped = style.overflowX !== "visible" || style.overflowY !== "visible";
  return isClipped && style.display !== "inline" && !isRoot;
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
