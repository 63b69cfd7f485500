/** Whose text is masked: what a node's ancestors and the settings say. */
import type { NodeIds } from "../watch";
import type { MaskRules } from "./redactor";

/** What holds for a node and all below it, across shadow roots and frames; bits to be joined. */
export type State = number;

/** `rr-mask` and `maskSelector`: masked at every level, and nothing lifts it. */
export const MASKED = 1;
/** `unmaskSelector` lifts what the level `text` masks. */
const UNMASKED = 2;
/** Inside of a blocked element, which has no inside. */
export const BLOCKED = 4;
/** Text that people type outside of form fields: as `MASKED`, but not the editor's own attributes. */
export const TYPED = 8;

export interface States {
  /** Of an element by what rrweb wrote down, without that of its ancestors. */
  ofElement(tag: string, attributes: Record<string, unknown>, id: number): State;
  /** Of a document: designers type into it as a whole. */
  ofDocument(id: number): State;
  /** Of what a node in the page contains; `known` remembers while the page cannot change. */
  of(node: Node, known?: Map<Node, State>): State;
  /** Of an element's attributes in the page. */
  ofAttributes(element: Node, known: Map<Node, State>): State;
  /** Whether text is masked. */
  hides(state: State): boolean;
  /** From now on nothing below the element with this id may pass. */
  block(id: number): void;
}

const MASK_CLASS = /(?:^|\s)rr-mask(?:\s|$)/;

const get = <T, K extends keyof T>(type: T, name: K): (() => unknown) =>
  Object.getOwnPropertyDescriptor(type, name)?.get ?? (() => null);

/** The prototype's own: a form's field named `parentNode` would answer for its form. */
const parentNode = get(Node.prototype, "parentNode");

export function createStates(rules: MaskRules, ids: NodeIds): States {
  const { mask } = rules;
  const masks = matcher(rules.maskSelector, true);
  const unmasks = matcher(mask === "text" ? rules.unmaskSelector : "", false);
  const blocked = new WeakSet<Node>();

  const chosen = (element: Node | null): State =>
    (masks?.(element) ? MASKED : 0) | (unmasks?.(element) ? UNMASKED : 0);

  const states: States = {
    ofElement: (tag, attributes, id) =>
      named(tag, attributes) | (masks || unmasks ? chosen(ids.getNode(id)) : 0),
    ofDocument: (id) => designed(ids.getNode(id)),
    of(node, known = new Map()) {
      let state = known.get(node);
      if (state !== undefined) return state;
      state = around(node, known) | own(node);
      known.set(node, state);
      return state;
    },
    ofAttributes: (element, known) => around(element, known) | forAttributes(own(element)),
    hides: (state) =>
      (state & (MASKED | TYPED)) > 0 || mask === "strict" || (mask === "text" && !(state & UNMASKED)),
    block(id) {
      const node = ids.getNode(id);
      if (node) blocked.add(node);
    },
  };

  const around = (node: Node, known: Map<Node, State>): State => {
    const parent = parentOf(node);
    return parent ? states.of(parent, known) : 0;
  };

  const own = (node: Node): State => {
    if (node.nodeType !== Node.ELEMENT_NODE) return designed(node);
    const element = node as Element;
    const attributes = hasAttributes.call(element)
      ? {
          class: attributeOf(element, "class"),
          contenteditable: attributeOf(element, "contenteditable"),
          role: attributeOf(element, "role"),
        }
      : {};
    return named(element.localName, attributes) | chosen(element) | (blocked.has(element) ? BLOCKED : 0);
  };
  return states;
}

/** What an element's own state means for its attributes. */
export const forAttributes = (own: State): State => own & ~TYPED;

/** What tag and attributes say by themselves. */
function named(tag: string, attributes: Record<string, unknown>): State {
  const { class: classes, contenteditable, role } = attributes;
  let state = tag === "textarea" ? TYPED : 0;
  if (contenteditable != null && !/^false$/i.test(String(contenteditable))) state = TYPED;
  if (typeof role === "string" && /\b(?:text|search)box\b/i.test(role)) state = TYPED;
  if (typeof classes === "string" && MASK_CLASS.test(classes)) state |= MASKED;
  return state;
}

const designed = (node: Node | null): State =>
  node?.nodeType === Node.DOCUMENT_NODE && (node as Document).designMode === "on" ? TYPED : 0;

const { getAttribute, hasAttributes } = Element.prototype;

const attributeOf = (element: Element, name: string): string | null => getAttribute.call(element, name);

/** Parent, shadow host, or the frame around a document. */
export function parentOf(node: Node): Node | null {
  const parent = parentNode.call(node) as Node | null;
  if (parent) return parent;
  if (node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) return (node as Partial<ShadowRoot>).host ?? null;
  try {
    return (node as Partial<Document>).defaultView?.frameElement ?? null;
  } catch {
    return null; // a frame of another origin
  }
}

/**
 * Null for an empty selector. One that cannot be read, or a node that is gone, counts as
 * `otherwise`: in doubt more is masked.
 */
function matcher(selector: string, otherwise: boolean): ((node: Node | null) => boolean) | null {
  if (!selector.trim()) return null;
  return (node) => {
    try {
      return node ? Element.prototype.matches.call(node, selector) : otherwise;
    } catch {
      return otherwise;
    }
  };
}
