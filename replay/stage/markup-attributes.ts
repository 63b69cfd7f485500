/** Attributes in a standalone file: nothing runs, nothing connects, form state is written down. */
import * as dom from "./natives";
import { type Context, inAttribute, type Part, type Reference } from "./parts";
import { safeAttribute } from "./sanitize";

/** Attributes that name a file which is put into their place, by tag; `*`: of any element. */
const FILES: Record<string, readonly string[] | undefined> = {
  img: ["src"],
  input: ["src"],
  video: ["src", "poster"],
  audio: ["src"],
  source: ["src"],
  track: ["src"],
  image: ["href", "xlink:href"],
  feimage: ["href", "xlink:href"],
  "*": ["background"],
};

/** What loads, navigates, plays or makes a shadow tree, and what names the recorder's own state. */
const LEFT_OUT =
  /^(?:on.*|rr_.*|srcdoc|integrity|nonce|crossorigin|ping|autoplay|autofocus|action|formaction|manifest|imagesrcset|shadowroot.*|data-heatwright.*|loading)$/;

const LEFT_OUT_OF: Record<string, readonly string[] | undefined> = {
  base: ["href"],
  iframe: ["src", "sandbox"],
  frame: ["src"],
  embed: ["src"],
  object: ["data", "codebase", "classid"],
  applet: ["code", "archive", "codebase"],
};

/** What an HTML parser takes for the end of a name. */
const NO_NAME = /[\s"'<>/=\u0000]/;

const ignore = (): void => undefined;

/** All attributes of `element`, each with the blank before it. */
export function attributeParts(element: Element, extra: Record<string, Part[] | null>): Part[] {
  const parts: Part[] = [];
  const names = new Set<string>();
  for (const { name, value } of Array.from(dom.attributesOf(element))) {
    const lower = name.toLowerCase();
    if (NO_NAME.test(name) || lower in extra || names.has(lower)) continue;
    const written = valueParts(element, lower, value);
    if (written === null) continue;
    names.add(lower);
    parts.push(` ${name}="`, ...written, '"');
  }
  for (const [name, written] of Object.entries(extra)) {
    if (written) parts.push(` ${name}="`, ...written, '"');
  }
  return parts;
}

/** The value as it is written; null takes the attribute off. */
function valueParts(element: Element, name: string, value: string): Part[] | null {
  const tag = dom.nodeName(element).toLowerCase();
  if (LEFT_OUT.test(name) || LEFT_OUT_OF[tag]?.includes(name)) return null;
  const safe = safeAttribute(tag, name, value, ignore);
  if (safe === undefined) return null;
  const text = String(safe);
  const file = (kind: Reference["kind"]): Part[] => [reference(kind, text, element, "attribute")];
  if (FILES[tag]?.includes(name) || FILES["*"]?.includes(name)) return file("url");
  if (name === "srcset") return file("srcset");
  if (tag === "link" && name === "href") return file("url");
  if (tag === "use" && name.endsWith("href")) return text.startsWith("#") ? [inAttribute(text)] : file("use");
  if (name === "style" || /url\(/i.test(text)) return file("css");
  return [inAttribute(text)];
}

export const reference = (
  kind: Reference["kind"],
  text: string,
  element: Element,
  context: Context,
  base = dom.baseOf(element),
): Reference => ({ kind, text, base, in: context });

const valueOf = (prototype: object, name: string): ((element: Element) => unknown) => {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as (this: Element) => unknown;
  return (element) => get.call(element);
};
const inputValue = valueOf(HTMLInputElement.prototype, "value");
const inputType = valueOf(HTMLInputElement.prototype, "type");
const isChecked = valueOf(HTMLInputElement.prototype, "checked");
const isSelected = valueOf(HTMLOptionElement.prototype, "selected");
export const textareaValue = valueOf(HTMLTextAreaElement.prototype, "value");

/** Form state as attributes: a parser knows no other. Null: without the attribute. */
export function stateOf(element: Element): Record<string, Part[] | null> {
  const flag = (is: unknown): Part[] | null => (is ? [""] : null);
  if (dom.isHtml(element, "option")) return { selected: flag(isSelected(element)) };
  if (!dom.isHtml(element, "input")) return {};
  const type = String(inputType(element));
  if (type === "checkbox" || type === "radio") return { checked: flag(isChecked(element)) };
  if (type === "file" || type === "image") return {};
  const value = String(inputValue(element));
  return value || dom.attr(element, "value") !== null ? { value: [inAttribute(value)] } : {};
}
