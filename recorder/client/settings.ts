/**
 * What the tag is told: by `data-*` attributes of its script element, by
 * `init()`, or, in a browser that `heatwright record` drives, by an object
 * set before it runs. `docs/tag.md` lists every setting.
 */

/** How much is masked; each level promises all that the one before it does. */
export type MaskLevel = "inputs" | "text" | "strict";

export interface Settings {
  /** Collector's base URL without a slash at its end; empty when driven. */
  endpoint: string;
  key: string;
  consent: "required" | "not-required";
  /** Version of what the visitor was asked; it goes into the recording. */
  consentVersion: string | null;
  /** `on-error` keeps the last minute in memory and sends only when something goes wrong. */
  mode: "always" | "on-error";
  /** Share of sessions that are recorded, 0 to 1. */
  sample: number;
  /** Path patterns that are never recorded: `*` is one segment, `**` any number. */
  exclude: string[];
  mask: MaskLevel;
  /** Selectors that mask, unmask, block and ignore besides the `rr-*` classes; may be empty. */
  maskSelector: string;
  unmaskSelector: string;
  blockSelector: string;
  ignoreSelector: string;
  /** Names of query parameters that stay in URLs; `["*"]` keeps all. */
  keepQuery: string[];
  /** Fragments of page URLs: dropped, kept where they are routes (`#/…`, `#!…`), or all kept. */
  keepFragment: "none" | "routes" | "all";
  /** Response headers (small letters) of the page's own requests that are recorded. */
  responseHeaders: string[];
  canvas: boolean;
  /** Where browsers that programs drive are recorded: on this machine's own pages, or everywhere. */
  automation: "local" | "record";
  traits: Record<string, string>;
  variant: string | null;
  release: string | null;
  driven: DrivenSettings | null;
}

/** Given by the driver, which knows better than storage who is visiting. */
export interface DrivenSettings {
  visitor: string;
  session: string;
  device: string | null;
  key: string;
  traits: Record<string, string>;
  variant: string | null;
  release: string | null;
}

/** What every setting is unless it is told otherwise. */
export const DEFAULTS: Omit<Settings, "endpoint" | "key"> = {
  consent: "required",
  consentVersion: null,
  mode: "always",
  sample: 1,
  exclude: [],
  mask: "inputs",
  maskSelector: "",
  unmaskSelector: "",
  blockSelector: "",
  ignoreSelector: "",
  keepQuery: [],
  keepFragment: "none",
  responseHeaders: ["content-type", "content-length", "x-request-id", "server-timing"],
  canvas: false,
  automation: "local",
  traits: {},
  variant: null,
  release: null,
  driven: null,
};

declare global {
  interface Window {
    __heatwrightDriven?: DrivenSettings;
    __heatwrightSend?: (batch: string) => Promise<void>;
  }
}
