/** The one door through which everything recorded passes before it may leave the page. */
import type { eventWithTime, incrementalData } from "@rrweb/types";
import type { MaskLevel, Settings } from "../settings";
import type { NodeIds } from "../watch";
import { createAttributes } from "./attributes";
import { createCss } from "./css";
import { createIncrements } from "./increments";
import { CUSTOM, INCREMENT, META, MUTATION, PLUGIN, SNAPSHOT } from "../numbers";
import { createStates, TYPED } from "./nodes";
import { maskPayload } from "./payload";
import { maskPatterns } from "./patterns";
import { maskText } from "./text";
import { createTree } from "./tree";
import { createUrls } from "./urls";

export { maskInput } from "./inputs";

/** The settings that decide what is masked. */
export type MaskRules = Pick<
  Settings,
  "mask" | "maskSelector" | "unmaskSelector" | "keepQuery" | "keepFragment"
> & { mask: MaskLevel };

export interface Redactor {
  /**
   * Masks `event` in place; whatever cannot be understood is masked whole. False if nothing of it
   * may be told, nor that it was. If masking fails, the event is emptied and the error thrown on.
   */
  event(event: eventWithTime): boolean;
  /** What the page or its scripts say: a title, an error's message. */
  text(text: string): string;
  /** A page's URL. */
  url(href: string): string;
  /** Plain data that the site's own calls hand over: patterns are masked in all its strings. */
  data<T>(value: T): T;
  /** Whether the text below `node` is masked as a whole. */
  isMasked(node: Node): boolean;
  /** Whether people type the text below `node`. */
  isTyped(node: Node): boolean;
  /** Whether an address, a number or the like was masked in a text of the page so far. */
  hasFound(): boolean;
}

/** What stands in an event of which nothing may be told. */
const NOTHING: incrementalData = { source: MUTATION, adds: [], removes: [], texts: [], attributes: [] };

export function createRedactor(rules: MaskRules, ids: NodeIds): Redactor {
  const strict = rules.mask === "strict";
  const urls = createUrls(rules);
  const css = createCss(urls.resource, strict);
  const states = createStates(rules, ids);
  const maskAttributes = createAttributes(strict, ids, urls, css);
  const tree = createTree(states, css, maskAttributes);
  const data = <T>(value: T): T => maskPayload(value, urls) as T;
  const increment = createIncrements({ strict, ids, css, states, maskAttributes, tree, data });

  const mask = (event: eventWithTime): boolean => {
    if (event.type === SNAPSHOT) tree.node(event.data.node, 0, "");
    else if (event.type === INCREMENT) {
      const data = increment(event.data);
      event.data = data ?? NOTHING;
      return data !== null;
    } else if (event.type === META) event.data.href = urls.page(event.data.href);
    else if (event.type === CUSTOM) {
      event.data = { tag: maskPatterns(event.data.tag), payload: data(event.data.payload) };
    } else if (event.type === PLUGIN) event.data.payload = data(event.data.payload);
    else event.data = {};
    return true;
  };

  return {
    event(event) {
      try {
        return mask(event);
      } catch (error) {
        Object.assign(event, { type: CUSTOM, data: { tag: "", payload: null } });
        throw error;
      }
    },
    text: (text) => (rules.mask === "inputs" ? urls.within(text) : maskText(text)),
    url: (href) => urls.page(href),
    data,
    isMasked: (node) => states.hides(states.of(node)),
    isTyped: (node) => (states.of(node) & TYPED) > 0,
    hasFound: tree.hasFound,
  };
}
