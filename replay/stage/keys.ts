/**
 * Element keys: identities that hold across sessions, widths and deployments.
 *
 * Each element gets keys from strongest to weakest: test id, stable id, form
 * name, link target and name, role and name, own text, and the structural path
 * from the nearest ancestor that a key of the first two kinds belongs to alone. A key
 * counts only where it is unique in its document; geometry has no part in it.
 */
import { looksGenerated } from "./generated";
import * as dom from "./natives";
import { squeeze } from "./texts";
import { Traits } from "./traits";
import { walk } from "./walk";

/** `AnchorKeys` of `heatmap/identity.py`. */
export interface ElementKeys {
  /** `[kind, key, is unique in this document]`, strongest first. */
  keys: [kind: string, key: string, unique: boolean][];
  /** The strongest unique key: how tables call the element. */
  name: string;
  /** What a person would call it. */
  label: string;
  tag: string;
  /** What else is said of it and around it: see `traits.ts`. */
  traits: string[];
  /** The element in its recording, where several states of one may be told. */
  node?: number;
}

const TEST_ATTRIBUTES = ["data-testid", "data-test-id", "data-test", "data-cy", "data-qa"];

/** Tags whose role goes without saying; `a` and inputs are handled by their attributes. */
const IMPLIED_ROLES: Record<string, string> = {
  BUTTON: "button",
  SUMMARY: "button",
  NAV: "navigation",
  MAIN: "main",
  HEADER: "banner",
  FOOTER: "contentinfo",
  ASIDE: "complementary",
  H1: "heading",
  H2: "heading",
  H3: "heading",
  H4: "heading",
  H5: "heading",
  H6: "heading",
  IMG: "img",
  SELECT: "combobox",
  TEXTAREA: "textbox",
  DIALOG: "dialog",
};

/** Names are compared up to this length (characters): longer ones are whole paragraphs. */
const NAME_CHARS = 80;
/** Labels are cut for people. */
const LABEL_CHARS = 40;

/** Keys of every element on the stage; traits, which take as long again, only if they are wanted. */
export function elementKeys(withTraits = true): Map<Element, ElementKeys> {
  const found = new Map<Element, ElementKeys>();
  const uses = new Map<string, number>();
  const anchored = new Map<Element, string>();
  const owners = strongKeys();
  const numbering = new Numbering();
  const traits = new Traits();
  for (const { element, path } of walk()) {
    const keys = ownKeys(element);
    // An id that several elements carry says nothing about which of them this is below.
    const strong = keys.find(([kind, key]) => isStrong(kind) && owners.get(key) === 1)?.[1];
    const structural = structuralPath(element, anchored, path, numbering.next(element));
    anchored.set(element, strong ?? structural);
    keys.push(["path", structural, false]);
    for (const [, key] of keys) uses.set(key, (uses.get(key) ?? 0) + 1);
    found.set(element, {
      keys,
      name: "",
      label: labelOf(element),
      tag: dom.tagOf(element),
      traits: withTraits ? traits.of(element) : [],
    });
  }
  for (const entry of found.values()) {
    for (const key of entry.keys) key[2] = uses.get(key[1]) === 1;
    entry.name = (entry.keys.find(([, , unique]) => unique) ?? entry.keys.at(-1))?.[1] ?? "";
  }
  return found;
}

const isStrong = (kind: string): boolean => kind === "test" || kind === "id";

/** Test ids and ids, each with the number of elements that carry it. */
function strongKeys(): Map<string, number> {
  const owners = new Map<string, number>();
  for (const { element } of walk()) {
    for (const [, key] of strongKeysOf(element)) owners.set(key, (owners.get(key) ?? 0) + 1);
  }
  return owners;
}

function strongKeysOf(element: Element): ElementKeys["keys"] {
  const keys: ElementKeys["keys"] = [];
  for (const name of TEST_ATTRIBUTES) {
    const value = dom.attr(element, name);
    if (value) keys.push(["test", `test:${value}`, false]);
  }
  const id = dom.attr(element, "id");
  if (id && !looksGenerated(id)) keys.push(["id", `id:${id}`, false]);
  return keys;
}

function ownKeys(element: Element): ElementKeys["keys"] {
  const keys = strongKeysOf(element);
  const add = (kind: string, ...parts: string[]): void => {
    keys.push([kind, `${kind}:${parts.join("|")}`, false]);
  };
  const tag = dom.tagOf(element);
  const formName = dom.attr(element, "name");
  if (formName && /^(?:input|select|textarea|button)$/.test(tag)) {
    const form = dom.attr(element, "type") ?? "";
    const value = /^(?:radio|checkbox)$/.test(form) ? (dom.attr(element, "value") ?? "") : "";
    add("name", tag, formName, value);
  }
  const name = accessibleName(element);
  const href = dom.attr(element, "href");
  if (href !== null && tag === "a") add("link", pathOf(href), name);
  const role = roleOf(element);
  if (role && name) add("role", role, name);
  const text = ownText(element);
  if (text) add("text", tag, text);
  return keys;
}

/** The way down from the nearest ancestor with a strong key, by tag and position among its kind. */
function structuralPath(
  element: Element,
  anchored: Map<Element, string>,
  path: string,
  nth: number,
): string {
  const parent = dom.composedParent(element);
  const above = parent ? anchored.get(parent) : undefined;
  const start = above === undefined ? `path:${path.includes("#frame") ? path : ""}` : above;
  const from = start.startsWith("path:") ? start : `path:${start}`;
  const shadow = parent && dom.parentNode(element) !== parent ? "#shadow>" : "";
  return `${from}>${shadow}${dom.tagOf(element)}:${nth}`;
}

/** Positions among siblings of the same tag, given in document order: one pass for all. */
class Numbering {
  private readonly counts = new Map<Node, Map<string, number>>();

  next(element: Element): number {
    const parent = dom.parentNode(element) as Node | null;
    if (!parent) return 1;
    const ofParent = this.counts.get(parent) ?? new Map<string, number>();
    this.counts.set(parent, ofParent);
    const nth = (ofParent.get(dom.nodeName(element)) ?? 0) + 1;
    ofParent.set(dom.nodeName(element), nth);
    return nth;
  }
}

/** The first `length` UTF-16 units, less the half of a pair that the cut would leave. */
const cut = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\uD800-\uDBFF]$/, "");

/** Text of the element's own text nodes. */
function ownText(element: Element): string {
  let text = "";
  for (const child of Array.from(dom.childNodes(element))) if (dom.isText(child)) text += child.data;
  return cut(squeeze(text), NAME_CHARS);
}

function roleOf(element: Element): string | undefined {
  const role = dom.attr(element, "role");
  if (role) return role;
  if (dom.tagOf(element) === "input") return `input-${dom.attr(element, "type") ?? "text"}`;
  return IMPLIED_ROLES[dom.nodeName(element)];
}

/** The short form of the accessible name: label, alternative text, title, or what it says. */
function accessibleName(element: Element): string {
  const told = toldName(element);
  if (told) return told;
  const text = squeeze(dom.textOf(element) ?? "");
  return text.length <= NAME_CHARS ? text : "";
}

/** The name that an attribute gives it. */
function toldName(element: Element): string {
  for (const name of ["aria-label", "alt", "placeholder", "title"]) {
    const value = dom.attr(element, name);
    if (value) return cut(squeeze(value), NAME_CHARS);
  }
  return "";
}

/** What it says, a space between what is in different elements: a label is read, not compared. */
function wordsOf(element: Element): string {
  const parts: string[] = [];
  const waiting: Node[] = [element];
  while (waiting.length && parts.length < LABEL_CHARS) {
    const node = waiting.pop() as Node;
    if (dom.isText(node)) parts.push(node.data);
    else waiting.push(...Array.from(dom.childNodes(node)).reverse());
  }
  return squeeze(parts.join(" "));
}

/** Path and fragment of a link: the origin and the query change between deployments. */
function pathOf(href: string): string {
  try {
    const url = new URL(href, dom.baseOf(document));
    return url.pathname + url.hash;
  } catch {
    return href;
  }
}

function labelOf(element: Element): string {
  const id = dom.attr(element, "id");
  const isShort = accessibleName(element) !== "";
  const said = toldName(element) || (isShort && wordsOf(element)) || ownText(element) || contentOf(element);
  const short = said.length > LABEL_CHARS ? `${cut(said, LABEL_CHARS - 1)}…` : said;
  const own =
    dom.tagOf(element) + (id && !looksGenerated(id) ? `#${id}` : "") + (short ? ` “${short}”` : "");
  const control = short ? null : controlAround(element);
  return control ? `${own} in ${labelOf(control)}` : own;
}

/** What a link or button without a short name holds: the beginning of its words, or its picture's. */
function contentOf(element: Element): string {
  if (!/^(?:a|button)$/.test(dom.tagOf(element))) return "";
  const words = wordsOf(element);
  if (words) return words;
  const pictures = dom.inside(element, "img[alt], [aria-label]");
  const named = pictures.map((one) => dom.attr(one, "alt") ?? dom.attr(one, "aria-label") ?? "");
  return squeeze(named.find((name) => name.trim()) ?? "");
}

/** The link, button or label that an icon without words of its own is part of. */
function controlAround(element: Element): Element | null {
  const parent = dom.composedParent(element);
  return parent?.closest("a, button, label, summary, [role=button], [role=link]") ?? null;
}
