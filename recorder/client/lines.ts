/** Lines of rendered text: how many characters each has, and how wide it is. */

/** Widths are told in multiples of this (CSS pixels). */
const GRAIN = 0.5;

/** Letters that run from right to left: Hebrew, Arabic, and what is written with them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** `[top, width]` of a line in the direction of its text: in vertical text, left and height. */
type Line = [at: number, length: number];

/** Measures text nodes one after the other: font size and lines, or nothing if not rendered. */
export function lineMeter(): (node: Text) => number[] {
  let lastAt = NaN;
  let rest = 0;

  return (node) => {
    const parent = node.parentElement ?? (node.parentNode as Partial<ShadowRoot>).host;
    const { direction, fontSize, writingMode } = getComputedStyle(parent as Element);
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
    const letter = /\p{L}/u.exec(node.data)?.[0];
    const isAgainst = letter && RIGHT_TO_LEFT.test(letter) !== (direction === "rtl");
    const told = [(isAgainst ? -1 : 1) * parseFloat(fontSize)];
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
