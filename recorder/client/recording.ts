/** One document's recording: rrweb, what we add to it, and the way out through the redactor. */
import type { eventWithTime } from "@rrweb/types";
import { measureAt } from "./anchor-plugin";
import { blockedBy } from "./blocked";
import { readEnvironment } from "./environment";
import { contained, FAULT_CHARS, takeFaults } from "./faults";
import type { LimitReason } from "./gauge";
import { forget, type Identity } from "./identity";
import { LABEL_CHARS, TRAITS, TRAIT_NAME_CHARS, TRAIT_VALUE_CHARS } from "./limits";
import { listen, together } from "./listen";
import { CUSTOM, INCREMENT, SNAPSHOT } from "./numbers";
import { openOutlet, type Outlet } from "./outlet";
import { createRedactor, type Redactor } from "./redact/redactor";
import { maskText } from "./redact/text";
import { ids, runRrweb, takeSnapshot } from "./rrweb";
import { createSeers, type Seers } from "./seers";
import type { Settings } from "./settings";
import { CONSENT_TAG, ENVIRONMENT_TAG, FAULTS_TAG, LIMIT_TAG, REDUCED_TAG, ROUTE_TAG } from "./tags";
import type { Stop, Watch, Watcher } from "./watch";
import { watchWindows, type Windows } from "./windows";

export interface Recording {
  readonly identity: Identity;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** A custom event with plain data of the site's own, which is redacted here. */
  custom(tag: string, payload: unknown): void;
  /** The page changed its own URL. */
  route(href: string): void;
  flush(): Promise<void>;
  /** Ends the recording; `drop` forgets what was not sent yet. Resolves like `flush`. */
  stop(drop: boolean): Promise<void>;
}

export interface Consent {
  /** Epoch milliseconds of `consent(true)`. */
  at: number;
  version: string | null;
}

/** The watchers that come a little later than the recording begins; rejects where they cannot. */
export type LoadMore = () => Promise<Watcher[]>;

export interface RecordingOwner {
  loadMore: LoadMore;
  /** Called before each event: the owner may end the recording before the event is taken. */
  before(): void;
  /** The recording ended by itself: at a limit, or refused by the collector. */
  onEnd(): void;
}

export function startRecording(
  settings: Settings,
  identity: Identity,
  consent: Consent | null,
  { loadMore, before, onEnd }: RecordingOwner,
): Recording {
  const startedAt = Date.now();
  const redactor = createRedactor(settings, ids);
  const windows = watchWindows();
  const stops: Stop[] = [];
  let over = false;
  let last = startedAt;

  const end = (drop: boolean): void => {
    if (over) return;
    void recording.stop(drop);
    onEnd();
  };
  const outlet = openOutlet({
    settings,
    identity,
    startedAt,
    url: redactor.url(location.href),
    describe: () => redactor.data(description(settings)),
    onRefused(erased) {
      if (erased) forget();
      end(true);
    },
    onStale: () => queueMicrotask(contained(() => over || takeSnapshot())),
    // Not at once: rrweb or a watcher is in the midst of something.
    onLimit: (reason: LimitReason) =>
      queueMicrotask(() => {
        // The last event: whoever reads the recording learns why there is no more.
        if (!over) watch.custom(LIMIT_TAG, { reason });
        end(false);
      }),
  });
  const seers = createSeers();
  const emit = contained((event: eventWithTime): void => {
    if (!over) before();
    if (over) return;
    // A clock that is set back must not put events in another order.
    last = event.timestamp = Math.max(last, event.timestamp);
    if (!redactor.event(event)) return;
    if (event.type === SNAPSHOT) queueMicrotask(introduce);
    seers.see(event);
    outlet.add(event);
  });
  /** What a snapshot does not say; again after each, because earlier ones may not be kept. */
  const introduce = contained((): void => {
    if (consent) watch.custom(CONSENT_TAG, consent);
    watch.custom(ENVIRONMENT_TAG, watch.environment());
  });
  const watch = openWatch(settings, redactor, windows, seers, emit);
  const tellFaults = (): void => {
    const taken = takeFaults();
    if (!taken) return;
    const first = redactor.text(taken.first).slice(0, FAULT_CHARS);
    watch.custom(FAULTS_TAG, { count: taken.count, first });
  };
  const recording: Recording = {
    identity,
    startedAt,
    custom: watch.custom,
    route: (href) =>
      watch.custom(ROUTE_TAG, { url: redactor.url(href), title: titleOf(redactor) }),
    flush() {
      tellFaults();
      return outlet.flush();
    },
    async stop(drop) {
      if (drop) outlet.drop();
      if (over) return;
      // Watchers first: they may have a last word, unless all is forgotten.
      over = drop;
      stops.splice(0).reverse().forEach(contained((stop: Stop) => stop()));
      tellFaults();
      over = true;
      if (!drop) await outlet.flush();
      // Until now the page might have gone away.
      stopLeaving();
    },
  };
  stops.push(runRrweb(settings, windows, emit));
  const stopLeaving = watchLeaving(settings, recording, outlet);
  const begin = contained((watcher: Watcher) => void stops.push(watcher(watch)));
  loadMore()
    .then(
      (watchers) => over || watchers.forEach((watcher) => begin(watcher)),
      // A policy of the page forbids it, or the line broke: the rest is recorded all the same.
      () => watch.custom(REDUCED_TAG, { missing: "watchers" }),
    )
    .finally(seers.letGo);
  return recording;
}

/** The page's title, under the rules for its element: a site may have masked the whole page. */
function titleOf(redactor: Redactor): string {
  const element = document.querySelector("title");
  return element && redactor.isMasked(element)
    ? maskText(document.title)
    : redactor.text(document.title);
}

/** What every batch says of its session, in a form that the collector does not refuse. */
const description = ({ traits, variant, release, driven }: Settings): object => ({
  traits: Object.fromEntries(
    Object.entries(traits)
      .map(([name, value]) => [label(name, TRAIT_NAME_CHARS), label(value, TRAIT_VALUE_CHARS)])
      .filter(([name]) => name)
      .slice(0, TRAITS),
  ),
  variant: label(variant, LABEL_CHARS),
  release: label(release, LABEL_CHARS),
  device: driven?.device ?? null,
});

/** Whatever the site's calls made of it since. */
const label = (text: string | null, chars: number): string | null =>
  text && text.replace(/\0/g, "").slice(0, chars);

export function openWatch(
  settings: Settings,
  redactor: Redactor,
  windows: Windows,
  seers: Seers,
  emit: (event: eventWithTime) => void,
): Watch {
  const tell = (type: number, data: unknown): void =>
    emit({ type, data, timestamp: Date.now() } as eventWithTime);
  return {
    settings,
    ids,
    redactor,
    custom: (tag, payload) => tell(CUSTOM, { tag, payload }),
    incremental: (data) => tell(INCREMENT, data),
    eachWindow: windows.each,
    measure: (target, x, y) => measureAt(target, x, y, ids, blockedBy(settings)),
    environment: () => ({ ...readEnvironment(), title: titleOf(redactor) }),
    eachEvent: seers.add,
    contained,
  };
}

/** Sends what waits, after all watchers had their say, before the page may go away. */
function watchLeaving(settings: Settings, recording: Recording, outlet: Outlet): Stop {
  const hide = contained(() => {
    if (document.visibilityState === "hidden") void recording.flush();
  });
  return together(
    listen(window, leavingEvents(settings), contained(outlet.leave), false),
    listen(document, "visibilitychange", hide),
    listen(window, "online", contained(() => void outlet.resume())),
  );
}

/**
 * A driver's binding goes away with the page, so that a call at `pagehide` may come too late;
 * `beforeunload` is early enough. Visitors' pages get no such listener: it costs them the
 * back-forward cache in some browsers.
 */
const leavingEvents = ({ driven }: Settings): string =>
  driven ? "beforeunload pagehide" : "pagehide";
