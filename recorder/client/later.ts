/** Timers of which zone.js, which Angular waits for, knows nothing. */

type Timers = Pick<Window, "setTimeout" | "clearTimeout"> & {
  __zone_symbol__setTimeout?: Window["setTimeout"];
  __zone_symbol__clearTimeout?: Window["clearTimeout"];
};

/** `setTimeout`, milliseconds. */
export function later(callback: () => void, ms: number, win: Window = window): number {
  const timers: Timers = win;
  return (timers.__zone_symbol__setTimeout ?? timers.setTimeout).call(win, callback, ms);
}

/** `clearTimeout`. */
export function never(timer: number | undefined, win: Window = window): void {
  const timers: Timers = win;
  (timers.__zone_symbol__clearTimeout ?? timers.clearTimeout).call(win, timer);
}
