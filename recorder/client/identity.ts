/**
 * Who and where: visitor (this browser), session (one visit), tab, document.
 *
 * Kept in the site's own storage under three keys; where storage is refused,
 * ids live as long as the page.
 */
import { SESSION_IDLE_MS, TOUCH_MS } from "./limits";
import type { Settings } from "./settings";

export interface Identity {
  visitor: string;
  session: string;
  tab: string;
  document: string;
}

export const VISITOR_KEY = "heatwright.visitor";
export const SESSION_KEY = "heatwright.session";
export const TAB_KEY = "heatwright.tab";

/** Ids of this page where storage is refused or full. */
const memory = new Map<string, string>();

/** 96 random bits in hex: enough that two ids never meet. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Ids of a document of `session` that begins now. */
export function identify({ driven }: Settings, session: string): Identity {
  const visitor = driven?.visitor ?? remembered("local", VISITOR_KEY);
  known.add(visitor);
  return {
    visitor,
    session,
    tab: remembered("session", TAB_KEY),
    document: newId(),
  };
}

/** The session under way, or a new one. */
export function currentSession({ driven }: Settings, now: number): string {
  if (driven) return driven.session;
  const session = aliveSession(now) ?? newId();
  touchedAt = 0;
  touchSession(session, now);
  return session;
}

let touchedAt = 0;

/** Notes, every few seconds at most, that the session is alive. */
export function touchSession(session: string, now: number): void {
  if (now - touchedAt >= TOUCH_MS) note(session, now, isAwake(session));
}

/** The stored session, unless it has been idle for too long. */
export function aliveSession(now: number): string | null {
  const [id, seen] = stored();
  return id && now - Number(seen) < SESSION_IDLE_MS ? id : null;
}

/** When `session` began (epoch milliseconds), as far as this browser remembers. */
export function sessionStart(session: string): number | null {
  const [id, , start] = stored();
  return id === session ? Number(start) : null;
}

/** `on-error`: something went wrong in this session, so its later pages are recorded from the start. */
export function wakeSession(session: string, now: number): void {
  note(session, now, true);
}

export function isAwake(session: string): boolean {
  const [id, , , mark] = stored();
  return id === session && mark === "!";
}

/** Visitors that this page knew, and those of them that withdrew. */
const known = new Set<string>();
const forgotten = new Set<string>();

/** Whether the visitor withdrew since. */
export const isForgotten = ({ visitor }: Identity): boolean => forgotten.has(visitor);

/** Withdrawal: the browser no longer knows its visitor. */
export function forget(): void {
  known.forEach((visitor) => forgotten.add(visitor));
  memory.clear();
  for (const key of [VISITOR_KEY, SESSION_KEY]) storage("local")?.removeItem(key);
  storage("session")?.removeItem(TAB_KEY);
}

/** Keeps id, last sign of life, start, and whether something went wrong. */
function note(session: string, now: number, awake: boolean): void {
  touchedAt = now;
  const start = sessionStart(session) ?? now;
  write("local", SESSION_KEY, `${session} ${now} ${start}${awake ? " !" : ""}`);
}

const stored = (): string[] => (read("local", SESSION_KEY) ?? "").split(" ");

function remembered(where: Where, key: string): string {
  const known = read(where, key);
  if (known) return known;
  const id = newId();
  write(where, key, id);
  return id;
}

type Where = "local" | "session";

function read(where: Where, key: string): string | null | undefined {
  return memory.get(key) ?? storage(where)?.getItem(key);
}

function write(where: Where, key: string, value: string): void {
  try {
    const store = storage(where);
    if (!store) throw 0;
    store.setItem(key, value);
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

/** Reading `localStorage` throws where the browser forbids it. */
function storage(where: Where): Storage | null {
  try {
    return where === "local" ? window.localStorage : window.sessionStorage;
  } catch {
    return null;
  }
}
