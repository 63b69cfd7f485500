/** One document's recording: rrweb, the anchor plugin, routes, goals, and the queue out. */
import { record } from "@rrweb/record";
import type { eventWithTime } from "@rrweb/types";
import { anchorPlugin } from "./anchor-plugin";
import { readEnvironment } from "./environment";
import { identify, touchSession } from "./identity";
import { BatchQueue } from "./queue";
import { watchRoutes } from "./routes";
import type { Settings } from "./settings";
import { transportFor } from "./transport";

export const ENVIRONMENT_TAG = "heatwright/environment";
export const ROUTE_TAG = "heatwright/route";
export const GOAL_TAG = "heatwright/goal";

/** Every masked input shows the same, so that not even the length of a value is told. */
const INPUT_MASK = "********";

/** All that rrweb can mask, and hidden fields, which its `maskAllInputs` leaves in clear. */
const MASKED_INPUTS = Object.fromEntries(
  (
    "color,date,datetime-local,email,file,hidden,month,number,password,range,search,tel,text,time," +
    "url,week,textarea,select"
  )
    .split(",")
    .map((kind) => [kind, true]),
);

/** Text that people type outside of form fields; masked, it keeps its length and spaces. */
const TYPED_TEXT = "[contenteditable]:not([contenteditable='false' i])";

const FULL_SNAPSHOT = 2;

export interface Recording {
  custom(tag: string, payload: unknown): void;
  flush(): Promise<void>;
  /** Ends the recording; `drop` forgets what was not sent yet. */
  stop(drop: boolean): void;
}

export function startRecording(settings: Settings, onGiveUp: () => void): Recording {
  const startedAt = Date.now();
  const identity = identify(settings, startedAt);
  const transport = transportFor(settings);
  const giveUp = (): void => {
    recording.stop(true);
    onGiveUp();
  };
  const queue = new BatchQueue(settings, identity, startedAt, location.href, transport, giveUp);
  const stayAlive = (): void => {
    if (!settings.driven) touchSession(identity.session, Date.now());
  };

  // rrweb takes custom events only while it records, and throws otherwise; the site's own
  // calls to `track` and `pushState` must never meet that.
  let state: "before" | "during" | "after" = "before";
  const early: [tag: string, payload: unknown][] = [];
  const custom = (tag: string, payload: unknown): void => {
    if (state === "before") early.push([tag, payload]);
    if (state === "during") record.addCustomEvent(tag, payload);
  };
  const begin = (): void => {
    if (state !== "before") return;
    state = "during";
    custom(ENVIRONMENT_TAG, readEnvironment());
    for (const [tag, payload] of early.splice(0)) custom(tag, payload);
  };

  const stopRecord = record({
    emit: (event: eventWithTime) => {
      queue.add(event);
      stayAlive();
      if (event.type === FULL_SNAPSHOT) queueMicrotask(begin);
    },
    plugins: [anchorPlugin()],
    recordAfter: "DOMContentLoaded",
    maskInputOptions: MASKED_INPUTS,
    maskInputFn: (text) => (text ? INPUT_MASK : ""),
    maskTextSelector: TYPED_TEXT,
    inlineStylesheet: true,
    collectFonts: true,
  });
  const stopRoutes = watchRoutes((url, title) => custom(ROUTE_TAG, { url, title }));
  const onHide = (): void => queue.flushLast();
  for (const leaving of leavingEvents(settings)) addEventListener(leaving, onHide);

  const recording: Recording = {
    custom,
    flush: () => queue.flush(),
    stop(drop) {
      state = "after";
      stopRecord?.();
      stopRoutes();
      for (const leaving of leavingEvents(settings)) removeEventListener(leaving, onHide);
      if (drop) queue.drop();
      else void queue.flush();
    },
  };
  return recording;
}

/**
 * A driver's binding goes away with the page, so that a call at `pagehide` may come too late;
 * `beforeunload` is early enough. Visitors' pages get no such listener: it costs them the
 * back-forward cache in some browsers.
 */
const leavingEvents = (settings: Settings): ("beforeunload" | "pagehide")[] =>
  settings.driven ? ["beforeunload", "pagehide"] : ["pagehide"];
