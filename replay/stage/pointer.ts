/**
 * A pointer and the element it is on.
 *
 * Recorded places are pixels of the viewport of the frame that the element is
 * in. They are told as a fraction of the element's box, which holds at any
 * width, and as pixels of the stage's own viewport, which a picture shows.
 */
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";
import { originOf } from "./walk";

export interface Place {
  /** CSS pixels of the stage's viewport. */
  x: number;
  y: number;
  /** Fractions of the element's border box. */
  u: number;
  v: number;
}

/** Where a recorded place is on a stage that is as the page was; null without the element. */
export function placeOf(mirror: Mirror, id: number, x: number, y: number): Place | null {
  const element = elementOf(mirror, id);
  if (!element) return null;
  const box = dom.drawnRect(element);
  const frame = offsetOf(element);
  const fraction = (offset: number, size: number): number => (size > 0 ? offset / size : 0.5);
  return {
    x: x + frame.x,
    y: y + frame.y,
    u: fraction(x - box.left, box.width),
    v: fraction(y - box.top, box.height),
  };
}

/** Where the fractions of the element's box are on this stage; null if it is not seen there. */
export function placeAt(mirror: Mirror, id: number, u: number, v: number): Place | null {
  const element = elementOf(mirror, id);
  const box = element && dom.drawnRect(element);
  if (!element || !box?.width || !box.height || !dom.isShown(element)) return null;
  const frame = offsetOf(element);
  return { x: box.left + u * box.width + frame.x, y: box.top + v * box.height + frame.y, u, v };
}

/** Of a text, what it is in; of the document, its root. */
function elementOf(mirror: Mirror, id: number): Element | null {
  const node = mirror.getNode(id);
  if (!node || dom.isElement(node)) return node;
  if (dom.nodeType(node) === Node.DOCUMENT_NODE) return dom.documentElement(node as Document);
  const parent = dom.parentNode(node) as Node | null;
  return dom.isElement(parent) ? parent : null;
}

/** Where the viewport of the element's frame begins in the stage's. */
function offsetOf(element: Element): { x: number; y: number } {
  const { x, y } = originOf(element);
  return { x: x - window.scrollX, y: y - window.scrollY };
}
