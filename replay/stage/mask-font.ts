/**
 * A font whose glyphs are bars of every width, for masked text.
 *
 * The stage may neither add elements nor style parts of a text, so the width
 * of a masked word can only come from its characters. The font maps arrows
 * that nobody writes to bars, and Braille patterns, for text that runs from left to right
 * whatever is around it; `unicode-range` keeps it away from all other
 * text, and from the metrics of the elements that use it.
 */

export const MASK_FAMILY = "heatwright-mask";

/** Widths are told in this many steps an em: at 16 px a step is a quarter of a pixel. */
export const STEPS = 64;

/**
 * Supplemental Arrows-B: like asterisks they take the direction of what is around them, are not
 * mirrored, and offer no line break. Two in their midst are emoji and left out.
 */
const FIRST = 0x2900;
const EMOJI_AT = 0x2934 - FIRST;
const EMOJI = 2;
const GLYPHS = 126;

const LAST = FIRST + GLYPHS - 1 + EMOJI;

/** Braille has a direction of its own, and is like the arrows otherwise. */
const BRAILLE = 0x2801;

/** The widest bar, in steps: almost two em. */
export const WIDEST = GLYPHS - 1;

/** The character that is `steps` wide; with `isLtr` it runs from left to right everywhere. */
export const bar = (steps: number, isLtr: boolean): string =>
  String.fromCharCode(isLtr ? BRAILLE + steps : FIRST + steps + (steps >= EMOJI_AT ? EMOJI : 0));

const BARS = /[\u2801-\u287e\u2900-\u2933\u2936-\u297f]/g;

/** `text` with `mask` for each bar. */
export const withoutBars = (text: string, mask: string): string => text.replace(BARS, mask);

const RANGE = "U+2801-287E, U+2900-2933, U+2936-297F";

/** One font for each document: a face belongs to the window that made it. */
export async function addMaskFont(fonts: FontFaceSet, Face: typeof FontFace): Promise<void> {
  const face = new Face(MASK_FAMILY, fontFile(), {
    unicodeRange: RANGE,
    // Nothing is to be made bold artificially, and no line higher.
    weight: "1 1000",
    ascentOverride: "0%",
    descentOverride: "0%",
    lineGapOverride: "0%",
  });
  fonts.add(face);
  await face.load();
}

/** The same as a rule of a sheet. */
export function maskFontFace(): string {
  const bytes = Array.from(new Uint8Array(fontFile()), (byte) => String.fromCharCode(byte)).join("");
  return (
    `@font-face{font-family:"${MASK_FAMILY}";src:url(data:font/ttf;base64,${btoa(bytes)});` +
    `unicode-range:${RANGE};font-weight:1 1000;` +
    "ascent-override:0%;descent-override:0%;line-gap-override:0%}"
  );
}

/** Font units an em, and the height of a bar in them: about that of small letters. */
const EM = 1024;
const BAR_BOTTOM = 60;
const BAR_TOP = 460;

/** The font as a file: https://learn.microsoft.com/typography/opentype/spec/otff, in 16 bit words. */
function fontFile(): ArrayBuffer {
  // Glyph 0 stands for what a font does not have.
  const widths = [0, ...Array.from({ length: GLYPHS }, (_, steps) => (steps * EM) / STEPS)];
  const outlines = widths.map(outline);
  const widest = Math.max(...widths);
  const offsets = [0];
  for (const words of outlines) offsets.push((offsets.at(-1) ?? 0) + words.length * 2);
  return assemble({
    "OS/2": [0, EM / 2, 400, 5, ...zeros(27), 0x40, BRAILLE, LAST, EM, 0, 0, EM, 0],
    cmap: [0, 1, 3, 1, ...long(12), ...characterMap()],
    glyf: outlines.flat(),
    head: [1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, EM, ...zeros(8), 0, 0, widest, EM, 0, 8, 2, 1, 0],
    hhea: [1, 0, EM, 0, 0, widest, 0, 0, widest, 1, ...zeros(7), widths.length],
    hmtx: widths.flatMap((width) => [width, 0]),
    loca: offsets.flatMap(long),
    maxp: [1, 0, widths.length, 4, 1, 0, 0, 2, ...zeros(8)],
    name: [0, 0, 6],
    post: [3, 0, ...zeros(14)],
  });
}

/** A rectangle as wide as its advance; nothing at all where that is zero. */
function outline(width: number): number[] {
  if (!width) return [];
  const height = BAR_TOP - BAR_BOTTOM;
  const corners = [0, 0, width, 0, BAR_BOTTOM, height, 0, -height];
  return [1, 0, BAR_BOTTOM, width, BAR_TOP, 3, 0, 0x0101, 0x0101, ...corners, 0];
}

/** Format 4: runs of characters that follow each other, and the run that ends all. */
function characterMap(): number[] {
  const gap = FIRST + EMOJI_AT;
  const ends = [BRAILLE + GLYPHS - 1, gap - 1, LAST, 0xffff];
  const starts = [BRAILLE, FIRST, gap + EMOJI, 0xffff];
  const deltas = [1 - BRAILLE, 1 - FIRST, 1 - FIRST - EMOJI, 1];
  return [4, 48, 0, 8, 8, 2, 0, ...ends, 0, ...starts, ...deltas, 0, 0, 0, 0];
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);
const long = (value: number): number[] => [value >>> 16, value & 0xffff];
const word = (letters: string): number => letters.charCodeAt(0) * 256 + letters.charCodeAt(1);

/** The tables, each from a multiple of four bytes on, behind their directory. */
function assemble(tables: Record<string, number[]>): ArrayBuffer {
  const names = Object.keys(tables);
  const power = Math.floor(Math.log2(names.length));
  const search = 16 * 2 ** power;
  const file = [1, 0, names.length, search, power, names.length * 16 - search];
  const bodies: number[] = [];
  for (const name of names) {
    const table = tables[name] ?? [];
    const offset = 12 + names.length * 16 + bodies.length * 2;
    bodies.push(...table, ...zeros(table.length % 2));
    const place = [...long(checksum(table)), ...long(offset), ...long(table.length * 2)];
    file.push(word(name), word(name.slice(2)), ...place);
  }
  file.push(...bodies);
  const view = new DataView(new ArrayBuffer(file.length * 2));
  file.forEach((value, index) => view.setUint16(index * 2, value & 0xffff));
  return view.buffer as ArrayBuffer;
}

/** 32 bit words added up. */
function checksum(table: number[]): number {
  let sum = 0;
  table.forEach((value, index) => (sum += (value & 0xffff) * (index % 2 ? 1 : 0x10000)));
  return sum % 2 ** 32;
}
