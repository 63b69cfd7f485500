/**
 * Traits: what is said of an element and around it, for finding it again where no key is left.
 *
 * Each is `kind:words`; none alone is an identity, and geometry is not among them. How much each
 * kind weighs is Python's affair (`heatmap/similarity.py`).
 */
import { lasting } from "./generated";
import * as dom from "./natives";
import { squeeze } from "./texts";

/** Words and classes of one element, at most. */
const MOST = 12;
/** Characters of a neighbour's text. */
const NEAR_CHARS = 40;
/** Levels of ancestors whose classes count. */
const NEAR_LEVELS = 2;

/** Characters of an element's text that are looked at. */
const READ_CHARS = 400;
/** A text up to this long is taken as a whole: longer ones are edited. */
const WHOLE_CHARS = 80;

const WORDS = /[\p{L}\p{N}]+/gu;
const LANDMARKS = /^(?:nav|header|footer|main|section|article|aside|form|dialog|table|ul|ol|figure)$/;
const SAID = ["name", "type", "placeholder", "alt", "title", "aria-label", "for", "value", "data-target", "data-bs-target"];

/** The beginning of what an element says; a page's whole text is not gone through at each level. */
const said = (element: Element): string => squeeze((dom.textOf(element) ?? "").slice(0, READ_CHARS));

/** Traits of elements that are asked for in document order. */
export class Traits {
  /** Of each element seen: what it says to those inside of it, nearest first. */
  private readonly surroundings = new Map<Element, string[]>();
  private heading = "";
  private readonly before = new Map<Node, { element: Element; text: string }>();

  of(element: Element): string[] {
    const text = said(element);
    const found = [`tag:${dom.tagOf(element)}`, ...ownTraits(element, text), ...this.around(element, text)];
    if (/^h[1-6]$/.test(dom.tagOf(element))) this.heading = text.slice(0, NEAR_CHARS);
    return [...new Set(found)];
  }

  private around(element: Element, text: string): string[] {
    const parent = dom.composedParent(element);
    const above = parent ? (this.surroundings.get(parent) ?? []) : [];
    const tag = dom.tagOf(element);
    const id = dom.attr(element, "id");
    const href = dom.attr(element, "href");
    const mine = [
      `up:${tag}`,
      ...classesOf(element).map((name) => `upclass:${name}`),
      ...(text && text.length <= WHOLE_CHARS ? [`upsays:${text.toLowerCase()}`] : []),
      ...(href ? [`uphref:${href}`] : []),
    ];
    const inside = [
      ...(id && lasting(id) ? [`in:#${id}`] : []),
      ...(LANDMARKS.test(tag) ? [`in:${tag}`] : []),
    ];
    const passed = above.flatMap((trait) => further(trait));
    this.surroundings.set(element, [...mine, ...inside, ...passed]);
    return [...above, ...(this.heading ? [`head:${this.heading}`] : []), ...this.neighbour(element, text)];
  }

  private neighbour(element: Element, text: string): string[] {
    const home = dom.parentNode(element) as Node | null;
    if (!home) return [];
    const last = this.before.get(home);
    this.before.set(home, { element, text: text.slice(0, NEAR_CHARS) });
    return last ? [`prev:${dom.tagOf(last.element)}`, ...(last.text ? [`prevsays:${last.text}`] : [])] : ["first:"];
  }
}

/** A trait of the parent as the grandchild has it; none beyond some levels. */
function further(trait: string): string[] {
  if (trait.startsWith("in:")) return [trait];
  const [, kind, level = "", rest] = /^(up|upclass|upsays|uphref)(\d?):(.*)$/s.exec(trait) ?? [];
  const next = Number(level || 1) + 1;
  return kind && next <= NEAR_LEVELS ? [`${kind}${next}:${rest}`] : [];
}

function ownTraits(element: Element, text: string): string[] {
  const found: string[] = classesOf(element).map((name) => `class:${name}`);
  const id = dom.attr(element, "id");
  if (id && lasting(id)) found.push(`id:${id}`);
  for (const name of SAID) {
    const value = dom.attr(element, name);
    if (value) found.push(`${name}:${squeeze(value).slice(0, NEAR_CHARS)}`);
  }
  const role = dom.attr(element, "role");
  if (role) found.push(`role:${role}`);
  const href = dom.attr(element, "href");
  if (href) found.push(...addressTraits("href", href));
  const src = dom.attr(element, "src");
  if (src) found.push(...addressTraits("src", src));
  if (text.length <= WHOLE_CHARS) found.push(`text:${text.toLowerCase()}`);
  const words = text.toLowerCase().match(WORDS) ?? [];
  found.push(...words.slice(0, MOST).map((word) => `word:${word}`));
  if (!text) found.push(...dom.inside(element, "img, i, svg, use").slice(0, 3).flatMap(pictured));
  const children = Array.from(dom.childNodes(element)).filter((node) => dom.isElement(node));
  found.push(`kids:${children.slice(0, 6).map((child) => dom.nodeName(child).toLowerCase()).join()}`);
  return found;
}

/** What a picture or icon inside of an element without words says of it. */
function pictured(picture: Element): string[] {
  const src = dom.attr(picture, "src") ?? dom.attr(picture, "href");
  const said = src ? addressTraits("src", src) : classesOf(picture).map((name) => `class:${name}`);
  return said.map((trait) => `holds${trait}`);
}

/** The address without its origin and query, and its last part without the ending. */
function addressTraits(kind: string, address: string): string[] {
  if (/^data:/i.test(address)) return [];
  const path = address.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/\?.*$/, "");
  const last = path.split("/").filter(Boolean).at(-1) ?? "";
  const name = last.replace(/\.[a-z0-9]+$/i, "").replace(/[.-][A-Za-z0-9]*\d[A-Za-z0-9]{4,}$/, "");
  return [`${kind}:${path}`, ...(name ? [`${kind}name:${name.toLowerCase()}`] : [])];
}

function classesOf(element: Element): string[] {
  const names = (dom.attr(element, "class") ?? "").split(/\s+/).filter(Boolean).slice(0, MOST);
  return names.map(lasting).filter((name) => name !== null);
}
