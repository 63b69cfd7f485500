/** Events of one tag, so many a minute; what is beyond is counted, never silent. */
import { later, never } from "./later";
import { METER_MS } from "./limits";
import { listen } from "./listen";
import type { Stop, Watch } from "./watch";

export interface Meter {
  /**
   * Records what `make` returns, if anything. What has the same `key` as an earlier one of this
   * minute is only counted; the minute ends with each such payload again and how often it was
   * `repeated`, and with `{ kind: "more", count }` for what was beyond the limit.
   */
  tell(key: unknown, make: () => object | void): void;
  stop: Stop;
}

export function meterOf(watch: Watch, tag: string, limit: number): Meter {
  const told = new Map<unknown, { payload: object | void; repeated: number }>();
  let count = 0;
  let timer = 0;
  const settle = watch.contained(() => {
    never(timer);
    timer = 0;
    for (const { payload, repeated } of told.values()) {
      if (repeated) watch.custom(tag, { ...payload, repeated });
    }
    if (count) watch.custom(tag, { kind: "more", count });
    told.clear();
    count = 0;
  });
  // Before the recording's own listener, which sends the last batch.
  const stopLeaving = listen(window, "pagehide", settle);
  return {
    tell(key, make) {
      timer ||= later(settle, METER_MS);
      const same = told.get(key);
      if (same) same.repeated++;
      else if (told.size >= limit) count++;
      else {
        const payload = make();
        told.set(key, { payload, repeated: 0 });
        if (payload) watch.custom(tag, payload);
      }
    },
    stop() {
      settle();
      stopLeaving();
    },
  };
}
