/**
 * A visit as the tag sees it from one page: when a recording begins, ends and
 * begins anew. It ends on excluded paths, after half an hour without anybody
 * there, at a withdrawal (here or in another tab), and at `stop()`.
 */
import { contained } from "./faults";
import { aliveSession, currentSession, forget, identify, touchSession, VISITOR_KEY } from "./identity";
import { listen } from "./listen";
import { isBot, isExcluded, isSampled, optedOut } from "./permission";
import { startRecording, type Consent, type LoadMore, type Recording } from "./recording";
import { watchRoutes } from "./routes";
import type { Settings } from "./settings";
import type { Stop, Watcher } from "./watch";

export interface Visit {
  /** What is being recorded now. */
  recording(): Recording | null;
  /** Records what the site tells; before the page is parsed it waits. */
  tell(tag: string, payload: unknown): void;
  /** Begins, unless something forbids it. */
  begin(consent: Consent | null): void;
  /**
   * Ends for this page; `withdrawn` also drops what was not sent and forgets the visitor. Resolves
   * when the rest has been handed over, or has failed for now.
   */
  end(withdrawn: boolean): Promise<void>;
}

/** What only a person does; pages scroll and change by themselves. */
const SIGNS_OF_LIFE = "pointerdown pointermove keydown wheel touchstart";

/** Whether the visitor is still there is looked up this often (milliseconds). */
const LOOK_MS = 60_000;

/** Signs of life are noted this often (milliseconds) at most. */
const SIGN_MS = 1000;

export function createVisit(settings: Settings, loadMore: LoadMore): Visit {
  let recording: Recording | null = null;
  let consent: Consent | null = null;
  let stops: Stop[] = [];
  let lastSign = 0;
  let timer: number | undefined;
  let parsed = false;
  /** Nobody was there for so long that the session has ended. */
  let asleep = false;
  /** A recording of this page ended by itself; going on would only meet the same limit again. */
  let gaveUp = false;
  /** Told before the page was parsed. */
  const early: [tag: string, payload: unknown][] = [];

  const start = (): void => {
    if (!parsed || gaveUp || excluded()) return;
    const session = currentSession(settings, Date.now());
    if (!isSampled(session, settings.sample)) return;
    const identity = identify(settings, session);
    recording = startRecording(settings, identity, consent, more, () => {
      recording = null;
      gaveUp = true;
    });
    for (const [tag, payload] of early.splice(0)) recording.custom(tag, payload);
  };
  /** The visitor may be at work inside a frame, whose events do not come up here. */
  const watchFrames: Watcher = (watch) =>
    watch.eachWindow((win) =>
      win === window ? () => undefined : listen(win, SIGNS_OF_LIFE, live),
    );
  const more: LoadMore = () =>
    loadMore().then((watchers) => (settings.driven ? watchers : [watchFrames, ...watchers]));
  const pause = (drop: boolean): Promise<void> => {
    const ended = recording?.stop(drop);
    recording = null;
    return ended ?? Promise.resolve();
  };
  const excluded = (): boolean => isExcluded(location.pathname, settings.exclude);

  /** Ends a recording whose visitor has gone, from this tab and from all others. */
  const watchIdle = (): void => {
    timer = window.setTimeout(() => {
      if (recording && aliveSession(Date.now()) !== recording.identity.session) {
        void pause(false);
        asleep = true;
      }
      watchIdle();
    }, LOOK_MS);
  };

  const live = contained((): void => {
    const now = Date.now();
    if (now - lastSign < SIGN_MS) return;
    lastSign = now;
    const session = recording?.identity.session;
    // The computer slept, or another tab has begun the next session.
    if (asleep || (session && aliveSession(now) !== session)) {
      asleep = false;
      void pause(false);
      start();
    } else if (session) touchSession(session, now);
  });

  const onRoute = contained((href: string): void => {
    if (excluded()) void pause(false);
    else if (recording) recording.route(href);
    else start();
  });

  const visit: Visit = {
    recording: () => recording,
    tell(tag, payload) {
      if (recording) recording.custom(tag, payload);
      else if (stops.length && document.readyState === "loading") early.push([tag, payload]);
    },
    begin(given) {
      consent = given;
      if (stops.length || (!settings.driven && (optedOut() || isBot(settings)))) return;
      stops = [watchRoutes(onRoute)];
      if (!settings.driven) {
        stops.push(listen(window, SIGNS_OF_LIFE, live));
        stops.push(listen(window, "storage", withdrawElsewhere));
        watchIdle();
      }
      stops.push(
        whenParsed(
          contained(() => {
            parsed = true;
            start();
          }),
        ),
      );
    },
    end(withdrawn) {
      clearTimeout(timer);
      gaveUp = asleep = false;
      early.length = 0;
      stops.splice(0).forEach((stop) => stop());
      const ended = pause(withdrawn);
      if (withdrawn) forget();
      return ended;
    },
  };
  /** Another tab of this visitor withdrew: this one follows. */
  const withdrawElsewhere = ({ key, newValue }: StorageEvent): void => {
    if (key === VISITOR_KEY && newValue === null) void visit.end(true);
  };
  return visit;
}

/** Calls back once the page is parsed and really shown: prerendered ones may never be. */
function whenParsed(callback: () => void): Stop {
  let stop: Stop = () => undefined;
  const check = (): void => {
    stop();
    const prerendering = (document as { prerendering?: boolean }).prerendering;
    if (prerendering) stop = listen(document, "prerenderingchange", check);
    else if (document.readyState === "loading") stop = listen(document, "DOMContentLoaded", check);
    else callback();
  };
  check();
  return () => stop();
}
