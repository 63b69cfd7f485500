/**
 * Heatwright in a site's own scripts: what `window.heatwright` can do, and what
 * the ES module `heatwright.mjs` exports.
 *
 * No call ever throws. Before consent, or where nothing is recorded, calls
 * that tell something are ignored.
 */

/** Settings of `init()`; the script tag has the same as `data-*` attributes. See `docs/tag.md`. */
export interface Options {
  /** The collector's base URL, for example `https://heat.example.com`. */
  endpoint: string;
  /** The site's write key: `heatwright sites list`. */
  key: string;
  /** `"required"` (default): nothing is recorded, stored or sent before `consent(true)`. */
  consent?: "required" | "not-required";
  /** Version of what visitors are asked; it goes into the recording. */
  consentVersion?: string;
  /** `"on-error"` keeps the last minute in memory and sends only when something goes wrong. */
  mode?: "always" | "on-error";
  /** Share of sessions that are recorded, 0 to 1 (default 1). */
  sample?: number;
  /** Paths that are never recorded: `*` is one segment, `**` any number. */
  exclude?: string[];
  /** How much is masked (default `"inputs"`). */
  mask?: "inputs" | "text" | "strict";
  /** What else is masked, left readable (at level `text`), left out, or typed unrecorded. */
  maskSelector?: string;
  unmaskSelector?: string;
  blockSelector?: string;
  ignoreSelector?: string;
  /** Query parameters that stay in URLs (default none; `["*"]` for all). */
  keepQuery?: string[];
  /** Fragments that stay in page URLs (default `"none"`). */
  keepFragment?: "none" | "routes" | "all";
  /** Response headers of the page's own requests that are recorded, in small letters. */
  responseHeaders?: string[];
  /** Whether canvases are recorded, as pictures once a second at most (default false). */
  canvas?: boolean;
  /** `"record"` also records browsers that programs drive on other hosts than this machine. */
  automation?: "local" | "record";
  /** Traits of the visitor, for segments. */
  traits?: Record<string, string>;
  /** The variant of a test that this visitor sees. */
  variant?: string;
  /** The site's release, such as a commit. */
  release?: string;
}

export type TraitValue = string | number | boolean;

export interface Heatwright {
  /** Starts, where the script tag had no `data-key`, or from the ES module. */
  init(options: Options): void;
  /** The visitor's decision; `false` stops, drops what was not sent and forgets the visitor. */
  consent(given: boolean, options?: { version?: string }): void;
  /** Who the visitor is to the site: an id of yours that is no e-mail address, and traits. */
  identify(id: string, traits?: Record<string, TraitValue>): void;
  /** A goal was reached: `track("purchase", { value: 129 })`. */
  track(goal: string, properties?: Record<string, unknown>): void;
  /** A trait of the visit: `tag("plan", "paying")`; `tag("variant", "B")` sets the variant. */
  tag(name: string, value: TraitValue): void;
  /** The site's release from now on. */
  release(name: string): void;
  /** A name for the page that is shown now. */
  page(name: string): void;
  /** Something went wrong that only the site knows of; `on-error` recordings are then sent. */
  report(reason: string): void;
  /** Where this session can be found, for bug reports; null while nothing is recorded. */
  sessionUrl(options?: { now?: boolean }): string | null;
  /** Resolves when all that was recorded so far has been handed over, or has failed for now. */
  flush(): Promise<void>;
  /**
   * Ends the recording of this page and leaves nothing of the tag behind but this object.
   * Resolves like `flush()`.
   */
  stop(): Promise<void>;
}

/** A call that is written down before the tag has arrived: `["track", "purchase"]`. */
export type Call = [method: keyof Heatwright, ...given: unknown[]];

export const init: Heatwright["init"];
export const consent: Heatwright["consent"];
export const identify: Heatwright["identify"];
export const track: Heatwright["track"];
export const tag: Heatwright["tag"];
export const release: Heatwright["release"];
export const page: Heatwright["page"];
export const report: Heatwright["report"];
export const sessionUrl: Heatwright["sessionUrl"];
export const flush: Heatwright["flush"];
export const stop: Heatwright["stop"];
