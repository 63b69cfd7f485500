/**
 * Anchors of every pointer sample of a recording.
 *
 * The events are applied in order; at each pointer sample the stage holds the
 * DOM as the visitor had it. Clicks and taps come measured by the tag; what it
 * did not measure (moves, recordings of other recorders) is measured here, in
 * the recorded environment. Where both exist, their difference is the drift.
 */
import type { eventWithTime } from "@rrweb/types";
import { boxOf, graphemeUnder, type Box } from "../../recorder/client/anchor";
import { ANCHOR_PLUGIN, type AnchorPayload } from "../../recorder/client/anchor-plugin";
import { type Applier, EventType, Source } from "./apply";
import { elementKeys, type ElementKeys } from "./keys";
import * as dom from "./natives";
import { textHash, textIndex } from "./texts";

/** `Anchor` of `heatmap/anchors.py`. */
export interface Anchor {
  kind: "click" | "tap" | "move";
  time: number;
  /** Recorded page position, CSS pixels; it places nothing, it only tells what peers would draw. */
  x: number;
  y: number;
  /** Index into `elements`, or -1 where the recording names no element. */
  element: number;
  u: number;
  v: number;
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

/** rrweb's `MouseInteractions.Click`, and `PointerTypes.Touch`. */
const CLICK = 2;
const TOUCH = 2;

interface Sample {
  /** Number of the first event that happened after the sample. */
  before: number;
  kind: Anchor["kind"];
  time: number;
  id: number;
  x: number;
  y: number;
  payload?: AnchorPayload;
}

export class Sampler {
  private readonly anchors: Anchor[] = [];
  private readonly elements: ElementKeys[] = [];
  private readonly indexes = new Map<string, number>();
  private keys: Map<Element, ElementKeys> | null = null;
  private readonly refused: Record<string, number> = {};
  private readonly samples: Sample[];
  private next = 0;
  private seen = 0;

  constructor(
    private readonly applier: Applier,
    events: eventWithTime[],
  ) {
    this.samples = timeline(events, (kind) => this.refuse(kind));
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
      x: sample.x + scrollX,
      y: sample.y + scrollY,
      element: -1,
      u: 0,
      v: 0,
      drift: -1,
      masked: false,
      unstable: false,
      text: null,
    };
    if (!dom.isElement(node)) return anchor;
    const box = boxOf(node);
    const measured = sample.payload?.box ?? box;
    anchor.element = this.index(node);
    anchor.u = fraction(sample.x - measured[0], measured[2]);
    anchor.v = fraction(sample.y - measured[1], measured[3]);
    anchor.masked = sample.payload?.masked === true || isBlocked(node);
    if (sample.payload) anchor.drift = drift(measured, box);
    anchor.text = this.text(sample, node);
    anchor.unstable = !sample.payload && !anchor.text && !isNear(box, sample.x, sample.y);
    return anchor;
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
  private index(element: Element): number {
    this.keys ??= elementKeys();
    const keys = this.keys.get(element);
    if (!keys) return -1;
    const id = `${this.applier.builder.mirror.getId(element)} ${keys.keys.join()}`;
    let index = this.indexes.get(id);
    if (index === undefined) {
      index = this.elements.push(keys) - 1;
      this.indexes.set(id, index);
    }
    return index;
  }
}

/**
 * All samples in the order they happened. rrweb hands moves over up to half a
 * second late, each with its own time: they belong before the scrolls and
 * mutations that came in between.
 */
function timeline(events: eventWithTime[], refuse: (kind: unknown) => void): Sample[] {
  const measuredByTag = events.some(isAnchorEvent);
  const samples: Sample[] = [];
  events.forEach((event, number) => {
    for (const sample of soundSamples(event, measuredByTag, refuse)) {
      let before = number;
      while (before > 0 && (events[before - 1]?.timestamp ?? 0) > sample.time) before--;
      samples.push({ ...sample, before });
    }
  });
  return samples.sort((a, b) => a.before - b.before || a.time - b.time);
}

function* samplesOf(event: eventWithTime, measuredByTag: boolean): Generator<Omit<Sample, "before">> {
  const time = event.timestamp;
  if (isAnchorEvent(event)) {
    const payload = (event.data as { payload: AnchorPayload }).payload;
    yield { kind: payload.kind, time, id: payload.id, x: payload.x, y: payload.y, payload };
  } else if (event.type === EventType.Incremental && event.data.source === Source.MouseMove) {
    for (const { x, y, id, timeOffset } of event.data.positions) {
      yield { kind: "move", time: time + timeOffset, id, x, y };
    }
  } else if (!measuredByTag && event.type === EventType.Incremental) {
    const { data } = event;
    if (data.source !== Source.MouseInteraction || (data.type as number) !== CLICK) return;
    const kind = (data.pointerType as number | undefined) === TOUCH ? "tap" : "click";
    if (data.x === undefined || data.y === undefined) return;
    yield { kind, time, id: data.id, x: data.x, y: data.y };
  }
}

/** Samples of one event; what a forged event has of another shape is refused. */
function soundSamples(
  event: eventWithTime,
  measuredByTag: boolean,
  refuse: (kind: unknown) => void,
): Omit<Sample, "before">[] {
  try {
    const samples = [...samplesOf(event, measuredByTag)];
    for (const sample of samples) if (!isSound(sample)) refuse(sample.kind);
    return samples.filter(isSound);
  } catch {
    refuse(null);
    return [];
  }
}

/** Whether all that is calculated with are numbers: anyone can POST a sample. */
function isSound({ kind, time, id, x, y, payload }: Omit<Sample, "before">): boolean {
  const numbers: unknown[] = [time, id, x, y];
  if (payload) {
    if (!Array.isArray(payload.box) || payload.box.length !== 4) return false;
    numbers.push(...payload.box);
    const { text } = payload;
    if (text) numbers.push(text.id, text.start, text.length, text.fx, text.fy);
  }
  return isKind(kind) && numbers.every(Number.isFinite);
}

const isKind = (kind: unknown): kind is Anchor["kind"] =>
  kind === "click" || kind === "tap" || kind === "move";

function isAnchorEvent(event: eventWithTime): boolean {
  return event.type === EventType.Plugin && event.data?.plugin === ANCHOR_PLUGIN;
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
  const places = [anchor.time, anchor.x, anchor.y, anchor.u, anchor.v, anchor.drift];
  if (!places.every(Number.isFinite)) return false;
  if (!text) return true;
  const counts = [text.start, text.length];
  return counts.every(Number.isSafeInteger) && [text.fx, text.fy].every(Number.isFinite);
}

const fraction = (offset: number, size: number): number => (size > 0 ? offset / size : 0.5);

const drift = (a: Box, b: Box): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
