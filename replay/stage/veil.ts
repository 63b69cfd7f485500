/**
 * Veils: texts that are not to be read in a picture, as bars of their own size.
 *
 * A highlight paints over what it covers and moves nothing, neither boxes nor lines. What highlights do
 * not reach (what a field holds, letters cut out of a background, SVG) is hidden by a style.
 */
import * as dom from "./natives";
import { asRecorded } from "./texts";
import { walk } from "./walk";

const NAME = "heatwright-veil";
const SHEET = `::highlight(${NAME}) {
  color: transparent !important; -webkit-text-fill-color: transparent !important;
  -webkit-text-stroke-color: transparent !important; text-shadow: none !important;
  text-decoration-color: transparent !important; background-color: rgb(150 152 168 / 0.55) !important;
}`;

const UNSEEN = new Set(["script", "style", "noscript", "template", "title", "head", "textarea"]);
const SVG_TEXTS = /^(?:text|tspan|textPath)$/;
const FIELDS = /^(?:text|search|email|tel|url|number|date|time|month|week|datetime-local|)$/;

let listed: Text[] = [];

/** What every text node says that may be seen, in document order. */
export function texts(): string[] {
  listed = [];
  for (const { element } of walk()) {
    if (UNSEEN.has(dom.tagOf(element))) continue;
    const inside = [...dom.childNodes(element), ...(dom.shadowRootOf(element)?.childNodes ?? [])];
    listed.push(...inside.filter(dom.isText));
  }
  return listed.map(({ data }) => asRecorded(data));
}

/** Veils those of `texts()` with these numbers, and what was written into fields. */
export function veil(numbers: number[]): number {
  const found = numbers.flatMap((number) => listed[number] ?? []);
  const byDocument = new Map<Document, Text[]>();
  for (const text of found) {
    const doc = dom.ownerDocument(text) ?? document;
    byDocument.set(doc, [...(byDocument.get(doc) ?? []), text]);
    hideWhatHighlightsMiss(text);
  }
  for (const [doc, own] of byDocument) highlight(doc, own);
  return found.length + veilFields();
}

function highlight(doc: Document, own: Text[]): void {
  const view = dom.defaultView(doc) as (Window & typeof globalThis) | null;
  if (!view) return;
  const ranges = own.map((text) => {
    const range = new view.Range();
    range.selectNodeContents(text);
    return range;
  });
  view.CSS.highlights.set(NAME, new view.Highlight(...ranges));
  for (const root of new Set(own.map((text) => dom.rootOf(text) as Document | ShadowRoot))) {
    const sheet = new view.CSSStyleSheet();
    sheet.replaceSync(SHEET);
    dom.adoptedBy(root).push(sheet);
  }
}

/**
 * Shadows are drawn by the text below the highlight, options by their list, SVG by its fill; and a
 * background can be cut out by letters.
 */
function hideWhatHighlightsMiss(text: Text): void {
  const holder = dom.composedParent(text);
  if (holder && getComputedStyle(holder).textShadow !== "none") important(holder, "text-shadow", "none");
  for (let one = holder; one; one = dom.composedParent(one)) {
    const style = getComputedStyle(one);
    if (style.getPropertyValue("-webkit-background-clip").includes("text")) {
      important(one, "-webkit-background-clip", "border-box");
    }
    if (dom.isHtml(one, "select")) important(one, "color", "transparent");
    if (!SVG_TEXTS.test(dom.nodeName(one))) continue;
    for (const name of ["fill", "stroke"]) important(one, name, "transparent");
  }
}

/** What was typed is nobody else's, however often it was; masked, it says nothing. */
function veilFields(): number {
  let count = 0;
  for (const { element } of walk()) {
    const isText = dom.isHtml(element, "input") && FIELDS.test(dom.attr(element, "type") ?? "");
    if (!isText && !dom.isHtml(element, "textarea")) continue;
    const value = dom.valueOf(element);
    if (!/[\p{L}\p{N}]/u.test(value)) continue;
    important(element, "color", "transparent");
    important(element, "-webkit-text-fill-color", "transparent");
    count++;
  }
  return count;
}

const important = (element: Element, name: string, value: string): void =>
  dom.styleOf(element).setProperty(name, value, "important");

