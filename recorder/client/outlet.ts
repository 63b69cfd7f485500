/** Where redacted events go: measured against the limits, held back or queued. */
import type { eventWithTime } from "@rrweb/types";
import { gauge, type LimitReason } from "./gauge";
import { holdBack, type Hold } from "./hold";
import { isAwake, isForgotten, wakeSession } from "./identity";
import { INCREMENT, SNAPSHOT } from "./numbers";
import { createQueue, type QueueOwner } from "./queue";
import { toJson } from "./json";
import { transportFor } from "./transport";

export interface Outlet {
  add(event: eventWithTime): void;
  flush(): Promise<void>;
  /** The network is back. */
  resume(): Promise<void>;
  /** The page goes away. */
  leave(): void;
  /** Forgets what was not sent. */
  drop(): void;
}

export interface OutletOwner extends Omit<QueueOwner, "onFull"> {
  onLimit(reason: LimitReason): void;
  /** What is held back needs a fresh snapshot to begin with. */
  onStale(): void;
}

export function openOutlet(owner: OutletOwner): Outlet {
  const { settings, identity, startedAt } = owner;
  const queue = createQueue(
    { ...owner, onFull: () => owner.onLimit("offline") },
    transportFor(settings, () => !settings.driven && isForgotten(identity)),
  );
  const limit = gauge(startedAt);
  const isRepeat = watchRepeats();
  const holds = settings.mode === "on-error" && !isAwake(identity.session);
  const wake = (): void => {
    wakeSession(identity.session, Date.now());
    void queue.flush();
  };
  const hold: Hold | null = holds
    ? holdBack((text) => queue.add(text, false), wake, owner.onStale)
    : null;
  return {
    add(event) {
      const text = toJson(event);
      if (isRepeat(event, text)) return;
      const leaves = !hold || hold.add(event, text);
      // Without its snapshot a document is nothing, and it is too large for a beacon: it goes first.
      if (leaves) queue.add(text, event.type === SNAPSHOT);
      const reason = limit(event, leaves ? text.length : 0);
      if (reason) owner.onLimit(reason);
    },
    flush: queue.flush,
    resume: queue.resume,
    leave: queue.flushLast,
    drop: queue.drop,
  };
}

/** Mutations, moves, presses, scrolls and inputs: the same again at once says nothing new. */
const REPEATABLE = [0, 1, 2, 3, 5];

/** Milliseconds between the two tellings of one event. */
const AT_ONCE_MS = 2;

/** rrweb observes a frame twice where its first document is replaced late: all is told twice then. */
function watchRepeats(): (event: eventWithTime, text: string) => boolean {
  let last = "";
  let lastAt = 0;
  return (event, text) => {
    const said = text.slice(0, text.lastIndexOf(',"timestamp"'));
    const repeated =
      event.type === INCREMENT &&
      REPEATABLE.includes(event.data.source) &&
      event.timestamp - lastAt <= AT_ONCE_MS &&
      said === last;
    last = said;
    lastAt = event.timestamp;
    return repeated;
  };
}
