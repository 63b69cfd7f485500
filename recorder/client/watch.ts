/**
 * What a watcher is: a piece of the tag that adds something of its own to the
 * recording of one document, and takes itself away again without a trace.
 */
import type { eventWithTime, incrementalData } from "@rrweb/types";
import type { Measured } from "./anchor-plugin";
import type { Environment } from "./environment";
import type { Redactor } from "./redact/redactor";
import type { Settings } from "./settings";

/** Undoes what was begun: listeners, observers, patched functions, timers. Harmless twice. */
export type Stop = () => void;

/** rrweb's node ids: -1 for a node that is not recorded. */
export interface NodeIds {
  getId(node: Node | null | undefined): number;
  getNode(id: number): Node | null;
}

/** A window with its own constructors: each frame has one. */
export type Realm = Window & typeof globalThis;

/** What a watcher has to work with while one document is recorded. */
export interface Watch {
  readonly settings: Settings;
  readonly ids: NodeIds;
  readonly redactor: Redactor;
  /** Records a custom event. `payload` must be redacted already. */
  custom(tag: string, payload: unknown): void;
  /** Records an incremental event in rrweb's own form; it is redacted like rrweb's. */
  incremental(data: incrementalData): void;
  /** Calls back for the top window and each same-origin frame's, known and to come. */
  eachWindow(begin: (win: Realm) => Stop): Stop;
  /** Where (`x`, `y`) of the viewport around `target` is, in terms of content. */
  measure(target: Element, x: number, y: number): Measured | null;
  /** The layout environment as it is now, redacted. */
  environment(): Environment;
  /**
   * Calls back with each event that is recorded, after it was redacted: first with those since
   * the last snapshot, if the watcher asks as it begins.
   */
  eachEvent(see: (event: eventWithTime) => void): Stop;
  /** `callback`, but what it throws is counted and never reaches the page. */
  contained<A extends unknown[]>(callback: (...given: A) => void): (...given: A) => void;
}

export type Watcher = (watch: Watch) => Stop;
