/** What an HTML parser makes of a standalone file, beside the stage that the file is of. */
import * as dom from "./natives";

export interface Differences {
  /** Elements on the stage. */
  elements: number;
  /** Those that a parser puts elsewhere, such as a paragraph in a paragraph. */
  displaced: number;
  /** Elements whose own text differs. */
  texts: number;
  /** Where it begins: elements whose children are others, by name. */
  places: Record<string, number>;
}

type Parser = typeof Document & { parseHTMLUnsafe(markup: string): Document };

/** Compares `doc` with what `markup` is parsed to, and adds to `found`. */
export function differences(doc: Document, markup: string, found: Differences): void {
  const parsed = dom.documentElement((Document as Parser).parseHTMLUnsafe(markup));
  const root = dom.documentElement(doc);
  if (!root || !parsed) return;
  found.elements++;
  compare(root, parsed, found);
}

function compare(stage: Element, parsed: Element, found: Differences): void {
  const shadow = dom.shadowRootOf(stage);
  if (shadow) compareChildren(stage, shadow, dom.shadowRootOf(parsed), found);
  if (["noscript", "script", "iframe"].includes(dom.localName(stage))) return;
  const isTemplate = dom.isHtml(parsed, "template");
  compareChildren(stage, stage, isTemplate ? parsed.content : parsed, found);
}

function compareChildren(owner: Element, stage: Node, parsed: Node | null, found: Differences): void {
  const ours = elementsOf(stage);
  const theirs = parsed ? elementsOf(parsed).filter(isRecorded) : [];
  found.elements += ours.length;
  const isSame = ours.length === theirs.length && ours.every((one, i) => nameOf(one) === nameOf(theirs[i]));
  if (!isSame) {
    const name = nameOf(owner);
    found.places[name] = (found.places[name] ?? 0) + 1;
    const below = ours.reduce((sum, one) => sum + size(one), 0);
    found.elements += below - ours.length;
    found.displaced += below;
    return;
  }
  if (parsed && words(stage) !== words(parsed) && !isWritten(owner)) found.texts++;
  ours.forEach((one, i) => compare(one, theirs[i] as Element, found));
}

/** Elements of the file's own: its policy, its sprites. */
const isRecorded = (element: Element): boolean => dom.attr(element, "data-heatwright") === null;

/** Its text is written by Python, or as the value of a field. */
const isWritten = (element: Element): boolean => ["style", "textarea"].includes(dom.localName(element));

/** As a parser that minds no capitals in HTML has it. */
const nameOf = (element: Element | undefined): string =>
  element ? (dom.isHtmlElement(element) ? dom.localName(element).toLowerCase() : dom.localName(element)) : "";

const elementsOf = (parent: Node): Element[] => Array.from(dom.childNodes(parent)).filter(dom.isElement);

/** Own text; white space that shows nothing may be elsewhere. */
function words(parent: Node): string {
  const texts = Array.from(dom.childNodes(parent)).filter(dom.isText);
  return texts.map((text) => text.data.replace(/\r\n?/g, "\n")).join("").trim();
}

function size(element: Element): number {
  const shadow = dom.shadowRootOf(element);
  const inside = [element, ...(shadow ? [shadow] : [])].flatMap(elementsOf);
  return inside.reduce((sum, one) => sum + size(one), 1);
}
