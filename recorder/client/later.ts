/** Timers that no framework notices. */
import { unzoned } from "./unzoned";

/** Calls back in `ms` milliseconds, by the clock of `win`; returns what `never` takes. */
export const later = (callback: () => void, ms: number, win: Window = window): number =>
  unzoned(win, "setTimeout", callback, ms) as number;

/** Calls off what `later` returned; harmless when it is over or never was. */
export const never = (timer: number | undefined, win: Window = window): void =>
  void unzoned(win, "clearTimeout", timer);
