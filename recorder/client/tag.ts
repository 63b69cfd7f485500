/**
 * The tag: one async script that records the page it is on.
 *
 * Until consent is given (or the site said that none is needed) nothing is
 * recorded, stored or sent.
 */
import { forget } from "./identity";
import { GOAL_TAG, startRecording, type Recording } from "./recording";
import { readSettings, type Settings } from "./settings";

/** `window.heatwright`, for the site's own scripts. */
export interface Heatwright {
  /** The visitor's decision; `false` stops, drops what was not sent and forgets the visitor. */
  consent(given: boolean): void;
  /** A goal was reached, for example `track("purchase", { value: 129 })`. */
  track(goal: string, properties?: Record<string, unknown>): void;
  /** A trait of the visitor or the page, for example `tag("plan", "paying")`. */
  tag(name: string, value: string): void;
  /** Resolves when all that was recorded so far has been handed over. */
  flush(): Promise<void>;
  /** Ends the recording of this page. */
  stop(): void;
}

declare global {
  interface Window {
    heatwright?: Heatwright;
  }
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

/** The visitor said no to tracking in the browser itself. */
function optedOut(): boolean {
  return navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
}

function install(settings: Settings): Heatwright {
  let recording: Recording | null = null;
  const start = (): void => {
    if (recording || (!settings.driven && optedOut())) return;
    recording = startRecording(settings, () => (recording = null));
  };
  if (settings.consent === "not-required") start();
  return {
    consent(given) {
      if (given) return start();
      recording?.stop(true);
      recording = null;
      forget();
    },
    track: (goal, properties = {}) => recording?.custom(GOAL_TAG, { goal, properties }),
    tag(name, value) {
      if (name === "variant") settings.variant = value;
      else settings.traits[name] = value;
    },
    flush: () => recording?.flush() ?? Promise.resolve(),
    stop() {
      recording?.stop(false);
      recording = null;
    },
  };
}

// Frames are recorded by the top document's recorder, through rrweb, not by a tag of their own.
const isTop = window.top === window;
if (isTop && !window.heatwright) {
  const settings = readSettings(document.currentScript);
  if (settings) window.heatwright = install(settings);
}
