/**
 * Masked text as wide as what it stands for.
 *
 * The tag tells how many characters were on each line of a masked text and
 * how wide they were (`recorder/client/widths.ts`). Each asterisk becomes a
 * bar (`mask-font.ts`), so that every line has its width. At the recorded
 * viewport lines then break where they did (`mask-lines.ts`); at others, about.
 */
import type { Mirror } from "rrweb-snapshot";
import type { TextWidths, WidthsPayload } from "../../recorder/client/widths";
import { addMaskFont, bar, MASK_FAMILY, STEPS, WIDEST } from "./mask-font";
import { breakAsRecorded, type Stretch } from "./mask-lines";
import * as dom from "./natives";
import type { StageReport } from "./report";
import { asRecorded, MASK } from "./texts";

/** Texts remembered of one page: as many as the tag measures. */
const MAX_TEXTS = 20_000;

/** What left the page is looked for only once in so many texts that find no room. */
const SWEEP_EVERY = 1000;

/** No font on a page is smaller or larger (CSS pixels): forged numbers end here. */
const FONT_PX = [1, 2000] as const;

/** No line is longer (CSS pixels). */
const LINE_PX = 100_000;

interface Told {
  at: number;
  size: number;
  /** Whether it runs against the direction of what is around it. */
  isAgainst: boolean;
  lines: { units: number; px: number; isNew: boolean }[];
}

interface Found {
  node: Text;
  parent: HTMLElement;
  told: Told;
}

export class Masks {
  private readonly told = new Map<number, Told>();
  private refusals = 0;

  constructor(
    private readonly mirror: Mirror,
    private readonly report: StageReport,
  ) {}

  reset(): void {
    this.told.clear();
  }

  /** What the recording tells of some texts; the latest holds. */
  remember(payload: WidthsPayload): void {
    for (const text of payload.texts) {
      const told = sound(text, payload.at);
      if (told && this.hasRoom(text[0] as number)) this.told.set(text[0] as number, told);
      else this.report.count("mask_width_refused");
    }
  }

  private hasRoom(id: number): boolean {
    const isFull = (): boolean => this.told.size >= MAX_TEXTS && !this.told.has(id);
    if (isFull() && this.refusals++ % SWEEP_EVERY === 0) {
      for (const known of this.told.keys()) if (!this.isHere(known)) this.told.delete(known);
    }
    return !isFull();
  }

  private isHere(id: number): boolean {
    const node = this.mirror.getNode(id);
    return !!node && dom.isConnected(node);
  }

  /** Gives every masked text, if any, its widths. Fonts and images must be in. */
  async apply(): Promise<boolean> {
    try {
      return await this.widen();
    } catch {
      // The page is shown all the same, with asterisks as wide as asterisks.
      this.report.count("mask_width_refused");
      return true;
    }
  }

  private async widen(): Promise<boolean> {
    const texts = [...this.told].flatMap(([id, told]) => this.find(id, told));
    if (!texts.length) return false;
    const docs = new Set(texts.map(({ node }) => dom.ownerDocument(node) as Document));
    for (const doc of docs) await addFont(doc);
    const rulers = new Map([...docs].map((doc) => [doc, ruler(doc)]));
    const stretches = texts.flatMap(({ node, parent, told }) => {
      const style = getComputedStyle(parent);
      // At size 0, as some pages hide text at some widths, no bar has a width.
      if (!(parseFloat(style.fontSize) > 0)) return [];
      const measure = rulers.get(dom.ownerDocument(node) as Document) as Ruler;
      return [{ node, parent, told, stretches: stretchesOf(node, told, style, measure) }];
    });
    for (const parent of new Set(stretches.map((one) => one.parent))) useFont(parent);
    for (const one of stretches) write(one.node, one.stretches);
    const recorded = stretches.filter(({ told }) => told.at === window.innerWidth);
    breakAsRecorded(inTreeOrder(recorded.map((one) => one.stretches)), write);
    return true;
  }

  /** The text, unless it has changed since it was measured. */
  private find(id: number, told: Told): Found[] {
    const node = this.mirror.getNode(id);
    if (!dom.isText(node) || !dom.isConnected(node)) return [];
    const above = dom.parentNode(node) as Node | null;
    const parent = dom.isElement(above) ? above : (above as Partial<ShadowRoot> | null)?.host;
    if (!parent) return [];
    const units = told.lines.reduce((sum, line) => sum + line.units, 0);
    if (units === node.data.length) return [{ node, parent: parent as HTMLElement, told }];
    this.report.count("mask_width_outdated");
    return [];
  }
}

/** One text's widths, or null if they make no sense. */
function sound(text: TextWidths, at: number): Told | null {
  if (!Array.isArray(text) || text.length < 4 || text.length % 2 || !text.every(Number.isFinite)) return null;
  const [id, signed, ...numbers] = text as [number, number, ...number[]];
  const size = Math.abs(signed);
  if (!Number.isSafeInteger(id) || size < FONT_PX[0] || size > FONT_PX[1]) return null;
  const lines: Told["lines"] = [];
  for (let i = 0; i < numbers.length; i += 2) {
    const [units, px] = [numbers[i] as number, numbers[i + 1] as number];
    if (!Number.isSafeInteger(units) || !units || (i && units < 0) || px < 0 || px > LINE_PX) return null;
    lines.push({ units: Math.abs(units), px, isNew: i > 0 || units < 0 });
  }
  return { at, size, isAgainst: signed < 0, lines };
}

/** Bars for the lines of one text. */
function stretchesOf(node: Text, told: Told, style: CSSStyleDeclaration, measure: Ruler): Stretch[] {
  const text = asRecorded(node.data);
  const scale = parseFloat(style.fontSize) / told.size;
  let from = 0;
  return told.lines.map(({ units, px, isNew }) => {
    const line = text.slice(from, from + units);
    const masks = line.split(MASK).length - 1;
    const left = (px * scale - measure(line.trim(), style)) / parseFloat(style.fontSize);
    const steps = Math.min(Math.max(0, Math.round(left * STEPS)), masks * WIDEST);
    const size = parseFloat(style.fontSize);
    // There are no bars that run from right to left by themselves.
    const isLtr = told.isAgainst && style.direction === "rtl";
    const stretch = { node, from, text: line, steps, first: 0, isLtr, size, isNew };
    from += units;
    return stretch;
  });
}

/** Puts bars in the place of a text's asterisks. */
function write(node: Text, stretches: Stretch[]): void {
  node.data = stretches.map(barsOf).join("");
}

/**
 * One line's text, its steps spread evenly over its asterisks; where `first` is set, that
 * many go to the first word.
 */
function barsOf({ text, steps, first, isLtr }: Stretch): string {
  if (!first) return spread(text, steps, isLtr);
  const cut = text.length - text.trimStart().length + (text.trim().split(/\s/)[0] ?? "").length;
  return spread(text.slice(0, cut), first, isLtr) + spread(text.slice(cut), steps - first, isLtr);
}

function spread(text: string, steps: number, isLtr: boolean): string {
  const masks = text.split(MASK).length - 1;
  let seen = 0;
  return text.replaceAll(MASK, () => {
    const done = Math.floor((steps * seen) / masks);
    return bar(Math.min(WIDEST, Math.floor((steps * ++seen) / masks) - done), isLtr);
  });
}

/** Width of what is no asterisk in a line, and of all spacing in it (CSS pixels). */
type Ruler = (line: string, style: CSSStyleDeclaration) => number;

function ruler(doc: Document): Ruler {
  const context = (dom.factoryOf(doc).createElement("canvas") as HTMLCanvasElement).getContext("2d");
  return (line, style) => {
    if (!context) return 0;
    const text = style.whiteSpace.startsWith("pre") ? line : line.replace(/\s+/g, " ");
    const rest = text.replaceAll(MASK, "");
    const { fontStyle, fontWeight, fontSize, fontFamily } = style;
    context.font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
    const spaces = rest.split(/\s/).length - 1;
    const spacing = (value: string): number => parseFloat(value) || 0;
    return (
      context.measureText(rest).width +
      spacing(style.letterSpacing) * text.length +
      spacing(style.wordSpacing) * spaces
    );
  };
}

const withFont = new WeakSet<Document>();

async function addFont(doc: Document): Promise<void> {
  const Face = dom.defaultView(doc)?.FontFace;
  if (!Face || withFont.has(doc)) return;
  withFont.add(doc);
  await addMaskFont(dom.fontsOf(doc), Face);
}

/** Nothing but bars is drawn in the font, so that children may inherit it. */
function useFont(element: HTMLElement): void {
  const { fontFamily } = getComputedStyle(element);
  if (fontFamily.startsWith(MASK_FAMILY)) return;
  dom.styleOf(element).setProperty("font-family", `${MASK_FAMILY}, ${fontFamily}`, "important");
}

function inTreeOrder(texts: Stretch[][]): Stretch[][] {
  return texts.sort(([a], [b]) => {
    if (!a || !b) return 0;
    return a.node.compareDocumentPosition(b.node) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
  });
}
