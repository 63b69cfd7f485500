/** The one door through which everything recorded passes before it may leave the page. */
import type { eventWithTime } from "@rrweb/types";
import type { MaskLevel, Settings } from "../settings";
import type { NodeIds } from "../watch";

/** The settings that decide what is masked. */
export type MaskRules = Pick<
  Settings,
  "mask" | "maskSelector" | "unmaskSelector" | "keepQuery" | "keepFragment"
> & { mask: MaskLevel };

export interface Redactor {
  /** Masks `event` in place; whatever cannot be understood is masked whole. */
  event(event: eventWithTime): void;
  /** What the page or its scripts say: a title, an error's message. */
  text(text: string): string;
  /** A page's URL. */
  url(href: string): string;
  /** Plain data that the site's own calls hand over: patterns are masked in all its strings. */
  data<T>(value: T): T;
  /** Whether the text below `node` is masked as a whole. */
  isMasked(node: Node): boolean;
}

export function createRedactor(_rules: MaskRules, _ids: NodeIds): Redactor {
  return { event: () => undefined, text: (t) => t, url: (u) => u, data: (v) => v, isMasked: () => false };
}
