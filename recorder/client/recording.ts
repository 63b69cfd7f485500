/** One document's recording: rrweb, what we add to it, and the way out through the redactor. */
import { record } from "@rrweb/record";
import type { eventWithTime } from "@rrweb/types";
import { anchorPlugin } from "./anchor-plugin";
import { readEnvironment } from "./environment";
import { countFaults, type Faults } from "./faults";
import type { LimitReason } from "./gauge";
import type { Identity } from "./identity";
import { BUFFER_MS } from "./limits";
import { openOutlet, type Outlet } from "./outlet";
import { maskInput } from "./redact/inputs";
import { createRedactor } from "./redact/redactor";
import type { Settings } from "./settings";
import { CONSENT_TAG, ENVIRONMENT_TAG, FAULTS_TAG, LIMIT_TAG, REDUCED_TAG, ROUTE_TAG } from "./tags";
import type { Stop, Watch, Watcher } from "./watch";
import { watchWindows } from "./windows";

/** All kinds of fields that rrweb can mask, hidden ones included. */
const MASKED_INPUTS = Object.fromEntries(
  (
    "color,date,datetime-local,email,file,hidden,month,number,password,range,search,tel,text,time," +
    "url,week,textarea,select"
  )
    .split(",")
    .map((kind) => [kind, true]),
);

const FULL_SNAPSHOT = 2;
const INCREMENTAL = 3;
const CUSTOM = 5;

export interface Recording {
  readonly identity: Identity;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** A custom event with plain data of the site's own, which is redacted here. */
  custom(tag: string, payload: unknown): void;
  /** The page changed its own URL. */
  route(href: string): void;
  flush(): Promise<void>;
  /** Ends the recording; `drop` forgets what was not sent yet. */
  stop(drop: boolean): void;
}

export interface Consent {
  /** Epoch milliseconds of `consent(true)`. */
  at: number;
  version: string | null;
}

/** The watchers that come a little later than the recording begins; rejects where they cannot. */
export type LoadMore = () => Promise<Watcher[]>;

/** `onEnd` is called when the recording ends by itself: at a limit, or refused by the collector. */
export function startRecording(
  settings: Settings,
  identity: Identity,
  consent: Consent | null,
  loadMore: LoadMore,
  onEnd: () => void,
): Recording {
  const startedAt = Date.now();
  const faults = countFaults();
  const redactor = createRedactor(settings, record.mirror);
  const seers = new Set<(event: eventWithTime) => void>();
  const stops: Stop[] = [];
  let over = false;

  const end = (drop: boolean): void => {
    if (over) return;
    recording.stop(drop);
    onEnd();
  };
  const outlet = openOutlet({
    settings,
    identity,
    startedAt,
    url: redactor.url(location.href),
    describe: () =>
      redactor.data({
        traits: settings.traits,
        variant: settings.variant,
        release: settings.release,
        device: settings.driven?.device ?? null,
      }),
    onRefused: () => end(true),
    onHeldTooMuch: () => queueMicrotask(() => over || record.takeFullSnapshot(true)),
    // Not at once: rrweb or a watcher is in the midst of something.
    onLimit: (reason: LimitReason) =>
      queueMicrotask(() => {
        // The last event: whoever reads the recording learns why there is no more.
        watch.custom(LIMIT_TAG, { reason });
        end(false);
      }),
  });
  const emit = faults.contained((event: eventWithTime): void => {
    if (over) return;
    redactor.event(event);
    if (event.type === FULL_SNAPSHOT) queueMicrotask(introduce);
    seers.forEach((see) => see(event));
    outlet.add(event);
  });
  /** What a snapshot does not say; again after each, because earlier ones may not be kept. */
  const introduce = faults.contained((): void => {
    if (consent) watch.custom(CONSENT_TAG, consent);
    watch.custom(ENVIRONMENT_TAG, { ...readEnvironment(), title: redactor.text(document.title) });
  });
  const windows = watchWindows();
  const send = (type: number, data: unknown): void =>
    emit({ type, data, timestamp: Date.now() } as eventWithTime);
  const watch: Watch = {
    settings,
    ids: record.mirror,
    redactor,
    custom: (tag, payload) => send(CUSTOM, { tag, payload }),
    incremental: (data) => send(INCREMENTAL, data),
    eachWindow: windows.each,
    eachEvent(see) {
      const contained = faults.contained(see);
      seers.add(contained);
      return () => seers.delete(contained);
    },
    contained: faults.contained,
  };
  const recording: Recording = {
    identity,
    startedAt,
    custom: (tag, payload) => watch.custom(tag, redactor.data(payload)),
    route: (href) =>
      watch.custom(ROUTE_TAG, { url: redactor.url(href), title: redactor.text(document.title) }),
    flush() {
      tellFaults(watch, faults);
      return outlet.flush();
    },
    stop(drop) {
      if (over) return;
      tellFaults(watch, faults);
      over = true;
      stops.splice(0).forEach(faults.contained((stop: Stop) => stop()));
      if (drop) outlet.drop();
      else void outlet.flush();
    },
  };
  stops.push(...watchLeaving(settings, watch, recording, outlet));
  const stopRecord = record({
    emit,
    plugins: [windows.plugin, anchorPlugin()],
    maskInputOptions: MASKED_INPUTS,
    maskInputFn: maskInput,
    // Text is masked by our redactor, which knows more than rrweb's rules.
    maskTextFn: (text) => text,
    blockSelector: settings.blockSelector || undefined,
    ignoreSelector: settings.ignoreSelector || undefined,
    collectFonts: true,
    checkoutEveryNms: outlet.holds ? BUFFER_MS : undefined,
    errorHandler: (error) => {
      faults.note(error);
      return true;
    },
  });
  if (stopRecord) stops.unshift(stopRecord);
  const begin = faults.contained((watcher: Watcher) => void stops.push(watcher(watch)));
  loadMore().then(
    (watchers) => void (over || watchers.forEach((watcher) => begin(watcher))),
    // A policy of the page forbids it, or the line broke: the rest is recorded all the same.
    () => watch.custom(REDUCED_TAG, { missing: "watchers" }),
  );
  return recording;
}

function tellFaults(watch: Watch, faults: Faults): void {
  const taken = faults.take();
  if (taken) watch.custom(FAULTS_TAG, { ...taken, first: watch.redactor.text(taken.first) });
}

/** Sends what waits before the page may go away. */
function watchLeaving(settings: Settings, watch: Watch, recording: Recording, outlet: Outlet): Stop[] {
  const leave = watch.contained(outlet.leave);
  const hide = watch.contained(() => {
    if (document.visibilityState === "hidden") void recording.flush();
  });
  return [
    ...leavingEvents(settings).map((name) => listen(window, name, leave)),
    listen(document, "visibilitychange", hide),
    listen(window, "online", watch.contained(() => void outlet.resume())),
  ];
}

/** Listens until the returned function is called. */
export function listen(target: EventTarget, name: string, callback: (event: Event) => void): Stop {
  const options = { capture: true, passive: true };
  target.addEventListener(name, callback, options);
  return () => target.removeEventListener(name, callback, options);
}

/**
 * A driver's binding goes away with the page, so that a call at `pagehide` may come too late;
 * `beforeunload` is early enough. Visitors' pages get no such listener: it costs them the
 * back-forward cache in some browsers.
 */
const leavingEvents = (settings: Settings): string[] =>
  settings.driven ? ["beforeunload", "pagehide"] : ["pagehide"];
