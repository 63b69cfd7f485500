/**
 * Anchors of every pointer sample of a recording.
 *
 * The events are applied in order; at each pointer sample the stage holds the
 * DOM as the visitor had it. Clicks, taps and rests come measured by the tag; what it
 * did not measure (moves, recordings of other recorders) is measured here, in
 * the recorded environment. Where both exist, their difference is the drift.
 */
import type { eventWithTime } from "@rrweb/types";
import { boxOf, graphemeUnder, type Box } from "../../recorder/client/anchor";
import { type Applier, EventType, Source } from "./apply";
import { controlOf } from "./controls";
import { elementKeys, type ElementKeys } from "./keys";
import { ownFraction } from "./local";
import * as dom from "./natives";
import { textHash, textIndex } from "./texts";
import { isKind, timeline, type Kind, type Sample } from "./timeline";
import { WindowScrolls } from "./window-scrolls";

/** `Anchor` of `heatmap/anchors.py`. */
export interface Anchor {
  kind: Kind;
  time: number;
  /** 1, or the seconds that the pointer rested. */
  weight: number;
  /** Recorded page position, CSS pixels; it places nothing, it only tells what peers would draw. */
  x: number;
  y: number;
  /** Index into `elements`, or -1 where the recording names no element. */
  element: number;
  /** The same of the control that the element is part of; the element itself where it is of none. */
  control: number;
  /** Fractions of the border box, in the element's own coordinates if it is transformed. */
  u: number;
  v: number;
  /** Width and height that the border box had, CSS pixels. */
  size: [width: number, height: number];
  /** Largest difference between the tag's box and the stage's, CSS pixels; -1 if unknown. */
  drift: number;
  masked: boolean;
  /** The stage does not have the element under the pointer, as the visitor had. */
  unstable: boolean;
  text: null | {
    element: number;
    index: number;
    hash: string;
    units: number;
    start: number;
    length: number;
    fx: number;
    fy: number;
  };
}

export interface Anchors {
  anchors: Anchor[];
  elements: ElementKeys[];
  /** Samples that make no sense, by kind. */
  refused: Record<string, number>;
}

export class Sampler {
  private readonly anchors: Anchor[] = [];
  private readonly elements: ElementKeys[] = [];
  private readonly indexes = new Map<string, number>();
  private keys: Map<Element, ElementKeys> | null = null;
  private readonly refused: Record<string, number> = {};
  private readonly samples: Sample[];
  private readonly scrolls: WindowScrolls;
  private next = 0;
  private seen = 0;

  constructor(
    private readonly applier: Applier,
    events: eventWithTime[],
  ) {
    this.samples = timeline(events, (kind) => this.refuse(kind));
    this.scrolls = new WindowScrolls(events);
  }

  get result(): Anchors {
    return { anchors: this.anchors, elements: this.elements, refused: this.refused };
  }

  /** To be called before `event` is applied. */
  see(event: eventWithTime): void {
    while (this.next < this.samples.length) {
      const sample = this.samples[this.next];
      if (!sample || sample.before > this.seen) break;
      this.take(sample);
      this.next++;
    }
    this.seen++;
    if (changesDom(event)) this.keys = null;
  }

  private take(sample: Sample): void {
    try {
      // The window takes the focus, too, and that is no use of any element.
      if (sample.kind === "focus" && !dom.isElement(this.applier.builder.mirror.getNode(sample.id))) return;
      const anchor = this.anchor(sample);
      if (isWhole(anchor)) this.anchors.push(anchor);
      else this.refuse(sample.kind);
    } catch {
      this.refuse(sample.kind); // measured on elements that clobber names
    }
  }

  /** A sample that makes no sense is not placed, but it is accounted for. */
  private refuse(kind: unknown): void {
    const known = isKind(kind) ? kind : "unknown";
    this.refused[known] = (this.refused[known] ?? 0) + 1;
    this.applier.report.count("sample_refused");
  }

  private anchor(sample: Sample): Anchor {
    const { mirror } = this.applier.builder;
    const node = sample.id > 0 ? mirror.getNode(sample.id) : null;
    const [scrollX, scrollY] = this.applier.windowScroll;
    const anchor: Anchor = {
      kind: sample.kind,
      time: sample.time,
      weight: sample.weight,
      x: sample.x + scrollX,
      y: sample.y + scrollY,
      element: -1,
      control: -1,
      u: 0,
      v: 0,
      size: [0, 0],
      drift: -1,
      masked: false,
      unstable: false,
      text: null,
    };
    if (!dom.isElement(node)) return anchor;
    const box = boxOf(node);
    const measured = sample.payload?.box ?? box;
    anchor.element = this.index(node);
    anchor.control = this.index(controlOf(node));
    anchor.masked = sample.payload?.masked === true || isBlocked(node);
    anchor.size = [measured[2], measured[3]];
    if (sample.isPlaceless) return inTheMiddle(anchor, box, this.applier.windowScroll);
    const u = fraction(sample.x - measured[0], measured[2]);
    const v = fraction(sample.y - measured[1], measured[3]);
    [anchor.u, anchor.v] = ownFraction(node, box, u, v);
    if (sample.payload) anchor.drift = this.drift(measured, box, sample.time);
    anchor.text = this.text(sample, node);
    anchor.unstable = !sample.payload && !anchor.text && !isNear(box, sample.x, sample.y);
    return anchor;
  }

  /** A window that was scrolled just before, and not told of yet, is no fault of the stage. */
  private drift(measured: Box, box: Box, time: number): number {
    const { mirror } = this.applier.builder;
    const soon = this.scrolls.soonAfter(time, (id) => (mirror.getNode(id) as Node | null) === document);
    const there = drift(measured, box);
    if (!soon) return there;
    const [x, y] = this.applier.windowScroll;
    return Math.min(there, drift(measured, [box[0] + x - soon[0], box[1] + y - soon[1], box[2], box[3]]));
  }

  private text(sample: Sample, target: Element): Anchor["text"] {
    const { payload } = sample;
    const hit = payload
      ? payload.text && { ...payload.text, node: this.applier.builder.mirror.getNode(payload.text.id) }
      : graphemeUnder(target, sample.x, sample.y);
    if (!hit || !dom.isText(hit.node)) return null;
    const parent = dom.parentNode(hit.node) as Node | null;
    if (!dom.isElement(parent)) return null;
    const { node, start, length, fx, fy } = hit;
    return {
      element: this.index(parent),
      index: textIndex(node),
      hash: textHash(node.data),
      units: node.data.length,
      start,
      length,
      fx,
      fy,
    };
  }

  /** Index of the element's keys in the result; the same element gets the same one. */
  index(element: Element): number {
    this.keys ??= elementKeys();
    const keys = this.keys.get(element);
    if (!keys) return -1;
    const node = this.applier.builder.mirror.getId(element);
    const id = `${node} ${keys.keys.join()}`;
    let index = this.indexes.get(id);
    if (index === undefined) {
      index = this.elements.push({ ...keys, node }) - 1;
      this.indexes.set(id, index);
    }
    return index;
  }
}

function inTheMiddle(anchor: Anchor, [left, top, width, height]: Box, scroll: readonly [number, number]): Anchor {
  const [x, y] = [left + width / 2 + scroll[0], top + height / 2 + scroll[1]];
  return { ...anchor, x, y, u: 0.5, v: 0.5 };
}

function changesDom(event: eventWithTime): boolean {
  if (event.type === EventType.FullSnapshot) return true;
  return event.type === EventType.Incremental && event.data?.source === Source.Mutation;
}

/** Masked by blocking: the element's inside was never recorded. */
function isBlocked(element: Element): boolean {
  return dom.closestTo(element, ".rr-block") !== null;
}

/**
 * A pointer is over its target's box, but for strokes and shadows of a few
 * pixels. Farther off, the stage is not where the page was: rrweb reports
 * scrolls up to 100 ms late.
 */
const NEAR_PX = 4;

function isNear([left, top, width, height]: Box, x: number, y: number): boolean {
  const across = x >= left - NEAR_PX && x <= left + width + NEAR_PX;
  return across && y >= top - NEAR_PX && y <= top + height + NEAR_PX;
}

/** Whether Python's `Anchor` can hold it: finite numbers, and whole ones where they count. */
function isWhole({ text, ...anchor }: Anchor): boolean {
  const places = [anchor.time, anchor.weight, anchor.x, anchor.y, anchor.u, anchor.v, anchor.drift];
  places.push(...anchor.size);
  if (!places.every(Number.isFinite)) return false;
  if (!text) return true;
  const counts = [text.start, text.length];
  return counts.every(Number.isSafeInteger) && [text.fx, text.fy].every(Number.isFinite);
}

const fraction = (offset: number, size: number): number => (size > 0 ? offset / size : 0.5);

const drift = (a: Box, b: Box): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
