/** Whether somebody is there: a session ends with half an hour of absence, and is kept by presence. */
import { contained } from "./faults";
import { aliveSession, touchSession } from "./identity";
import { later, never } from "./later";
import { listen } from "./listen";
import type { Realm, Stop } from "./watch";

/** What only a person does; pages scroll and change by themselves. */
const SIGNS_OF_LIFE = "pointerdown pointermove keydown wheel touchstart";

/** Whether the visitor is still there is looked up this often (milliseconds). */
const LOOK_MS = 60_000;

/** Signs of life are noted this often (milliseconds) at most. */
const SIGN_MS = 1000;

export interface Presence {
  /** Nobody is there: nothing may begin before there is a sign of life. */
  isAway(): boolean;
  /** Signs of life in a frame do not come up to its page. */
  watch(win: Realm): Stop;
  stop: Stop;
}

export interface PresenceOwner {
  /** The session that is being recorded, if any. */
  session(): string | null;
  /** The session has ended. */
  onAway(): void;
  /** Somebody is back, or has begun another session elsewhere. */
  onBack(): void;
}

export function watchPresence({ session, onAway, onBack }: PresenceOwner): Presence {
  let away = false;
  let lastSign = 0;
  let timer: number | undefined;

  const isOver = (now: number): boolean => {
    const current = session();
    return current !== null && aliveSession(now) !== current;
  };
  const look = contained((): void => {
    timer = later(look, LOOK_MS);
    if (!isOver(Date.now())) return;
    away = true;
    onAway();
  });
  const sign = contained((): void => {
    const now = Date.now();
    if (now - lastSign < SIGN_MS) return;
    lastSign = now;
    const current = session();
    // The computer slept, or another tab has begun the next session.
    if (away || isOver(now)) {
      away = false;
      onBack();
    } else if (current) touchSession(current, now);
  });
  const watch = (win: Realm): Stop => listen(win, SIGNS_OF_LIFE, sign);

  timer = later(look, LOOK_MS);
  const stopWatching = watch(window);
  return {
    isAway: () => away,
    watch,
    stop() {
      never(timer);
      stopWatching();
    },
  };
}
