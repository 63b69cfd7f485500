/**
 * Second wall against a hostile recording: what could run, navigate or connect
 * is taken off before a node is built. (The first wall is the browser: a CSP
 * without scripts and a network that leads nowhere.) Elements stay, so that
 * paths and selectors stay right; only attributes go.
 */
import type { serializedNodeWithId } from "@rrweb/types";

type Attributes = Record<string, unknown>;

/** Attributes that load a document, by tag; `sandbox` would shut the stage out of its own frame. */
const DOCUMENT_LOADERS: Record<string, readonly string[]> = {
  iframe: ["src", "srcdoc", "sandbox", "allow"],
  frame: ["src"],
  embed: ["src"],
  object: ["data", "codebase"],
  applet: ["code", "archive", "codebase"],
  portal: ["src"],
  fencedframe: ["src"],
};

/** Link types that draw something; every other kind only connects. */
const DRAWING_LINKS = new Set(["stylesheet", "alternate stylesheet", "icon", "shortcut icon"]);

const URL_ATTRIBUTES = new Set(["href", "xlink:href", "src", "action", "formaction", "ping", "to"]);

/** Control characters and white space are ignored by browsers inside a scheme. */
// eslint-disable-next-line no-control-regex
const SCRIPT_URL = /^[\u0000-\u0020]*(?:j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t|vbscript)\s*:/i;

/** Keeps the element a link (`:link` styles apply) that leads nowhere. */
const NOWHERE = "#";

/** The value an attribute may have on the stage; undefined takes it off. */
export function safeAttribute(tag: string, name: string, value: unknown): unknown {
  const lower = name.toLowerCase();
  if (lower.startsWith("on") || lower === "ping" || lower === "integrity") return undefined;
  if (DOCUMENT_LOADERS[tag]?.includes(lower)) return undefined;
  if (URL_ATTRIBUTES.has(lower) && typeof value === "string" && SCRIPT_URL.test(value)) {
    return NOWHERE;
  }
  return value;
}

/** Attributes of one element as the stage may have them. */
export function safeAttributes(tag: string, attributes: Attributes): Attributes {
  const safe: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    const kept = safeAttribute(tag, name, value);
    if (kept !== undefined) safe[name] = kept;
  }
  if (tag === "meta" && !isCharset(safe["http-equiv"])) delete safe["http-equiv"];
  if (tag === "link" && !DRAWING_LINKS.has(String(safe.rel ?? "").trim().toLowerCase())) {
    if (!("_cssText" in safe)) delete safe.href;
  }
  return safe;
}

/** `<meta http-equiv>` may declare the charset; refresh, CSP and cookies it may not. */
export function isCharset(httpEquiv: unknown): boolean {
  return typeof httpEquiv === "string" && httpEquiv.trim().toLowerCase() === "content-type";
}

/** A copy of one serialized node, without its children, fit to be built. */
export function safeNode(node: serializedNodeWithId): serializedNodeWithId {
  if (!("attributes" in node)) return node;
  const tag = node.tagName.toLowerCase();
  const attributes = safeAttributes(tag, node.attributes as Attributes);
  return { ...node, attributes: attributes as typeof node.attributes };
}
