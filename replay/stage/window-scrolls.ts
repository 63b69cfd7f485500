/** Where the window is scrolled to soon: rrweb tells of a scroll up to a tenth of a second late. */
import type { eventWithTime } from "@rrweb/types";
import { EventType, Source } from "./apply";

/** rrweb gathers scrolls for 100 ms; some more for a machine that was busy (milliseconds). */
const LATE_MS = 300;

type Scroll = [time: number, id: number, x: number, y: number];

export class WindowScrolls {
  private readonly scrolls: Scroll[];

  constructor(events: eventWithTime[]) {
    this.scrolls = events.flatMap((event): Scroll[] => {
      if (event.type !== EventType.Incremental || event.data?.source !== Source.Scroll) return [];
      const { id, x, y } = event.data;
      return Number.isFinite(x) && Number.isFinite(y) ? [[event.timestamp, id, x, y]] : [];
    });
    this.scrolls.sort(([a], [b]) => a - b);
  }

  /** Where it is by the first scroll that is told soon after `time`, if that is the window's. */
  soonAfter(time: number, isWindow: (id: number) => boolean): [x: number, y: number] | null {
    let [from, to] = [0, this.scrolls.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.scrolls[middle] as Scroll)[0] < time) from = middle + 1;
      else to = middle;
    }
    const next = this.scrolls[from];
    return next && next[0] - time <= LATE_MS && isWindow(next[1]) ? [next[2], next[3]] : null;
  }
}
