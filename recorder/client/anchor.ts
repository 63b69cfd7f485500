/**
 * Where a pointer is, in terms of content: the element's box and, when the
 * pointer is inside the rectangle of one grapheme, that grapheme.
 *
 * The tag uses this at each click and tap; the stage uses it for pointer
 * positions that the tag did not measure. All numbers are CSS pixels of the
 * viewport of the frame that owns the element.
 */

/** Left, top, width, height of an element's border box. */
export type Box = [number, number, number, number];

/** One grapheme of a text node, and where in its rectangle (0..1) the pointer is. */
export interface GraphemeHit {
  node: Text;
  start: number;
  length: number;
  fx: number;
  fy: number;
}

interface CaretDocument {
  caretPositionFromPoint?: (
    x: number,
    y: number,
    options?: { shadowRoots: ShadowRoot[] },
  ) => { offsetNode: Node; offset: number } | null;
  caretRangeFromPoint?: (x: number, y: number) => Range | null;
}

/** Missing in browsers before 2024; code points have to do there. */
const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A text is segmented only this far (UTF-16 units) around the caret: graphemes are short. */
const SEGMENT_WINDOW = 64;

/** A text is searched from its start only this far (UTF-16 units): a click must not be felt. */
const SEARCH_UNITS = 2000;

export function boxOf(element: Element): Box {
  let rect = element.getBoundingClientRect();
  // Only what is empty may have no box of its own.
  if (!rect.width && !rect.height && !element.getClientRects().length) {
    rect = contentOf(element).getBoundingClientRect();
  }
  return [rect.left, rect.top, rect.width, rect.height];
}

/** What stands for an element without a box of its own, as `display: contents` makes it. */
export function contentOf(element: Element): Range {
  const range = element.ownerDocument.createRange();
  range.selectNodeContents(element);
  return range;
}

/** The grapheme of `text` that covers UTF-16 `offset`: its start and length. */
export function graphemeAt(text: string, offset: number): [start: number, length: number] | null {
  if (offset < 0 || offset >= text.length) return null;
  if (!segmenter) return [offset, (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1];
  // From white space on, or from the window's start: no grapheme is cut at white space.
  const begin = Math.max(0, offset - SEGMENT_WINDOW);
  const from = begin + text.slice(begin, offset).search(/\S*$/);
  const segment = segmenter.segment(text.slice(from, offset + SEGMENT_WINDOW)).containing(offset - from);
  return segment ? [from + segment.index, segment.segment.length] : null;
}

/**
 * The grapheme whose rectangle contains the point, or null.
 *
 * The caret API answers with a boundary, and also in padding and beyond the
 * end of a line; so the graphemes on both sides are tried, and only one whose
 * own client rectangle holds the point counts.
 */
export function graphemeUnder(target: Element, x: number, y: number): GraphemeHit | null {
  const caret = target.firstChild && caretAt(target, x, y);
  if (!caret || caret.node.nodeType !== Node.TEXT_NODE || !target.contains(caret.node)) return null;
  const node = caret.node as Text;
  for (const [start, length] of candidates(node, caret.offset, x, y)) {
    const rect = rectHolding(node, start, length, x, y);
    if (rect && isShown(node, target, x, y, rect)) {
      const { left, top, width, height } = rect;
      return { node, start, length, fx: (x - left) / width, fy: (y - top) / height };
    }
  }
  return null;
}

type Grapheme = [start: number, length: number];

/**
 * Graphemes that may be under the point: those on both sides of the caret, and then, if the
 * point is on the node's lines at all, every other. Where text runs both ways, as digits in
 * Hebrew do, the caret API names the far side of a run.
 */
function* candidates(node: Text, offset: number, x: number, y: number): Generator<Grapheme> {
  for (const near of [offset, offset - 1]) {
    const grapheme = graphemeAt(node.data, near);
    if (grapheme) yield grapheme;
  }
  if (!rectHolding(node, 0, node.data.length, x, y)) return;
  for (let at = 0; at < Math.min(node.data.length, SEARCH_UNITS); ) {
    const grapheme = graphemeAt(node.data, at);
    if (!grapheme) return;
    yield grapheme;
    at = grapheme[0] + grapheme[1];
  }
}

/**
 * Whether text below `target` is what is seen at the point. The caret API also answers with
 * text that a scroller cuts off there; the middle of its line tells, where no rounding matters.
 */
function isShown(node: Text, target: Element, x: number, y: number, rect: DOMRect): boolean {
  const holder = node.parentElement;
  if (!holder || holder === target) return true;
  const { writingMode, pointerEvents } = getComputedStyle(holder);
  if (writingMode.startsWith("h")) y = (rect.top + rect.bottom) / 2;
  else x = (rect.left + rect.right) / 2;
  const hit = (target.getRootNode() as Document | ShadowRoot).elementFromPoint(x, y);
  return !!hit && (holder.contains(hit) || pointerEvents === "none");
}

function caretAt(target: Element, x: number, y: number): { node: Node; offset: number } | null {
  const doc = target.ownerDocument as unknown as CaretDocument;
  if (doc.caretPositionFromPoint) {
    const position = doc.caretPositionFromPoint(x, y, { shadowRoots: shadowRootsOf(target) });
    return position && { node: position.offsetNode, offset: position.offset };
  }
  const range = doc.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : null;
}

/** The shadow roots around `target`, innermost first: the caret API enters only those it is given. */
function shadowRootsOf(target: Element): ShadowRoot[] {
  const roots: ShadowRoot[] = [];
  // Events tell of nothing in closed roots, so that all of these are open.
  for (let host = hostOf(target); host; host = hostOf(host)) roots.push(host.shadowRoot as ShadowRoot);
  return roots;
}

/** By its type: a frame's shadow roots are no instances of this window's class. */
function hostOf(node: Node): Element | null {
  const root = node.getRootNode();
  return root.nodeType === 11 ? (root as Partial<ShadowRoot>).host ?? null : null;
}

/** The element around `element`, out of a shadow tree over its host. */
export const composedParent = (element: Element): Element | null =>
  element.parentElement ?? hostOf(element);

function rectHolding(node: Text, start: number, length: number, x: number, y: number): DOMRect | null {
  const range = node.ownerDocument.createRange();
  range.setStart(node, start);
  range.setEnd(node, start + length);
  for (const rect of range.getClientRects()) {
    const inside = x >= rect.left && x <= rect.right && y >= rect.top && y <= rect.bottom;
    if (inside && rect.width > 0 && rect.height > 0) return rect;
  }
  return null;
}
