/** `on-error` mode: the last minute is kept in memory and sent only once something goes wrong. */
import type { eventWithTime } from "@rrweb/types";
import { BUFFER_CHARS, BUFFER_MS } from "./limits";
import { CUSTOM, META } from "./numbers";
import { ERROR_TAG, REPORT_TAG, REQUEST_TAG } from "./tags";

export interface Hold {
  /** True once what was held is on its way and nothing more is to be held. */
  add(event: eventWithTime, text: string): boolean;
}

/**
 * Holds events back. While there are any, `freshen` asks for a snapshot every
 * minute; the events since the last but one are kept, so that at least the
 * last minute can be replayed. What outgrows its limit is forgotten.
 */
export function holdBack(send: (text: string) => void, onWake: () => void, freshen: () => void): Hold {
  let minutes: Minute[] = [];
  let awake = false;
  return {
    add(event, text) {
      if (awake) return true;
      // A snapshot is announced by its Meta event.
      if (event.type === META || !minutes.length) {
        minutes = [...minutes.slice(-1), { texts: [], chars: 0, from: event.timestamp, over: false }];
      }
      const minute = minutes[minutes.length - 1] as Minute;
      minute.texts.push(text);
      minute.chars += text.length;
      if (isTrouble(event)) {
        awake = true;
        for (const { texts } of minutes.splice(0)) texts.forEach(send);
        onWake();
      } else if (minutes.reduce((sum, { chars }) => sum + chars, 0) > BUFFER_CHARS) {
        minutes = [];
        freshen();
      } else if (event.timestamp - minute.from > BUFFER_MS && !minute.over) {
        minute.over = true;
        freshen();
      }
      return false;
    },
  };
}

interface Minute {
  texts: string[];
  chars: number;
  /** Epoch milliseconds. */
  from: number;
  /** A fresh snapshot has been asked for. */
  over: boolean;
}

/**
 * An error nobody caught, a request of the site's own that failed or was answered with an error
 * of the server, or what the site itself reports. What another origin's script did is told to
 * nobody ("Script error."), and other origins are often unreachable for reasons of the visitor's.
 */
function isTrouble(event: eventWithTime): boolean {
  if ((event.type as number) !== CUSTOM) return false;
  const { tag, payload } = event.data as { tag: string; payload: Record<string, unknown> };
  if (tag === REPORT_TAG) return true;
  if (tag === ERROR_TAG) return /^(error|rejection)$/.test(String(payload.kind)) && !payload.opaque;
  const isOwn = String(payload?.url)[0] === "/";
  return tag === REQUEST_TAG && (Number(payload.status) >= 500 || (payload.outcome === "failed" && isOwn));
}
