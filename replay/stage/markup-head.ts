/** What stands first in a standalone file: nothing may run or connect, and fonts without a sheet. */
import type { Applier } from "./apply";
import { MASK_FAMILY, maskFontFace } from "./mask-font";
import * as dom from "./natives";
import { inAttribute, type Part } from "./parts";

/** Everything that is shown is in the file; a style is no script. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:; " +
  "media-src data:; base-uri 'none'; form-action 'none'";

const ALWAYS = [
  `<meta data-heatwright http-equiv="Content-Security-Policy" content="${inAttribute(POLICY)}">`,
  '<meta data-heatwright charset="utf-8">',
  // Browsers look up the names in links before anyone follows one.
  '<meta data-heatwright http-equiv="x-dns-prefetch-control" content="off">',
  '<meta data-heatwright name="referrer" content="no-referrer">',
];

/**
 * Only a script puts anything on the top layer. These rules are what browsers do to what is
 * there, in a layer that any rule of the page is stronger than.
 */
const TOP_LAYER =
  "@layer{[data-heatwright-top]{position:fixed;inset:0;margin:auto;display:block;overflow:auto;" +
  "width:fit-content;height:fit-content;z-index:2147483647}" +
  "dialog[data-heatwright-top]{max-width:calc(100% - 6px - 2em);max-height:calc(100% - 6px - 2em)}}";

export function headParts(doc: Document, applier: Applier): Part[] {
  const parts: Part[] = [...ALWAYS, `<style data-heatwright>${TOP_LAYER}`];
  const faces = Array.from(dom.fontsOf(doc));
  if (faces.some((face) => face.family === MASK_FAMILY)) parts.push(maskFontFace());
  const base = dom.baseOf(doc);
  for (const text of doc === document ? applier.fontFaces : []) {
    parts.push({ kind: "css", text, base, in: "style" });
  }
  return [...parts, "</style>"];
}

/** What dims the page behind a modal dialog, as an outline: no element has a backdrop of its own. */
export function backdropStyle(dialog: Element): string {
  const { backgroundColor } = getComputedStyle(dialog, "::backdrop");
  return `outline:max(200vw,200vh) solid ${backgroundColor} !important`;
}

/** How an element is on the top layer, if it is. */
export function topLayerMark(element: Element): "modal" | "popover" | null {
  if (dom.isHtml(element, "dialog") && element.matches(":modal")) return "modal";
  return dom.attr(element, "popover") !== null && dom.fits(element, ":popover-open") ? "popover" : null;
}
