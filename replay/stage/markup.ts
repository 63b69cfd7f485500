/**
 * The stage's DOM as markup: a file that shows this moment without the stage.
 *
 * What a parser does not give back is written as what it does: shadow trees
 * declared, frames as `srcdoc`, adopted sheets as styles, canvases as pictures
 * behind themselves. What remains is found by `reparse.ts`.
 */
import type { Applier } from "./apply";
import { attributeParts, reference, stateOf, textareaValue } from "./markup-attributes";
import { backdropStyle, headParts, topLayerMark } from "./markup-head";
import * as dom from "./natives";
import { inAttribute, inText, type Part, skeleton } from "./parts";
import { type Differences, differences } from "./reparse";

export interface Standalone {
  parts: Part[];
  /** What this file shows in another way than the stage, by name. */
  counts: Record<string, number>;
  differences: Differences;
}

const VOID = new Set(
  "area base br col embed hr img input link meta source track wbr basefont bgsound frame keygen param".split(" "),
);

/** Elements whose content is no markup, and invisible or never recorded. */
const EMPTIED = new Set(["script", "noscript", "iframe", "noembed", "noframes"]);

/** A picture that fills what a canvas would paint on. */
const BEHIND =
  "background-size:100% 100% !important;background-position:0 0 !important;" +
  "background-repeat:no-repeat !important;background-origin:content-box !important;" +
  "background-clip:content-box !important";

export function standalone(applier: Applier): Standalone {
  const found: Differences = { elements: 0, displaced: 0, texts: 0, places: {} };
  const counts: Record<string, number> = {};
  const [x, y] = applier.windowScroll;
  if (x || y) counts.scrolled_back = 1;
  const focused = document.activeElement;
  if (focused && focused !== dom.bodyOf(document)) counts.focus_not_kept = 1;
  const parts = new Markup(applier, counts, found).document(document);
  return { parts, counts, differences: found };
}

class Markup {
  private parts: Part[] = [];
  /** What `<use>` elements of the tree under way name of other files. */
  private uses: string[] = [];

  constructor(
    private readonly applier: Applier,
    private readonly counts: Record<string, number>,
    private readonly found: Differences,
  ) {}

  document(doc: Document): Part[] {
    const doctype = dom.doctypeOf(doc);
    if (doctype) this.parts.push(new XMLSerializer().serializeToString(doctype));
    else if (doc.compatMode !== "BackCompat") this.parts.push("<!DOCTYPE html>");
    const root = dom.documentElement(doc);
    if (root) this.root(root, doc);
    differences(doc, skeleton(this.parts), this.found);
    return this.parts;
  }

  /** `<html>`: what must come first is in its head, whether one was recorded or not. */
  private root(root: Element, doc: Document): void {
    const children = Array.from(dom.childNodes(root));
    const head = children.find((child) => dom.isHtml(child, "head"));
    this.parts.push("<html", ...attributeParts(root, {}), "><head");
    if (head) this.parts.push(...attributeParts(head as Element, {}));
    this.parts.push(">", ...headParts(doc, this.applier));
    if (head) this.children(head);
    this.parts.push(...this.adopted(doc, root), "</head>");
    for (const child of children) {
      if (child !== head && (dom.isElement(child) || (dom.textOf(child) ?? "").trim())) this.node(child);
    }
    this.parts.push("</html>");
  }

  private node(node: Node): void {
    if (dom.isElement(node)) return this.element(node);
    if (dom.isText(node)) this.parts.push(inText(node.data));
    // Comments can hold anything, and show nothing.
  }

  private children(parent: Node): void {
    for (const child of Array.from(dom.childNodes(parent))) this.node(child);
  }

  private element(element: Element): void {
    const isHtml = dom.isHtmlElement(element);
    // Nothing after it would be markup any more.
    const name = isHtml && dom.localName(element) === "plaintext" ? "pre" : dom.qualifiedName(element);
    this.parts.push(`<${name}`, ...attributeParts(element, this.special(element)), ">");
    if (isHtml && VOID.has(name)) return;
    const shadow = dom.shadowRootOf(element);
    if (shadow) this.shadow(shadow, element);
    this.content(element, isHtml, name);
    if (isHtml && name === "body") this.sprites();
    this.parts.push(`</${name}>`);
    if (element.scrollTop || element.scrollLeft) this.count("scrolled_back");
  }

  private content(element: Element, isHtml: boolean, name: string): void {
    if (isHtml && EMPTIED.has(name)) return;
    if (name === "style") return this.style(element, isHtml);
    if (isHtml && name === "xmp") {
      const text = dom.textOf(element) ?? "";
      this.parts.push(/<\/xmp/i.test(text) ? "" : text);
    } else if (dom.isHtml(element, "textarea")) {
      this.parts.push("\n", inText(String(textareaValue(element))));
    } else {
      // A parser drops a line break that comes first.
      if (isHtml && (name === "pre" || name === "listing")) this.parts.push("\n");
      this.children(element);
    }
  }

  private style(element: Element, isHtml: boolean): void {
    const sheet = (element as HTMLStyleElement).sheet;
    const isTouched = sheet && this.applier.styles.touched.has(sheet);
    const text = isTouched ? rulesOf(sheet) : (dom.textOf(element) ?? "");
    this.parts.push(reference("css", text, element, isHtml ? "style" : "text"));
  }

  private shadow(shadow: ShadowRoot, host: Element): void {
    const focus = shadow.delegatesFocus ? " shadowrootdelegatesfocus" : "";
    this.parts.push(`<template shadowrootmode="open"${focus}>`);
    const outer = this.uses;
    this.uses = [];
    this.children(shadow);
    this.sprites();
    this.uses = outer;
    this.parts.push(...this.adopted(shadow, host), "</template>");
  }

  private sprites(): void {
    if (this.uses.length) this.parts.push({ kind: "sprites", uses: this.uses });
    this.uses = [];
  }

  /** Sheets that came by script, as styles after all others. */
  private adopted(root: Document | ShadowRoot, near: Element): Part[] {
    const sheets = dom.adoptedBy(root);
    return sheets.flatMap((sheet) => [
      `<style data-heatwright media="${inAttribute(sheet.media.mediaText)}">`,
      reference("css", rulesOf(sheet), near, "style"),
      "</style>",
    ]);
  }

  /** Attributes in place of what an element is or has beside them. */
  private special(element: Element): Record<string, Part[] | null> {
    const extra = stateOf(element);
    const tag = dom.localName(element);
    if (tag === "use") this.noteUse(element);
    if (tag.includes("-") && !customElements.get(tag)) extra["data-heatwright-undefined"] = [""];
    const layer = topLayerMark(element);
    if (layer) {
      extra["data-heatwright-top"] = [layer];
      extra.popover = null;
      this.count("top_layer_flattened");
    }
    if (layer === "modal") extra.style = this.styled(element, backdropStyle(element));
    if (dom.isHtml(element, "canvas")) extra.style = this.canvas(element);
    if (dom.isHtml(element, "iframe")) extra.srcdoc = this.frame(element);
    if (dom.isHtml(element, "link")) return { ...extra, ...this.link(element) };
    return extra;
  }

  private noteUse(element: Element): void {
    for (const name of ["href", "xlink:href"]) {
      const href = dom.attr(element, name);
      if (!href || href.startsWith("#")) continue;
      this.uses.push(new URL(href, dom.baseOf(element)).href);
    }
  }

  /** A sheet that rules were added to by script is written as it is now. */
  private link(link: HTMLLinkElement): Record<string, Part[] | null> {
    if (!link.sheet || !this.applier.styles.touched.has(link.sheet)) return {};
    const base = link.sheet.href ?? dom.baseOf(link);
    return { href: [reference("sheet", rulesOf(link.sheet), link, "attribute", base)] };
  }

  /** What it shows lies behind it: so it stays a canvas to all CSS. */
  private canvas(canvas: HTMLCanvasElement): Part[] | null {
    if (!this.applier.builder.canvases.isPainted(canvas)) return this.styled(canvas, "");
    const picture = HTMLCanvasElement.prototype.toDataURL.call(canvas);
    this.count("canvas_as_picture");
    return this.styled(canvas, `background-image:url(${picture}) !important;${BEHIND}`);
  }

  /** The element's own style and `more`. */
  private styled(element: Element, more: string): Part[] | null {
    const style = dom.attr(element, "style") ?? "";
    const own: Part[] = style ? [reference("css", style, element, "attribute"), ";"] : [];
    return own.length || more ? [...own, inAttribute(more)] : null;
  }

  private frame(frame: HTMLIFrameElement): Part[] | null {
    const inner = dom.contentDocument(frame);
    if (!inner || !this.applier.builder.mirror.hasNode(inner)) return null;
    // `srcdoc` always follows the standards.
    if (inner.compatMode === "BackCompat") this.count("quirks_frame_in_standards_mode");
    const parts = new Markup(this.applier, this.counts, this.found).document(inner);
    return [{ kind: "frame", parts }];
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

function rulesOf(sheet: CSSStyleSheet): string {
  try {
    return Array.from(sheet.cssRules, (rule) => rule.cssText).join("\n");
  } catch {
    return ""; // of another origin
  }
}
