/** Text nodes as content: which one of its parent's, what it says, where its graphemes are. */
import { withoutBars } from "./mask-font";
import * as dom from "./natives";

/** Position of a text node among its parent's text nodes. */
export function textIndex(node: Text): number {
  let index = 0;
  for (let sibling = node.previousSibling; sibling; sibling = sibling.previousSibling) {
    if (dom.isText(sibling)) index++;
  }
  return index;
}

/** The `index`-th text node of `parent`. */
export function textAt(parent: Element, index: number): Text | undefined {
  return Array.from(dom.childNodes(parent)).filter(dom.isText)[index];
}

/** What stands for each character of masked text. */
export const MASK = "*";

/** A text as it was recorded, whatever the stage did to give it its width. */
export const asRecorded = (text: string): string => withoutBars(text, MASK);

/** Whether a text is nothing but what stands for another. */
export const isMasked = (node: Text): boolean => /^\s*\*[\s*]*$/.test(asRecorded(node.data));

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a, 32 bit, over UTF-16 units, as hex: tells whether two recorded texts are the same. */
export function textHash(shown: string): string {
  const text = asRecorded(shown);
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0).toString(16);
}

/**
 * Where `length` UTF-16 units from `start` on are drawn; null if they are not laid out.
 *
 * They are one grapheme where they were recorded. They are not segmented again: masked, an
 * emoji is as many asterisks as it had units.
 *
 * A space at which a line is broken takes no width and has two rectangles, at the end of
 * that line and at the start of the next: what was on it stays at the line's end.
 */
export function graphemeRect(node: Text, start: number, length: number): DOMRect | null {
  if (start < 0 || length < 1 || start + length > node.data.length) return null;
  const range = new Range();
  range.setStart(node, start);
  range.setEnd(node, start + length);
  const rects = Array.from(range.getClientRects()).filter(({ height }) => height > 0);
  return rects.find(({ width }) => width > 0) ?? rects[0] ?? null;
}

/** What was recorded, its white space made single spaces: how texts are compared. */
export const squeeze = (text: string): string => asRecorded(text).replace(/\s+/g, " ").trim();
