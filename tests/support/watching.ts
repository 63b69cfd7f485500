/**
 * Watchers in a page without the rest of the tag: what is recorded stays in the page. All that
 * they work with is the tag's own: rrweb's recorder, redactor, windows, seers and measuring.
 */
import type { eventWithTime, incrementalData } from "@rrweb/types";
import { watchCanvas } from "../../recorder/client/canvas";
import { watchErrors } from "../../recorder/client/errors";
import { contained, takeFaults } from "../../recorder/client/faults";
import { watchFonts } from "../../recorder/client/fonts";
import { watchMedia } from "../../recorder/client/media";
import { watchPopovers } from "../../recorder/client/popovers";
import { openWatch } from "../../recorder/client/recording";
import { createRedactor } from "../../recorder/client/redact/redactor";
import { watchRequests } from "../../recorder/client/requests";
import { watchResting } from "../../recorder/client/resting";
import { ids, runRrweb } from "../../recorder/client/rrweb";
import { watchScrolls } from "../../recorder/client/scrolls";
import { createSeers } from "../../recorder/client/seers";
import { DEFAULTS, type Settings } from "../../recorder/client/settings";
import { watchSurroundings } from "../../recorder/client/surroundings";
import { watchVisibility } from "../../recorder/client/visibility";
import type { Stop, Watch, Watcher } from "../../recorder/client/watch";
import { watchWidths } from "../../recorder/client/widths";
import { watchWindows } from "../../recorder/client/windows";

export { ids };

const WATCHERS: Record<string, Watcher> = {
  canvas: watchCanvas,
  errors: watchErrors,
  fonts: watchFonts,
  media: watchMedia,
  popovers: watchPopovers,
  requests: watchRequests,
  resting: watchResting,
  scrolls: watchScrolls,
  surroundings: watchSurroundings,
  visibility: watchVisibility,
  widths: watchWidths,
};

/** Every event, redacted. */
export const recorded: eventWithTime[] = [];
/** Incremental events of the watchers'. */
export const own: incrementalData[] = [];

const stops: Stop[] = [];
let watch: Watch;

/** Begins to record; watchers come later, as in the tag. */
export function record(given: Partial<Settings>): void {
  const settings: Settings = { ...DEFAULTS, endpoint: "", key: "", ...given };
  const redactor = createRedactor(settings, ids);
  const windows = watchWindows();
  const seers = createSeers();
  const emit = contained((event: eventWithTime): void => {
    if (!redactor.event(event)) return;
    seers.see(event);
    recorded.push(JSON.parse(JSON.stringify(event)));
  });
  const opened = openWatch(settings, redactor, windows, seers, emit);
  watch = {
    ...opened,
    incremental(data) {
      own.push(data);
      opened.incremental(data);
    },
  };
  runRrweb(settings, windows, emit);
}

export function start(...names: string[]): void {
  for (const name of names) stops.push(WATCHERS[name]!(watch));
}

/** Ends all watchers; rrweb goes on. */
export function stop(): void {
  for (const one of stops.splice(0).reverse()) one();
}

/** Payloads of the custom events `heatwright/<name>`, oldest first. */
export const told = (name: string): unknown[] =>
  recorded.flatMap((event) =>
    event.type === 5 && event.data.tag === `heatwright/${name}` ? [event.data.payload] : [],
  );

/** What anything here has thrown; null if nothing. */
export const faults = takeFaults;
