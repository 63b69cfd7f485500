/** Serialized nodes: a snapshot's, a frame's, or a single one that was added. */
import type { serializedNodeWithId } from "@rrweb/types";
import type { Attributes, MaskAttributes } from "./attributes";
import type { Css } from "./css";
import { DOCTYPE, DOCUMENT, ELEMENT, TEXT } from "../numbers";
import { forAttributes, type State, type States } from "./nodes";
import { maskPatterns } from "./patterns";
import { maskText } from "./text";

export interface Tree {
  /** Masks `node` and all below it; `inherited` and `parent` are its parent's state and tag. */
  node(node: serializedNodeWithId, inherited: State, parent: string): void;
  /** How text directly in an element `parent` is masked. */
  content(parent: string, hides: boolean): (text: string) => string;
  /** Whether a pattern was masked in any text so far. */
  hasFound(): boolean;
}

/** Their text is code, a value, or what is shown to nobody. */
const NOT_TEXT = /^(?:script|noscript|textarea|template)$/;

export function createTree(states: States, css: Css, maskAttributes: MaskAttributes): Tree {
  let found = false;
  const patterns = (text: string): string => {
    const masked = maskPatterns(text);
    found ||= masked !== text;
    return masked;
  };

  const content: Tree["content"] = (parent, hides) => {
    if (parent === "style") return (text) => css.text(text, hides);
    if (NOT_TEXT.test(parent)) return () => "";
    return hides ? maskText : patterns;
  };

  const below = (nodes: serializedNodeWithId[], state: State, tag: string): void => {
    let mask: ((text: string) => string) | undefined;
    for (const child of nodes) {
      if (child.type !== TEXT) walk(child, state, tag);
      else if (child.textContent) {
        mask ??= content(tag, states.hides(state));
        child.textContent = mask(child.textContent);
      }
    }
  };

  const walk: Tree["node"] = (node, inherited, parent) => {
    if (node.type === TEXT) below([node], inherited, parent);
    else if (node.type === ELEMENT) {
      const { tagName: tag, id } = node;
      const attributes = node.attributes as Attributes;
      const own = states.ofElement(tag, attributes, id);
      if (isBlocked(attributes)) {
        states.block(id);
        node.attributes = placeholder(attributes);
        node.childNodes = [];
      }
      const hides = states.hides(inherited | forAttributes(own));
      maskAttributes(node.attributes as Attributes, { tag, id, isSvg: !!node.isSVG, hides });
      below(node.childNodes, inherited | own, tag);
    } else if (node.type === DOCUMENT) {
      below(node.childNodes, inherited | states.ofDocument(node.id), "");
    } else if (node.type !== DOCTYPE) node.textContent = "";
  };

  return { node: walk, content, hasFound: () => found };
}

/** rrweb writes both and nothing else but the class. */
const isBlocked = (attributes: Attributes): boolean =>
  "rr_width" in attributes && "rr_height" in attributes;

type ElementAttributes = Extract<serializedNodeWithId, { type: 2 }>["attributes"];

/** Its size as one attribute (CSS px), which pins the element to nothing. */
function placeholder({ class: classes, rr_width, rr_height }: Attributes): ElementAttributes {
  const px = (length: unknown): string => (parseFloat(String(length)) || 0).toFixed(1);
  const size = { rr_block_size: `${px(rr_width)} ${px(rr_height)}` };
  return typeof classes === "string" ? { class: classes, ...size } : size;
}
