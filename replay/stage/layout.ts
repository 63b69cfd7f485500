/** The elements of the page on the stage: which they are, and where. */
import { isVisible } from "./boxes";
import { isNotable, pins } from "./exposure";
import { elementKeys, type ElementKeys } from "./keys";
import * as dom from "./natives";
import { walk } from "./walk";

export interface LaidOut extends Partial<ElementKeys> {
  path: string;
  /** Left, top, width, height in page CSS pixels. */
  box: [number, number, number, number];
  /** Whether recordings tell when it was in view. */
  notable: boolean;
  /** Whether there is something notable inside of it. */
  holder: boolean;
  /** Whether it may stay in view while the page scrolls. */
  pinned: boolean;
}

/** All elements in document order. */
export function layout(): LaidOut[] {
  const keys = elementKeys();
  const pinned = new Map<Element, boolean>();
  const holders = new Set<Element>();
  const found = Array.from(walk(), ({ element, path, origin }) => {
    const rect = dom.rectOf(element);
    const notable = isNotable(element) && isVisible(element, rect);
    if (notable) addAround(element, holders);
    const box: LaidOut["box"] = [rect.left + origin.x, rect.top + origin.y, rect.width, rect.height];
    const row = { ...keys.get(element), path, box, notable, holder: false, pinned: pins(element, pinned) };
    return { element, row };
  });
  return found.map(({ element, row }) => ({ ...row, holder: holders.has(element) }));
}

/** Adds what is around `element`, as far as it is not known yet. */
function addAround(element: Element, holders: Set<Element>): void {
  for (let one = dom.composedParent(element); one && !holders.has(one); one = dom.composedParent(one)) {
    holders.add(one);
  }
}
