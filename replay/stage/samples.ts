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
}

/** rrweb's `MouseInteractions.Click`, and `PointerTypes.Touch`. */
const CLICK = 2;
const TOUCH = 2;

interface Sample {
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
  private readonly measuredByTag: boolean;

  constructor(
    private readonly applier: Applier,
    events: eventWithTime[],
  ) {
    this.measuredByTag = events.some(isAnchorEvent);
  }

  get result(): Anchors {
    return { anchors: this.anchors, elements: this.elements };
  }

  /** To be called before `event` is applied. */
  see(event: eventWithTime): void {
    for (const sample of samplesOf(event, this.measuredByTag)) this.anchors.push(this.anchor(sample));
    if (changesDom(event)) this.keys = null;
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
      text: null,
    };
    if (!dom.isElement(node)) return anchor;
    const box = boxOf(node);
    const measured = sample.payload?.box ?? box;
    anchor.element = this.index(node);
    anchor.u = fraction(sample.x - measured[0], measured[2]);
    anchor.v = fraction(sample.y - measured[1], measured[3]);
    anchor.masked = isBlocked(node);
    if (sample.payload) anchor.drift = drift(measured, box);
    anchor.text = this.text(sample, node);
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

function* samplesOf(event: eventWithTime, measuredByTag: boolean): Generator<Sample> {
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

function isAnchorEvent(event: eventWithTime): boolean {
  return event.type === EventType.Plugin && event.data.plugin === ANCHOR_PLUGIN;
}

function changesDom(event: eventWithTime): boolean {
  if (event.type === EventType.FullSnapshot) return true;
  return event.type === EventType.Incremental && event.data.source === Source.Mutation;
}

/** Masked by blocking: the element's inside was never recorded. */
function isBlocked(element: Element): boolean {
  return element.closest(".rr-block") !== null;
}

const fraction = (offset: number, size: number): number => (size > 0 ? offset / size : 0.5);

const drift = (a: Box, b: Box): number => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));
