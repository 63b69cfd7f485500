/**
 * Line breaks of masked text at the recorded viewport.
 *
 * Lines are as wide as they were, so none is too long for its place. But the
 * first word of one, whose own width nobody told, may be short enough for the
 * end of the line before. It is then widened, at the cost of the other words
 * of its line, until it no longer fits there.
 */
import { WIDEST } from "./mask-font";
import { MASK } from "./texts";

/** A line of a masked text, as the tag told it. */
export interface Stretch {
  readonly node: Text;
  /** Where it begins in the node's text, UTF-16 units. */
  readonly from: number;
  /** Its characters, with asterisks. */
  readonly text: string;
  /** What its asterisks measure together, and its first word if that has a width of its own. */
  readonly steps: number;
  first: number;
  /** Whether it runs from left to right where its surroundings do not. */
  readonly isLtr: boolean;
  /** Font size, CSS pixels. */
  readonly size: number;
  /** Whether it begins on another line than the stretch before it. */
  readonly isNew: boolean;
}

/** The first word grows by this much in a round; after twelve rounds it is nine times as wide. */
const GROWTH = 1.2;
const ROUNDS = 12;

/** Widens first words; `texts` are in tree order, each with its stretches. */
export function breakAsRecorded(
  texts: Stretch[][],
  write: (node: Text, stretches: Stretch[]) => void,
): void {
  const byNode = new Map(texts.flatMap((text) => (text[0] ? [[text[0].node, text] as const] : [])));
  const all = texts.flat();
  let pairs = all.flatMap((next, index) => {
    const before = all[index - 1];
    return before?.text.trim() && next.isNew && next.text.trim() ? [{ before, next }] : [];
  });
  for (let round = 0; round < ROUNDS && pairs.length; round++) {
    // All are looked at before any is changed: one layout a round.
    pairs = pairs.filter(({ before, next }) => onOneLine(before, next));
    const grown = pairs.filter(({ next }) => widen(next));
    for (const node of new Set(grown.map(({ next }) => next.node))) write(node, byNode.get(node) ?? []);
    pairs = grown;
  }
}

/** False if the word cannot grow: it is not masked, or all of its line, or has all of the width. */
function widen(stretch: Stretch): boolean {
  const words = stretch.text.trim().split(/\s+/);
  const masks = (text: string): number => text.split(MASK).length - 1;
  const letters = masks(words[0] ?? "");
  if (!letters) return false;
  const share = letters / masks(stretch.text);
  const most = Math.min(stretch.steps, letters * WIDEST);
  if (words.length < 2 || stretch.first >= most) return false;
  stretch.first = Math.min(most, Math.ceil((stretch.first || stretch.steps * share) * GROWTH));
  return true;
}

/** Whether `next` begins on the line on which `before` ends: the tag's own rule for lines. */
function onOneLine(before: Stretch, next: Stretch): boolean {
  const last = rectAt(before, before.text.trimEnd().length - 1);
  const first = rectAt(next, next.text.search(/\S/));
  if (!last || !first) return false;
  const vertical = getComputedStyle(next.node.parentElement ?? document.body).writingMode[0] === "v";
  const middle = ({ left, right, top, bottom }: DOMRect): number =>
    (vertical ? left + right : top + bottom) / 2;
  return Math.abs(middle(first) - middle(last)) < next.size / 2;
}

function rectAt({ node, from }: Stretch, unit: number): DOMRect | undefined {
  const range = new Range();
  range.setStart(node, from + unit);
  range.setEnd(node, from + unit + 1);
  return range.getClientRects()[0];
}
