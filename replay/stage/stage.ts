/**
 * What Python calls on the stage: `__heatwrightStage`, one object, not
 * writable, out of reach of anything a recording can name.
 *
 * Bulk data passes as JSON strings: parsing here is several times faster than
 * handing over objects.
 */
import type { eventWithTime } from "@rrweb/types";
import { Applier } from "./apply";
import { boxes } from "./boxes";
import { breakpoints } from "./breakpoints";
import { Exposures } from "./exposure";
import { layout } from "./layout";
import { locate, pageSize, type Wanted } from "./locate";
import { standalone } from "./markup";
import * as dom from "./natives";
import { placeAt, placeOf } from "./pointer";
import { Sampler } from "./samples";
import { allDocuments, freeze, load, nextFrames } from "./settle";
import { texts, veil } from "./veil";
import { walk } from "./walk";

let applier = new Applier();
let queue: eventWithTime[] = [];
/** Time of the latest event that was applied, epoch ms. */
let clock = 0;

/**
 * A full-page picture makes the window very narrow for a moment. Slides that are as wide as their
 * window leave little to scroll then, and Chromium cuts the offset; this gives it back in time.
 */
const keepOffsets = (): void => applier.restoreScrolls(true);

/** Applies the next `count` of the queued events. */
function advance(count: number, before?: (event: eventWithTime) => void): void {
  for (const event of queue.splice(0, count)) {
    before?.(event);
    applier.apply(event);
    clock = event.timestamp;
  }
}

const stage = {
  /** Takes the events of a document; nothing is applied yet. */
  queue(json: string): void {
    applier = new Applier();
    queue = JSON.parse(json) as eventWithTime[];
  },

  advance(count: number): void {
    advance(count);
  },

  /**
   * Goes on from the moment that was shown, by more events of the same document. False, and
   * nothing is done, where that would not give the page that a new build gives.
   */
  goOn(json: string): boolean {
    if (applier.isAltered || queue.length) return false;
    queue = JSON.parse(json) as eventWithTime[];
    advance(queue.length);
    return true;
  },

  /** Hides what `selector` fits, in every frame; false if it is no selector. */
  hide(selector: string): boolean {
    if (!isSelector(selector)) return false;
    applier.isAltered = true;
    for (const doc of allDocuments()) {
      const Sheet = dom.defaultView(doc)?.CSSStyleSheet;
      if (!Sheet) continue;
      const sheet = new Sheet();
      sheet.insertRule(`:is(${selector}) { visibility: hidden !important; }`);
      sheet.insertRule(`:is(${selector}) * { visibility: hidden !important; }`);
      dom.adoptedBy(doc).push(sheet);
    }
    return true;
  },

  /** Indexes, in document order, of what `selector` fits in every frame; null if it is none. */
  select(selector: string): string {
    if (!isSelector(selector)) return "null";
    const fits = Array.from(walk(), ({ element }) => dom.fits(element, selector));
    return JSON.stringify(fits.flatMap((is, index) => (is ? [index] : [])));
  },

  /** Resolves when style sheets, fonts and images are in, or have failed. */
  load: (): Promise<void> => load(applier),

  /** Resolves when nothing moves any more. `scroll`: as recorded, or to the top. */
  async rest(scroll: "recorded" | "top"): Promise<void> {
    applier.restoreScrolls();
    // Not earlier: opening the document takes a window's listeners away.
    window.addEventListener("resize", keepOffsets);
    if (scroll === "top") window.scrollTo({ left: 0, top: 0, behavior: "instant" });
    applier.focus.restore();
    freeze();
    await nextFrames();
  },

  /** Applies all queued events; returns the anchors met on the way, and what was in view when. */
  anchors(): string {
    const sampler = new Sampler(applier, queue);
    const exposures = new Exposures(applier, queue, clock, (element) => sampler.index(element));
    advance(queue.length, (event) => {
      // In this order: the sampler forgets its keys before the page changes.
      exposures.see(event);
      sampler.see(event);
    });
    return JSON.stringify({ ...sampler.result, exposures: exposures.finish() });
  },

  pageSize,

  boxes: (): string => JSON.stringify(boxes()),

  /** Keys of all elements in document order, with more about each: see `layout.ts`. */
  elements: (): string => JSON.stringify(layout()),

  texts: (): string => JSON.stringify(texts()),

  veil(numbers: string): number {
    applier.isAltered = true;
    return veil(JSON.parse(numbers) as number[]);
  },

  /** A recorded pointer on a stage as recorded: see `pointer.ts`. */
  placeOf: (id: number, x: number, y: number): string =>
    JSON.stringify(placeOf(applier.builder.mirror, id, x, y)),

  /** The same at another width, by the fractions that `placeOf` told. */
  placeAt: (id: number, u: number, v: number): string =>
    JSON.stringify(placeAt(applier.builder.mirror, id, u, v)),

  locate: (json: string): string => JSON.stringify(locate(JSON.parse(json) as Wanted[])),

  /** This moment as a file of its own: see `markup.ts`. */
  standalone: (): string => JSON.stringify(standalone(applier)),

  report(): string {
    const report = applier.finish();
    const [width, height] = pageSize();
    return JSON.stringify({
      counts: report.counts,
      refused: report.refused,
      frames: applier.builder.emptyFrames().map((frame) => dom.attr(frame, "rr_src") ?? ""),
      canvases: emptyCanvases(),
      blocked: applier.builder.blocked.count,
      page: [width, height],
      inner: [window.innerWidth, window.innerHeight],
      scroll: [window.scrollX, window.scrollY],
      scrollbar: window.innerWidth - (dom.documentElement(document)?.clientWidth ?? window.innerWidth),
      breakpoints: breakpoints(),
    });
  },
};

function emptyCanvases(): number {
  const { blocked, canvases } = applier.builder;
  const isEmpty = (one: Element): boolean => !canvases.isPainted(one) && !blocked.has(one);
  return dom.select(document, "canvas").filter(isEmpty).length;
}

/** `CSS.supports` knows no lists of selectors. */
function isSelector(text: string): boolean {
  try {
    new DocumentFragment().querySelector(text);
    return true;
  } catch {
    return false;
  }
}

Object.defineProperty(window, "__heatwrightStage", { value: Object.freeze(stage) });

export type StageApi = typeof stage;
