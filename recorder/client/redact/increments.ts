/** Incremental events: what changed since the snapshot. */
import type {
  fontData,
  incrementalData,
  inputData,
  mutationData,
  styleDeclarationData,
  styleSheetRuleData,
} from "@rrweb/types";
import type { NodeIds } from "../watch";
import { BUTTONS, type Attributes, type MaskAttributes } from "./attributes";
import type { Css } from "./css";
import { isSecret, maskInput } from "./inputs";
import { ADOPTED, CANVAS, DECLARATION, FONT, HARMLESS, INPUT, MUTATION, RULE } from "../numbers";
import { BLOCKED, MASKED, parentOf, type State, type States } from "./nodes";
import { maskPatterns } from "./patterns";
import { maskText } from "./text";
import type { Tree } from "./tree";

interface Parts {
  strict: boolean;
  ids: NodeIds;
  css: Css;
  states: States;
  maskAttributes: MaskAttributes;
  tree: Tree;
  data<T>(value: T): T;
}

const SVG = "http://www.w3.org/2000/svg";

const tagOf = (node: Node | null): string => (node as Partial<Element> | null)?.localName ?? "";

/** Null where nothing is left to tell. */
export function createIncrements(parts: Parts): (data: incrementalData) => incrementalData | null {
  const { strict, ids, css, states, maskAttributes, tree } = parts;

  /** Of a node that is not known, nothing is shown. */
  const stateOf = (node: Node | null, known?: Map<Node, State>): State =>
    node ? states.of(node, known) : MASKED;

  const mutation = (data: mutationData): void => {
    const known = new Map<Node, State>();
    data.adds = data.adds.filter(({ parentId, node }) => {
      const parent = ids.getNode(parentId);
      const state = stateOf(parent, known);
      tree.node(node, state, tagOf(parent));
      return !(state & BLOCKED);
    });
    data.texts = data.texts.filter((text) => {
      const node = ids.getNode(text.id);
      const parent = node && parentOf(node);
      const state = stateOf(parent, known);
      const mask = tree.content(tagOf(parent), states.hides(state));
      text.value = text.value && node?.nodeType === Node.TEXT_NODE ? mask(text.value) : "";
      return !(state & BLOCKED);
    });
    data.attributes = data.attributes.filter(({ id, attributes }) => {
      const node = ids.getNode(id);
      const state = node ? states.ofAttributes(node, known) : MASKED;
      const isSvg = (node as Partial<Element> | null)?.namespaceURI === SVG;
      const owner = { tag: tagOf(node), id, isSvg, hides: states.hides(state) };
      maskAttributes(attributes as Attributes, owner);
      return !(state & BLOCKED) && Object.keys(attributes).length > 0;
    });
  };

  const input = (data: inputData): void => {
    const node = ids.getNode(data.id) as Element | null;
    const type = (node as Partial<HTMLInputElement> | null)?.type;
    const isLabel = tagOf(node) === "input" && typeof type === "string" && BUTTONS.test(type);
    const isDefault = data.text === "on" && (type === "checkbox" || type === "radio");
    if (!isLabel) data.text = isDefault ? "on" : maskInput(data.text, node);
    else data.text = states.hides(stateOf(node)) ? maskText(data.text) : maskPatterns(data.text);
    if (strict) data.isChecked = false;
  };

  /** That something was typed would tell that a secret is filled. */
  const isSecretInput = (data: incrementalData): boolean => {
    if (data.source !== INPUT) return false;
    const node = ids.getNode(data.id);
    return !node || isSecret(node as Element);
  };

  const rules = (data: Omit<styleSheetRuleData, "source">, hides: boolean): void => {
    for (const add of data.adds ?? []) add.rule = css.text(add.rule, hides);
    if (data.replace) data.replace = css.text(data.replace, hides);
    if (data.replaceSync) data.replaceSync = css.text(data.replaceSync, hides);
  };

  const declaration = ({ set }: styleDeclarationData, hides: boolean): void => {
    if (set?.value) set.value = css.value(set.property, String(set.value), hides);
  };

  /** The page's own descriptors are copied, never changed. */
  const font = ({ source, family, fontSource, buffer, descriptors }: fontData): fontData => ({
    source,
    family: maskPatterns(family),
    fontSource: buffer ? fontSource : css.value("src", fontSource, false),
    buffer,
    descriptors: parts.data(descriptors),
  });

  const change = (data: incrementalData, hides: boolean): incrementalData | null => {
    if (data.source === MUTATION) mutation(data);
    else if (data.source === INPUT) input(data);
    else if (data.source === RULE) rules(data, hides);
    else if (data.source === DECLARATION) declaration(data, hides);
    else if (data.source === ADOPTED) {
      for (const style of data.styles ?? []) rules({ adds: style.rules }, hides);
    } else if (data.source === FONT) return font(data);
    else if (data.source === CANVAS) {
      return strict ? { source: data.source, id: data.id, type: data.type, commands: [] } : data;
    } else if (!HARMLESS.includes(data.source)) return null;
    return data;
  };

  return (data) => {
    const { id } = data as { id?: unknown };
    const state = typeof id === "number" ? stateOf(ids.getNode(id)) : 0;
    if ((state & BLOCKED && !HARMLESS.includes(data.source)) || isSecretInput(data)) return null;
    return change(data, states.hides(state));
  };
}
