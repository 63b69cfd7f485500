/**
 * When which elements were in view.
 *
 * The stage follows the recording as the visitor scrolled through it. Whatever held still between
 * two changes was in view for that long; an element counts from the moment on at which half of it,
 * or half the viewport full of it, could be seen.
 */
import type { eventWithTime } from "@rrweb/types";
import { POPOVER_TAG, VISIBILITY_TAG } from "../../recorder/client/tags";
import { type Applier, EventType, Source } from "./apply";
import { isVisible } from "./boxes";
import { CONTROLS } from "./controls";
import { boundsOf, intersect, type Rect } from "./locate";
import * as dom from "./natives";
import { originOf, walk } from "./walk";

/** Index of an element in the result of the sampler, and from when to when it was in view (epoch ms). */
export type Exposure = [element: number, from: number, to: number];

/** Half of the element, or of the viewport: the share at which it counts as seen (IAB and MRC's
 * viewable impression asks for half of the pixels, too). */
const SHARE = 0.5;
/** Shorter than this nobody notices anything (milliseconds): about one fixation of the eye. */
const LEAST_MS = 150;
/** rrweb tells of scrolls ten times a second; looking more often sees nothing new (milliseconds). */
const GAP_MS = 100;
/** At most so often is a document looked at; hour-long ones less often than every tenth second. */
const MOST_LOOKS = 2000;
/** Elements watched on a page; beyond that, those further down are not. */
const MOST_ELEMENTS = 3000;

/** What people name or read: controls, media, headings, sections, paragraphs, and what its author gave a name. */
const NOTABLE =
  `${CONTROLS}, h1, h2, h3, h4, h5, h6, img, svg, video, audio, canvas, iframe, ` +
  "p, li, blockquote, figure, pre, table, " +
  "nav, header, footer, aside, section, article, form, dialog, [id], [role], [data-testid], [data-test]";

/** Whether it is told when it was in view. */
export const isNotable = (element: Element): boolean => dom.fits(element, NOTABLE);

interface Watched {
  element: Element;
  /** The part that scrollers leave of it, page CSS pixels. */
  clip: Rect;
  /** Of the whole element, square CSS pixels. */
  area: number;
  /** Moves along with the scroll, so that it has to be measured each time. */
  isPinned: boolean;
}

export class Exposures {
  private readonly found: Exposure[] = [];
  private readonly since = new Map<Element, number>();
  /** Elements by their keys when they were first in view: what is gone has none any more. */
  private readonly indexes = new Map<Element, number>();
  private readonly gap: number;
  private watched: Watched[] | null = null;
  /** From when on what is on the stage has not been looked at. */
  private from: number;
  private readonly end: number;
  private isAway = false;

  /** `events` are to come; the page on the stage is that of `from`, epoch ms. */
  constructor(
    private readonly applier: Applier,
    events: eventWithTime[],
    from: number,
    private readonly indexOf: (element: Element) => number,
  ) {
    const times = events.map(({ timestamp }) => timestamp).filter(Number.isFinite);
    this.from = Number.isFinite(from) ? from : (times[0] ?? 0);
    this.end = times.reduce((latest, time) => Math.max(latest, time), this.from);
    this.gap = Math.max(GAP_MS, (this.end - this.from) / MOST_LOOKS);
  }

  /** To be called before `event` is applied: until now the page was as it is. */
  see(event: eventWithTime): void {
    try {
      if (Number.isFinite(event.timestamp)) this.seeOne(event);
    } catch {
      // Of another shape than it should be: the applier counts it, and nothing moved.
    }
  }

  private seeOne(event: eventWithTime): void {
    const { timestamp } = event;
    if (event.type === EventType.Custom && event.data.tag === VISIBILITY_TAG) {
      this.leaveOrReturn((event.data.payload as { state: unknown }).state === "hidden", timestamp);
    }
    if (!moves(event)) return;
    if (timestamp - this.from >= this.gap) this.look(timestamp);
    if (!this.isWindowScroll(event)) this.watched = null;
  }

  /** To be called when all events are applied. */
  finish(): Exposure[] {
    this.look(this.end);
    this.closeAll(this.end);
    return this.found;
  }

  private leaveOrReturn(isAway: boolean, time: number): void {
    this.look(time);
    if (isAway) this.closeAll(time);
    this.isAway = isAway;
  }

  private look(until: number): void {
    const from = this.from;
    this.from = Math.max(from, until);
    if (this.isAway || until <= from) return;
    const seen = new Set(this.inView());
    for (const [element, began] of this.since) if (!seen.has(element)) this.close(element, began, from);
    for (const element of seen) {
      if (this.since.has(element)) continue;
      this.since.set(element, from);
      if (!this.indexes.has(element)) this.indexes.set(element, this.indexOf(element));
    }
  }

  /** Then boxes stay where they are on the page, but for those that are pinned to the window. */
  private isWindowScroll(event: eventWithTime): boolean {
    if (event.type !== EventType.Incremental || event.data.source !== Source.Scroll) return false;
    return (this.applier.builder.mirror.getNode(event.data.id) as Node | null) === document;
  }

  private closeAll(time: number): void {
    for (const [element, began] of this.since) this.close(element, began, time);
  }

  private close(element: Element, began: number, ended: number): void {
    this.since.delete(element);
    if (ended - began < LEAST_MS) return;
    const index = this.indexes.get(element) ?? -1;
    if (index >= 0) this.found.push([index, began, ended]);
  }

  private *inView(): Generator<Element> {
    this.watched ??= notable();
    const [left, top] = [window.scrollX, window.scrollY];
    const [width, height] = [window.innerWidth, window.innerHeight];
    const view: [number, number, number, number] = [left, top, left + width, top + height];
    for (const one of this.watched) {
      const [, , across, down] = intersect(one.isPinned ? clipOf(one.element) : one.clip, view);
      const shown = across * down;
      if (shown > 0 && shown >= SHARE * Math.min(one.area, width * height)) yield one.element;
    }
  }
}

function notable(): Watched[] {
  const found: Watched[] = [];
  const pinned = new Map<Element, boolean>();
  for (const { element } of walk()) {
    const isPinned = pins(element, pinned);
    if (found.length >= MOST_ELEMENTS || !isNotable(element)) continue;
    const rect = dom.rectOf(element);
    if (!isVisible(element, rect)) continue;
    found.push({ element, clip: clipOf(element), area: rect.width * rect.height, isPinned });
  }
  return found;
}

/**
 * Whether the element, or what it is part of, may stay in view while the page scrolls. `known` are
 * those before it in document order.
 */
export function pins(element: Element, known: Map<Element, boolean>): boolean {
  const parent = dom.composedParent(element);
  const isPinned = (parent && known.get(parent)) || /fixed|sticky/.test(getComputedStyle(element).position);
  known.set(element, isPinned);
  return isPinned;
}

function clipOf(element: Element): Rect {
  const rect = dom.rectOf(element);
  const origin = originOf(element);
  const box: Rect = [rect.left + origin.x, rect.top + origin.y, rect.width, rect.height];
  return intersect(box, boundsOf(element, false));
}

/** After which what is in view may be something else. */
const MOVING = new Set<number>([
  Source.Mutation,
  Source.Scroll,
  Source.Input,
  Source.StyleSheetRule,
  Source.StyleDeclaration,
  Source.AdoptedStyleSheet,
  Source.Font,
]);

function moves(event: eventWithTime): boolean {
  if (event.type === EventType.FullSnapshot) return true;
  if (event.type === EventType.Custom) return event.data.tag === POPOVER_TAG;
  return event.type === EventType.Incremental && MOVING.has(event.data.source);
}
