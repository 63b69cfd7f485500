/** Timers that no framework notices, and idle moments. */
import { unzoned } from "./unzoned";

/** Calls back in `ms` milliseconds, by the clock of `win`; returns what `never` takes. */
export const later = (callback: () => void, ms: number, win: Window = window): number =>
  unzoned(win, "setTimeout", callback, ms) as number;

/** Calls off what `later` returned; harmless when it is over or never was. */
export const never = (timer: number | undefined, win: Window = window): void =>
  void unzoned(win, "clearTimeout", timer);

/** After this, work that waits for an idle moment goes without one where there is no such thing. */
const NEARLY_IDLE_MS = 100;

/**
 * Calls back when the page has nothing better to do, after `timeout` milliseconds even if it has;
 * returns how to call it off. Safari has no idle callbacks: a task a little later comes near one.
 */
export function whenIdle(callback: () => void, timeout?: number): () => void {
  if ((window as Partial<Window>).requestIdleCallback) {
    const handle = requestIdleCallback(callback, timeout ? { timeout } : undefined);
    return () => cancelIdleCallback(handle);
  }
  const timer = later(callback, NEARLY_IDLE_MS);
  return () => never(timer);
}
