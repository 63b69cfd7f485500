/**
 * Second wall against a hostile recording: what could run, navigate or connect
 * is taken off before a node is built. (The first wall is the browser: a CSP
 * without scripts and a network that leads nowhere.) Elements stay, so that
 * paths and selectors stay right; only attributes go.
 */
import type { serializedNodeWithId } from "@rrweb/types";

/** Told the name of each thing that was taken off. */
export type Refuse = (name: Refusal) => void;

export type Refusal = "handler" | "script_url" | "frame_source" | "meta" | "ping" | "link";

/** Attributes that load a document, by tag; `sandbox` would shut the stage out of its own frame. */
const DOCUMENT_LOADERS: Record<string, readonly string[] | undefined> = {
  iframe: ["src", "srcdoc", "sandbox", "allow", "csp", "credentialless"],
  frame: ["src"],
  embed: ["src"],
  object: ["data", "codebase"],
  applet: ["code", "archive", "codebase"],
  portal: ["src"],
  fencedframe: ["src"],
};

/** Link types that draw something; every other kind only connects. */
const DRAWING_LINKS = new Set(["stylesheet", "alternate"]);

const URL_ATTRIBUTES = new Set([
  "href",
  "xlink:href",
  "src",
  "action",
  "formaction",
  // Of SVG animations, which can set a link's address.
  "to",
  "from",
  "by",
  "values",
]);

/** Control characters and white space are ignored by browsers inside a scheme. */
// eslint-disable-next-line no-control-regex
const SCRIPT_URL = /(?:^|;)[\u0000-\u0020]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript)\s*:/i;

/** Keeps the element a link (`:link` styles apply) that leads nowhere. */
const NOWHERE = "#";

/** The value an attribute may have on the stage; undefined takes it off. */
export function safeAttribute(tag: string, name: string, value: unknown, refuse: Refuse): unknown {
  const lower = name.toLowerCase();
  const reason = reasonAgainst(tag, lower, value);
  if (reason) {
    refuse(reason);
    return reason === "script_url" ? NOWHERE : undefined;
  }
  if (tag === "link" && lower === "rel") return drawingRel(value);
  return lower === "integrity" ? undefined : value;
}

function reasonAgainst(tag: string, name: string, value: unknown): Refusal | null {
  if (name.startsWith("on")) return "handler";
  if (name === "ping") return "ping";
  if (Object.hasOwn(DOCUMENT_LOADERS, tag) && DOCUMENT_LOADERS[tag]?.includes(name)) {
    return "frame_source";
  }
  if (tag === "meta" && name === "http-equiv" && !isCharset(value)) return "meta";
  return URL_ATTRIBUTES.has(name) && SCRIPT_URL.test(String(value)) ? "script_url" : null;
}

/** Whether a link of this `rel` may have an address. */
export function isDrawingLink(rel: unknown): boolean {
  return tokens(rel).some((token) => token === "stylesheet" || token === "icon");
}

/** A link that draws keeps only what draws; `preload stylesheet` is common. */
function drawingRel(rel: unknown): unknown {
  if (!isDrawingLink(rel)) return rel;
  return tokens(rel).filter((token) => DRAWING_LINKS.has(token)).join(" ");
}

const tokens = (rel: unknown): string[] => String(rel ?? "").toLowerCase().split(/\s+/);

/** `<meta http-equiv>` may declare the charset; refresh, CSP and cookies it may not. */
function isCharset(httpEquiv: unknown): boolean {
  return typeof httpEquiv === "string" && httpEquiv.trim().toLowerCase() === "content-type";
}

/** A serialized node fit to be built, without its children, and the address withheld from a link. */
export interface SafeNode {
  node: serializedNodeWithId;
  withheld: string | null;
}

export function safeNode(node: serializedNodeWithId, refuse: Refuse): SafeNode {
  if (!("attributes" in node)) return { node, withheld: null };
  const tag = node.tagName.toLowerCase();
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(node.attributes)) {
    const kept = safeAttribute(tag, name, value, refuse);
    if (kept !== undefined) safe[name] = kept;
  }
  let withheld: string | null = null;
  if (tag === "link" && !("_cssText" in safe) && !isDrawingLink(named(safe, "rel"))) {
    for (const name of Object.keys(safe).filter((one) => one.toLowerCase() === "href")) {
      withheld = String(safe[name]);
      delete safe[name];
      refuse("link");
    }
  }
  // rrweb knows a script, which it builds as `noscript`, by its name in small letters.
  const tagName = tag === "script" ? tag : node.tagName;
  const attributes = safe as typeof node.attributes;
  return { node: { ...node, tagName, attributes } as serializedNodeWithId, withheld };
}

function named(attributes: Record<string, unknown>, name: string): unknown {
  return Object.entries(attributes).find(([one]) => one.toLowerCase() === name)?.[1];
}
