/**
 * Who and where: visitor (this browser), session (one visit), tab, document.
 *
 * Kept in the site's own storage under three keys; where storage is refused,
 * ids live as long as the page.
 */
import type { Settings } from "./settings";

export interface Identity {
  visitor: string;
  session: string;
  tab: string;
  document: string;
}

const VISITOR_KEY = "heatwright.visitor";
const SESSION_KEY = "heatwright.session";
const TAB_KEY = "heatwright.tab";

/** A session ends after this much idle time (milliseconds): the web analytics convention. */
const SESSION_IDLE_MS = 30 * 60 * 1000;

const TOUCH_MS = 60 * 1000;

/** 96 random bits in hex: enough that two ids never meet. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function identify(settings: Settings, now: number): Identity {
  const document = newId();
  if (settings.driven) {
    const { visitor, session } = settings.driven;
    return { visitor, session, tab: remembered(sessionStore(), TAB_KEY), document };
  }
  return {
    visitor: remembered(localStore(), VISITOR_KEY),
    session: currentSession(now),
    tab: remembered(sessionStore(), TAB_KEY),
    document,
  };
}

let touchedAt = 0;

/** Notes, once a minute at most, that the session is alive: an active visitor's never rotates. */
export function touchSession(session: string, now: number): void {
  if (now - touchedAt < TOUCH_MS) return;
  touchedAt = now;
  // Another tab may have begun the next session; that one stays.
  const current = aliveSession(now);
  if (current === null || current === session) write(localStore(), SESSION_KEY, `${session} ${now}`);
}

/** Withdrawal: the browser no longer knows its visitor. */
export function forget(): void {
  localStore()?.removeItem(VISITOR_KEY);
  localStore()?.removeItem(SESSION_KEY);
  sessionStore()?.removeItem(TAB_KEY);
}

function currentSession(now: number): string {
  const session = aliveSession(now) ?? newId();
  touchSession(session, now);
  return session;
}

/** The stored session, unless it has been idle for too long. */
function aliveSession(now: number): string | null {
  const [id, seen] = (localStore()?.getItem(SESSION_KEY) ?? "").split(" ");
  return id && seen && now - Number(seen) < SESSION_IDLE_MS ? id : null;
}

function remembered(store: Storage | null, key: string): string {
  const known = store?.getItem(key);
  if (known) return known;
  const id = newId();
  write(store, key, id);
  return id;
}

function write(store: Storage | null, key: string, value: string): void {
  try {
    store?.setItem(key, value);
  } catch {
    // Storage is full or forbidden: the id then lives as long as the page.
  }
}

/** Reading `localStorage` throws where the browser forbids it. */
function localStore(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function sessionStore(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
