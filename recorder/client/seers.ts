/** Who sees each recorded event; those who come late see what they have missed. */
import type { eventWithTime } from "@rrweb/types";
import { contained } from "./faults";
import { SNAPSHOT } from "./numbers";
import type { Stop } from "./watch";

export interface Seers {
  see(event: eventWithTime): void;
  add(see: (event: eventWithTime) => void): Stop;
  /** From now on nobody comes late any more: past events need not be kept. */
  letGo(): void;
}

/** Events that are kept for late ones; whoever is later than that has a line too slow to wait for. */
const PAST_EVENTS = 2000;

export function createSeers(): Seers {
  const seers = new Set<(event: eventWithTime) => void>();
  let past: eventWithTime[] | null = [];
  return {
    see(event) {
      if (event.type === SNAPSHOT && past) past = [];
      if (past && past.push(event) > PAST_EVENTS) past = null;
      seers.forEach((see) => see(event));
    },
    add(see) {
      const safe = contained(see);
      past?.forEach(safe);
      seers.add(safe);
      return () => seers.delete(safe);
    },
    letGo: () => (past = null),
  };
}
