/** Measures a recording against its limits. */
import type { eventWithTime } from "@rrweb/types";
import { DOCUMENT_CHARS, DOCUMENT_MS, MUTATIONS_PER_SECOND, STORM_SECONDS } from "./limits";
import { INCREMENT, MUTATION } from "./numbers";

/** Which limit was met. */
export type LimitReason = "mutations" | "bytes" | "duration" | "offline";

/** The limit that `event` (with `chars` characters of JSON) meets, or null. */
export type Gauge = (event: eventWithTime, chars: number) => LimitReason | null;

export function gauge(startedAt: number): Gauge {
  let total = 0;
  let second = 0;
  let mutations = 0;
  let stormy = 0;
  return (event, chars) => {
    total += chars;
    const now = Math.floor(event.timestamp / 1000);
    if (now !== second) {
      // A second without any event is a calm one.
      stormy = mutations > MUTATIONS_PER_SECOND && now === second + 1 ? stormy + 1 : 0;
      second = now;
      mutations = 0;
    }
    mutations += countMutations(event);
    if (stormy >= STORM_SECONDS) return "mutations";
    if (total > DOCUMENT_CHARS) return "bytes";
    return event.timestamp - startedAt > DOCUMENT_MS ? "duration" : null;
  };
}

function countMutations({ type, data }: eventWithTime): number {
  if (type !== INCREMENT || data.source !== MUTATION) return 0;
  return data.adds.length + data.removes.length + data.texts.length + data.attributes.length;
}
