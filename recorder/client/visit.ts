/**
 * A visit as the tag sees it from one page: when a recording begins, ends and
 * begins anew. It ends on excluded paths, with the visitor's absence, at a
 * withdrawal (here or in another tab), and at `stop()`.
 */
import { contained } from "./faults";
import { currentSession, forget, identify, VISITOR_KEY } from "./identity";
import { listen } from "./listen";
import { isBot, isExcluded, isSampled, optedOut } from "./permission";
import { watchPresence, type Presence } from "./presence";
import { startRecording, type Consent, type LoadMore, type Recording } from "./recording";
import { watchRoutes, type Routes } from "./routes";
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

export function createVisit(settings: Settings, loadMore: LoadMore): Visit {
  let recording: Recording | null = null;
  let consent: Consent | null = null;
  let stops: Stop[] = [];
  let routes: Routes | null = null;
  let presence: Presence | null = null;
  let parsed = false;
  /** A recording of this page ended by itself; going on would only meet the same limit again. */
  let gaveUp = false;
  /** Told before the page was parsed. */
  let early: [tag: string, payload: unknown][] = [];

  const excluded = (): boolean => isExcluded(settings.exclude);

  const start = (): void => {
    if (!parsed || gaveUp || excluded()) return;
    const session = currentSession(settings, Date.now());
    if (!isSampled(session, settings.sample)) return;
    const begun = startRecording(settings, identify(settings, session), consent, {
      loadMore: () => loadMore().then((watchers) => [watchFrames, ...watchers]),
      // Before each event: it may be of a page that is excluded.
      before: () => routes?.check(),
      onEnd() {
        recording = null;
        gaveUp = true;
      },
    });
    recording = begun;
    early.forEach(([tag, payload]) => begun.custom(tag, payload));
  };
  const watchFrames: Watcher = ({ eachWindow }) =>
    eachWindow((win) => (win !== window && presence?.watch(win)) || (() => undefined));
  const pause = (drop: boolean): Promise<void> => {
    const ended = recording?.stop(drop);
    recording = null;
    return ended ?? Promise.resolve();
  };
  const onRoute = contained((href: string): void => {
    if (excluded()) void pause(false);
    else if (recording) recording.route(href);
    else if (!presence?.isAway()) start();
  });
  const onParsed = contained((): void => {
    parsed = true;
    start();
    early = [];
  });
  /** Another tab of this visitor withdrew: this one follows. */
  const withdrawElsewhere = ({ key, newValue }: StorageEvent): void => {
    if (key === VISITOR_KEY && newValue === null) void visit.end(true);
  };

  const visit: Visit = {
    recording: () => recording,
    tell(tag, payload) {
      if (recording) recording.custom(tag, payload);
      else if (stops.length && !parsed) early.push([tag, payload]);
    },
    begin(given) {
      consent = given;
      if (stops.length || (!settings.driven && (optedOut() || isBot(settings)))) return;
      routes = watchRoutes(onRoute);
      stops = [routes.stop];
      if (!settings.driven) {
        presence = watchPresence({
          session: () => recording?.identity.session ?? null,
          onAway: () => void pause(false),
          onBack() {
            void pause(false);
            start();
          },
        });
        stops.push(presence.stop, listen(window, "storage", withdrawElsewhere));
      }
      stops.push(whenParsed(onParsed));
    },
    end(withdrawn) {
      gaveUp = false;
      early = [];
      stops.splice(0).forEach((stop) => stop());
      const ended = pause(withdrawn);
      if (withdrawn) forget();
      return ended;
    },
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
