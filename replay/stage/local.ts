/**
 * Between fractions of the upright rectangle around an element and fractions of
 * its own box. They differ where the element is rotated or skewed: its corner
 * then is no corner of the rectangle, and only its own fractions name the same
 * place when it has another size or is turned otherwise.
 *
 * The browser knows all transforms above an element; it is asked through the
 * offset of a pointer event, which it tells in the target's own coordinates.
 */
import type { Box } from "../../recorder/client/anchor";
import * as dom from "./natives";

type Pair = [number, number];

/** The fraction of the element's own box at (`u`, `v`) of the rectangle `box` around it. */
export function ownFraction(element: Element, box: Box, u: number, v: number): Pair {
  const size = turnedSize(element, box);
  if (!size) return [u, v];
  const [x, y] = ownPoint(element, [box[0] + u * box[2], box[1] + v * box[3]]);
  return [x / size[0], y / size[1]];
}

/** Steps towards a point: one is exact without perspective, with it each doubles the digits. */
const STEPS = 6;

/** Where the element's own fraction (`u`, `v`) is in the rectangle `box` around it. */
export function boxFraction(element: Element, box: Box, u: number, v: number): Pair {
  const size = turnedSize(element, box);
  if (!size) return [u, v];
  const [left, top, width, height] = box;
  let [x, y] = [left + width / 2, top + height / 2];
  for (let step = 0; step < STEPS; step++) {
    const [here, right, below] = [ownPoint(element, [x, y]), ownPoint(element, [x + 1, y]), ownPoint(element, [x, y + 1])];
    const [ax, ay, bx, by] = [right[0] - here[0], right[1] - here[1], below[0] - here[0], below[1] - here[1]];
    const [dx, dy] = [u * size[0] - here[0], v * size[1] - here[1]];
    const area = ax * by - ay * bx;
    if (!area) return [u, v]; // seen from its edge: there is no place in it
    x += (dx * by - dy * bx) / area;
    y += (ax * dy - ay * dx) / area;
  }
  return [(x - left) / width, (y - top) / height];
}

/** Sizes told in whole pixels differ this much (CSS pixels) without any transform. */
const ROUNDING_PX = 1;

/** The size of the element's own box, or null where the rectangle around it is that box. */
function turnedSize(element: Element, [, , width, height]: Box): Pair | null {
  if (!dom.isHtmlElement(element) || width <= 0 || height <= 0) return null;
  const own = dom.offsetSize(element);
  const isPlain = Math.abs(own[0] - width) < ROUNDING_PX && Math.abs(own[1] - height) < ROUNDING_PX;
  // An inline element has no single box of its own.
  if (isPlain || !own[0] || !own[1] || getComputedStyle(element).display === "inline") return null;
  return own;
}

const PROBE = "heatwright-probe";

/** A point of the frame's viewport in the element's own coordinates, from its border's corner. */
function ownPoint(element: Element, [clientX, clientY]: Pair): Pair {
  const doc = dom.ownerDocument(element);
  const probe = new PointerEvent(PROBE, { clientX, clientY, view: doc && dom.defaultView(doc) });
  let at: Pair = [NaN, NaN];
  // Told only while the event is on its way.
  const listener = (): void => {
    at = [probe.offsetX, probe.offsetY];
  };
  dom.probe(element, probe, listener);
  const [borderLeft, borderTop] = dom.clientBox(element);
  return [at[0] + borderLeft, at[1] + borderTop];
}
