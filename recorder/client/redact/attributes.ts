/** Attributes of one element, whether of a snapshot or of a mutation. */
import type { NodeIds } from "../watch";
import type { Css } from "./css";
import { isSecret, maskInput } from "./inputs";
import { type Kind, kindOf } from "./kind";
import { createLinks } from "./links";
import { isWorking } from "./names";
import { maskText } from "./text";
import type { Urls } from "./urls";

/** rrweb's: text, numbers of its own, `true`, null for one that was removed, a style diff. */
export type Attributes = Record<string, unknown>;

export interface Owner {
  tag: string;
  id: number;
  isSvg: boolean;
  /** Whether text is masked where the element stands. */
  hides: boolean;
}

/** Masks `attributes` of `owner` in place. */
export type MaskAttributes = (attributes: Attributes, owner: Owner) => void;

/** Types of `input` whose value is a label. */
export const BUTTONS = /^(?:button|submit|reset)$/i;

/** Metadata that changes how a page is laid out. */
const LAYOUT_META = /^(?:viewport|color-scheme|theme-color|content-type)$/i;

/** Metadata that scripts hand to the server to prove who is asking, or that leads away. */
const SECRET_META = /token|csrf|xsrf|secret|nonce|^refresh$/i;

/** What any attribute may hold that is not to pass as it is: patterns, URLs, styles. */
const SUSPECT = /[@?]|%40|:\/|url\(|\d(?:\D{0,12}\d){7}/i;

/** Looks like a URL with parameters, in an attribute that nobody defined. */
const PARAMETERS = /^\s*[^\s?#]*[/.][^\s?#]*\?[^\s=]*=\S*$/;

export function createAttributes(strict: boolean, ids: NodeIds, urls: Urls, css: Css): MaskAttributes {
  const links = createLinks(strict, ids, urls);

  const plain = (text: string, hides: boolean): string => (hides ? maskText(text) : urls.within(text));

  /** Undefined for a secret: even an empty value would say that there is one. */
  const valueOf = (value: string, { tag, id, hides }: Owner, type: string): string | undefined => {
    const isLabel = tag === "input" && BUTTONS.test(type);
    if (/^(?:|input|textarea|select|option|.+-.*)$/.test(tag) && !isLabel) {
      return maskInput(value, ids.getNode(id) as Element | null) || undefined;
    }
    return /^(?:li|meter|progress)$/.test(tag) && Number(value) >= 0 ? value : plain(value, hides);
  };

  const metaOf = (content: string, hides: boolean, name: string): string => {
    if (SECRET_META.test(name)) return "";
    return hides && !LAYOUT_META.test(name) ? maskText(content) : urls.within(content);
  };

  const other = (name: string, value: string, { tag, hides, isSvg }: Owner): string => {
    if (hides && !isWorking(name, tag, isSvg, strict)) return maskText(value);
    if (!SUSPECT.test(value)) return value;
    const text = /url\(/i.test(value) ? css.text(value, hides) : value;
    return PARAMETERS.test(text) ? urls.page(text) : urls.within(text);
  };

  /** Undefined for what must not be there at all. */
  const special = (
    kind: Kind,
    name: string,
    value: string,
    owner: Owner,
    all: Attributes,
  ): string | undefined => {
    const peek = (sibling: string): string => peekAt(all, sibling, ids.getNode(owner.id));
    if (kind === "css") return css.text(value, owner.hides);
    if (kind === "value") return valueOf(value, owner, peek("type"));
    if (kind === "content" && owner.tag === "meta") {
      return metaOf(value, owner.hides, peek("name") || peek("http-equiv") || peek("property"));
    }
    if (kind === "repeats") return maskText(value);
    if (kind === "code") return "";
    if (kind === "canvas" && !strict && value.startsWith("data:image/")) return value;
    if (kind === "gone" || kind === "canvas") return undefined;
    const link = links(kind, name, value, owner, peek);
    return link === null ? other(name, value, owner) : link;
  };

  const diff = (styles: Record<string, unknown>, hides: boolean): void => {
    for (const property in styles) {
      const value = styles[property];
      if (typeof value === "string") styles[property] = css.value(property, value, hides);
      else if (Array.isArray(value)) {
        styles[property] = [css.value(property, String(value[0]), hides), value[1]];
      }
    }
  };

  return (attributes, owner) => {
    const { tag, id, hides } = owner;
    if (tag === "input" && attributes.type === "password") isSecretNode(ids.getNode(id));
    for (const name in attributes) {
      const value = attributes[name];
      const kind = kindOf(name);
      if (kind === "chosen" && (strict || (tag === "option" && name === "selected"))) {
        delete attributes[name];
      } else if (typeof value === "string") {
        // A secret's value was emptied when rrweb wrote it down.
        if (!value && kind === "value" && isSecretNode(ids.getNode(id))) delete attributes[name];
        if (!value) continue;
        const masked =
          kind === "other"
            ? other(name, value, owner)
            : special(kind, name, value, owner, attributes);
        if (masked === undefined) delete attributes[name];
        else if (masked !== value) attributes[name] = masked;
      } else if (value && typeof value === "object") {
        if (kind === "css") diff(value as Record<string, unknown>, hides);
        else delete attributes[name];
      }
    }
  };
}

/** Whether nothing may be told of the field; it then stays so. */
const isSecretNode = (node: Node | null): boolean =>
  node?.nodeType === Node.ELEMENT_NODE && isSecret(node as Element);

/** Another attribute of the same element: of the page's, where a mutation does not tell it. */
function peekAt(attributes: Attributes, name: string, node: Node | null): string {
  const told = attributes[name];
  if (typeof told === "string") return told;
  return node?.nodeType === Node.ELEMENT_NODE
    ? (Element.prototype.getAttribute.call(node, name) ?? "")
    : "";
}
