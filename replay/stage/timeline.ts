/** When and where a recording has pointer samples: its events in, samples in order of time out. */
import type { eventWithTime } from "@rrweb/types";
import { ANCHOR_PLUGIN, type AnchorPayload, type Measured } from "../../recorder/client/anchor-plugin";
import { DOCUMENT_MS } from "../../recorder/client/limits";
import { REST_TAG } from "../../recorder/client/tags";
import { EventType, Source } from "./apply";

/** rrweb's `MouseInteractions`, and `PointerTypes.Touch`. */
const Interaction = { DOWN: 1, CLICK: 2, CONTEXT: 3, DOUBLE: 4, FOCUS: 5, TOUCH_START: 7 } as const;
const TOUCH = 2;

/** Kinds of `heatmap/statuses.py` that are samples; Python makes the others of these. */
const KINDS = ["click", "tap", "move", "hover", "double", "context", "focus"] as const;
export type Kind = (typeof KINDS)[number];

export interface Sample extends Found {
  /** Number of the first event that happened after the sample. */
  before: number;
}

interface Found {
  kind: Kind;
  time: number;
  /**
   * Whether it came before all else that happened in its millisecond: what a press does to the
   * page is often recorded in the same.
   */
  isFirst?: boolean;
  id: number;
  x: number;
  y: number;
  /** Of the element as a whole, and not of a place in it: the focus has none. */
  isPlaceless?: boolean;
  /** 1, or the seconds that the pointer rested. */
  weight: number;
  /** What the tag measured. */
  payload?: Measured;
}

/** What a pointer that rested leaves; `rest` in milliseconds. */
type Rest = Measured & { rest: number };

/** A rest weighs no more than this many seconds: whoever left the desk is not looking. */
const REST_CAP_S = 60;

/**
 * No sample is told of later than this (milliseconds): rrweb hands moves over after half a second,
 * presses wait for two at most, and browsers let the timers of a hidden page wait for a minute.
 */
const LATE_MS = 60_000;

/**
 * All samples in the order they happened. rrweb hands moves over up to half a
 * second late, each with its own time: they belong before the scrolls and
 * mutations that came in between. So do clicks, which were measured when the
 * pointer went down, and rests, which are told of when they end.
 */
export function timeline(events: eventWithTime[], refuse: (kind: unknown) => void): Sample[] {
  const measuredByTag = events.some(isAnchorEvent);
  const samples: Sample[] = [];
  const latest = runningMaxima(events);
  const pointer = new Pointer();
  events.forEach((event, number) => {
    pointer.see(event);
    for (const sample of soundSamples(event, measuredByTag, pointer, refuse)) {
      samples.push({ ...sample, before: firstAfter(latest, number, sample) });
    }
  });
  return samples.sort((a, b) => a.before - b.before || a.time - b.time);
}

/** The latest time so far, for each event: in order, even where a recording's clock is not. */
function runningMaxima(events: eventWithTime[]): number[] {
  let latest = 0;
  return events.map(({ timestamp }) => (latest = timestamp > latest ? timestamp : latest));
}

/** The first event that is later than the sample; at most the one that tells of it. By halving. */
function firstAfter(latest: number[], number: number, { time, isFirst }: Found): number {
  let [from, to] = [0, number];
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = latest[middle] as number;
    if (at > time || (isFirst && at === time)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Focus that comes later than this after the pointer went down did not come by it (milliseconds). */
const POINTED_MS = 1_000;

/** When the pointer last went down: focus that comes by it is no use of the keyboard. */
class Pointer {
  private downAt = -Infinity;

  see(event: eventWithTime): void {
    if (isAnchorEvent(event)) this.downAt = event.timestamp;
    if (event.type !== EventType.Incremental || event.data?.source !== Source.MouseInteraction) return;
    const type = event.data.type as number;
    const isDown = type === Interaction.DOWN || type === Interaction.CLICK || type === Interaction.TOUCH_START;
    if (isDown) this.downAt = event.timestamp;
  }

  isBehind(time: number): boolean {
    return time - this.downAt <= POINTED_MS;
  }
}

function* samplesOf(event: eventWithTime, measuredByTag: boolean, pointer: Pointer): Generator<Found> {
  const time = event.timestamp;
  if (isAnchorEvent(event)) {
    const payload = (event.data as { payload: AnchorPayload }).payload;
    const { kind, id, x, y, ago } = payload;
    yield { kind, time: time - within(ago ?? 0, 0, LATE_MS), isFirst: ago !== undefined, id, x, y, weight: 1, payload };
  } else if (event.type === EventType.Custom && event.data.tag === REST_TAG) {
    const payload = event.data.payload as Rest;
    const { id, x, y, rest } = payload;
    // Nothing rests for longer than a document is recorded.
    const weight = Math.min(within(rest, 0, DOCUMENT_MS) / 1000, REST_CAP_S);
    yield { kind: "hover", time: time - rest, id, x, y, weight, payload };
  } else if (event.type === EventType.Incremental && event.data.source === Source.MouseMove) {
    for (const { x, y, id, timeOffset } of event.data.positions) {
      yield { kind: "move", time: time + within(timeOffset, -LATE_MS, LATE_MS), id, x, y, weight: 1 };
    }
  } else if (event.type === EventType.Incremental && event.data.source === Source.MouseInteraction) {
    const kind = interactionKind(event.data, measuredByTag, pointer.isBehind(time));
    const { id, x, y } = event.data;
    if (kind === "focus") yield { kind, time, id, x: 0, y: 0, isPlaceless: true, weight: 1 };
    else if (kind && x !== undefined && y !== undefined) yield { kind, time, id, x, y, weight: 1 };
  }
}

/** What it is a sample of; null for what says nothing more (`MouseUp`), or is measured by the tag. */
function interactionKind(
  { type, pointerType }: { type: number; pointerType?: number | undefined },
  measuredByTag: boolean,
  isPointed: boolean,
): Kind | null {
  if (type === Interaction.CONTEXT) return "context";
  if (type === Interaction.DOUBLE) return "double";
  if (type === Interaction.FOCUS) return isPointed ? null : "focus";
  if (type !== Interaction.CLICK || measuredByTag) return null;
  return pointerType === TOUCH ? "tap" : "click";
}

/** `ms`, or NaN, which is refused, unless it is a number from `least` to `most`. */
const within = (ms: number, least: number, most: number): number =>
  Number.isFinite(ms) && ms >= least && ms <= most ? ms : NaN;

/** Samples of one event; what a forged event has of another shape is refused. */
function soundSamples(
  event: eventWithTime,
  measuredByTag: boolean,
  pointer: Pointer,
  refuse: (kind: unknown) => void,
): Found[] {
  try {
    const samples = [...samplesOf(event, measuredByTag, pointer)];
    for (const sample of samples) if (!isSound(sample)) refuse(sample.kind);
    return samples.filter(isSound);
  } catch {
    refuse(null);
    return [];
  }
}

/** Whether all that is calculated with are numbers: anyone can POST a sample. */
function isSound({ kind, time, id, x, y, weight, payload }: Found): boolean {
  const numbers: unknown[] = [time, id, x, y, weight];
  if (payload) {
    if (!Array.isArray(payload.box) || payload.box.length !== 4) return false;
    numbers.push(...payload.box);
    const { text } = payload;
    if (text) numbers.push(text.id, text.start, text.length, text.fx, text.fy);
  }
  return isKind(kind) && numbers.every(Number.isFinite) && weight >= 0;
}

export const isKind = (kind: unknown): kind is Kind => KINDS.includes(kind as Kind);

function isAnchorEvent(event: eventWithTime): boolean {
  return event.type === EventType.Plugin && event.data?.plugin === ANCHOR_PLUGIN;
}
