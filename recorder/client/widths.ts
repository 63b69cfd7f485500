/**
 * How wide masked text was: its letters are gone, its layout need not be.
 *
 * For each line of a text node that is masked as a whole, the number of its
 * characters and its width. Words of a line are never measured by themselves,
 * and widths are told in half pixels: that keeps boxes within one pixel, and
 * tells of a name of five letters some five bits beside its length.
 */
import type { serializedNodeWithId } from "@rrweb/types";
import { later, never } from "./later";
import { MEASURED_TEXTS, SLICE_MS, WIDTHS_PER_EVENT } from "./limits";
import { listen } from "./listen";
import { WIDTHS_TAG } from "./tags";
import type { Realm, Watcher } from "./watch";

/**
 * `[node id, font size in px, then for each line: UTF-16 units, width in px]`.
 *
 * The first number of units is negative where the text begins on another line than the
 * text before it. Spaces at the text's two ends have units but no width.
 */
export type TextWidths = number[];

export interface WidthsPayload {
  /** Width of the top window's viewport, CSS pixels: lines are those of this width. */
  at: number;
  texts: TextWidths[];
}

/** Widths are told in multiples of this (CSS pixels). */
const GRAIN = 0.5;

/** Asterisks and white space: what masked text consists of. */
const MASKED = /^\s*\*[\s*]*$/;

/** A node, or as much of it as a text mutation tells. */
type Part = Pick<serializedNodeWithId, "id"> & {
  type?: number;
  textContent?: string | null;
  childNodes?: Part[];
};

export const watchWidths: Watcher = ({ ids, redactor, custom, eachEvent, eachWindow, contained }) => {
  /** What has to be looked through, the next at its end. */
  let parts: Part[] = [];
  let texts: TextWidths[] = [];
  let cancel: (() => void) | null = null;
  const known = new Set<number>();
  /** Whether something left the page since the known ones were last looked through. */
  let isLess = false;
  /** Whether a font came that may have changed all known ones. */
  let isOutdated = false;
  const measure = lineMeter();

  const tell = (): void => {
    if (texts.length) custom(WIDTHS_TAG, { at: innerWidth, texts } satisfies WidthsPayload);
    texts = [];
  };

  /** Ids of the known texts that are still there; the others are forgotten. */
  const sweep = (): number[] => {
    isLess = false;
    for (const id of known) if (!ids.getNode(id)?.isConnected) known.delete(id);
    return [...known];
  };

  const hasRoom = (id: number): boolean => {
    if (known.size >= MEASURED_TEXTS && !known.has(id) && isLess) sweep();
    return known.size < MEASURED_TEXTS || known.has(id);
  };

  const look = (part: Part): void => {
    const children = part.childNodes;
    if (children) {
      for (let i = children.length; i--; ) parts.push(children[i] as Part);
      return;
    }
    if (!MASKED.test(part.textContent ?? "") || !hasRoom(part.id)) return;
    const node = ids.getNode(part.id) as Text | null;
    if (node?.nodeType !== Node.TEXT_NODE || !node.isConnected || !redactor.isMasked(node)) return;
    const lines = measure(node);
    if (!lines.length) return;
    known.add(part.id);
    texts.push([part.id, ...lines]);
    if (texts.length >= WIDTHS_PER_EVENT) tell();
  };

  const slice = contained(() => {
    cancel = null;
    const end = performance.now() + SLICE_MS;
    // Only once for all fonts that have come while there was other work.
    if (!parts.length && isOutdated) {
      isOutdated = false;
      parts = sweep().map((id) => ({ id, textContent: "*" }));
    }
    // The clock costs more than a node that is not masked.
    for (let part, n = 1; (n++ % 32 || performance.now() < end) && (part = parts.pop()); ) look(part);
    if (parts.length || isOutdated) plan();
    else tell();
  });

  const plan = (): void => {
    cancel ??= whenIdle(slice);
  };

  const stopEvents = eachEvent((event) => {
    if (event.type === 2) {
      parts = [event.data.node as Part];
      known.clear();
    }
    if (event.type === 3 && event.data.source === 0) {
      const { adds, removes, texts: changed } = event.data;
      isLess ||= removes.length > 0;
      const more = changed.map(({ id, value }): Part => ({ id, textContent: value }));
      if (more.length + adds.length) parts = [...more, ...adds.map(({ node }) => node as Part), ...parts];
    }
    if (parts.length) plan();
  });

  // Letters are as wide as their font, which may come late.
  const stopWindows = eachWindow((win: Realm) => {
    const again = contained(() => {
      isOutdated = true;
      plan();
    });
    const { fonts } = win.document as Partial<Document>;
    return fonts?.addEventListener ? listen(fonts, "loadingdone", again) : () => {};
  });

  return () => {
    stopEvents();
    stopWindows();
    cancel?.();
    parts = [];
  };
};

/** Calls back when the page has nothing better to do; returns how to call it off. */
function whenIdle(callback: () => void): () => void {
  if ((window as Partial<Window>).requestIdleCallback) {
    const handle = requestIdleCallback(callback, { timeout: 2000 });
    return () => cancelIdleCallback(handle);
  }
  const timer = later(callback, 200);
  return () => never(timer);
}

/** `[top, width]` of a line in the direction of its text: in vertical text, left and height. */
type Line = [at: number, length: number];

/** Measures text nodes one after the other: font size and lines, or nothing if not rendered. */
function lineMeter(): (node: Text) => number[] {
  let lastAt = NaN;
  let rest = 0;

  return (node) => {
    const parent = node.parentElement ?? (node.parentNode as Partial<ShadowRoot>).host;
    const { fontSize, writingMode } = getComputedStyle(parent as Element);
    const vertical = writingMode[0] === "v";
    const range = node.ownerDocument.createRange();
    const linesOf = (from: number, to: number): Line[] => {
      range.setStart(node, from);
      range.setEnd(node, to);
      return linesIn(range.getClientRects(), vertical);
    };
    const end = node.data.trimEnd().length;
    let from = node.data.search(/\S/);
    const lines = linesOf(from, end);
    const scale = scaleOf(parent as HTMLElement, vertical);
    if (!lines.length || !(scale > 0)) return [];
    const told = [parseFloat(fontSize)];
    let begin = 0;
    lines.forEach(([at, length], index) => {
      const isNew = !(Math.abs(at - lastAt) < parseFloat(fontSize) / 2);
      // Rounded down on the line as a whole, so that no line becomes too long for its place.
      const exact = length / scale + (isNew ? 0 : rest);
      const shown = Math.floor(exact / GRAIN) * GRAIN;
      rest = exact - shown;
      lastAt = at;
      const isLast = index === lines.length - 1;
      if (!isLast) from = lineEnd(from, end, linesOf);
      const next = isLast ? node.data.length : from;
      told.push((isNew && !index ? -1 : 1) * (next - begin), shown);
      begin = next;
    });
    return told;
  };
}

/** Client rectangles put together to lines: parts of one line overlap by more than half. */
function linesIn(rects: DOMRectList, vertical: boolean): Line[] {
  const lines: Line[] = [];
  let low = 0;
  let high = -1;
  for (const { left, top, right, bottom, width, height } of rects) {
    if (!width || !height) continue;
    const [start, end, length] = vertical ? [left, right, height] : [top, bottom, width];
    const middle = (start + end) / 2;
    const line = lines[lines.length - 1];
    if (line && middle > low && middle < high) line[1] += length;
    else lines.push([middle, length]);
    [low, high] = [start, end];
  }
  return lines;
}

/** Where the line that begins at `from` ends, by halving. */
function lineEnd(from: number, to: number, linesOf: (from: number, to: number) => Line[]): number {
  let [fits, beyond] = [from + 1, to];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    if (linesOf(from, middle).length > 1) beyond = middle;
    else fits = middle;
  }
  return fits;
}

/** By how much transforms enlarge an element; small differences are rounding. No number for SVG. */
function scaleOf(element: HTMLElement, vertical: boolean): number {
  const { width, height } = element.getBoundingClientRect();
  const [shown, laidOut] = vertical ? [height, element.offsetHeight] : [width, element.offsetWidth];
  return Math.abs(shown - laidOut) <= 1 ? 1 : shown / laidOut;
}
