/** Text nodes as content: which one of its parent's, what it says, where its graphemes are. */
import { graphemeAt } from "../../recorder/client/anchor";
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

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a, 32 bit, over UTF-16 units, as hex: tells whether two texts are the same. */
export function textHash(text: string): string {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0).toString(16);
}

/**
 * Where the grapheme that covers UTF-16 `start` is drawn; null if it is not laid out.
 *
 * A space at which a line is broken takes no width and has two rectangles, at the end of
 * that line and at the start of the next: what was on it stays at the line's end.
 */
export function graphemeRect(node: Text, start: number): DOMRect | null {
  const grapheme = graphemeAt(node.data, start);
  if (!grapheme) return null;
  const range = new Range();
  range.setStart(node, grapheme[0]);
  range.setEnd(node, grapheme[0] + grapheme[1]);
  const rects = Array.from(range.getClientRects()).filter(({ height }) => height > 0);
  return rects.find(({ width }) => width > 0) ?? rects[0] ?? null;
}
