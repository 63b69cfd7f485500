/**
 * Where pointers rest, which is where people read or wonder. Measured like a click, but only in
 * an idle moment; told when the pointer moves on, because only then it is known how long it was.
 */
import type { Measured } from "./anchor-plugin";
import { later, never, whenIdle } from "./later";
import { REST_MS, REST_SLACK_PX, RESTS_PER_MINUTE } from "./limits";
import { listen, together } from "./listen";
import { meterOf } from "./meter";
import { REST_TAG, RESTS_SKIPPED_TAG } from "./tags";
import type { Realm, Watcher } from "./watch";

interface Place {
  win: Realm;
  target: Element;
  x: number;
  y: number;
  /** Since when the pointer is here, of the page's clock. */
  since: number;
  measured?: Measured | null;
}

export const watchResting: Watcher = (watch) => {
  const { contained } = watch;
  const meter = meterOf(watch, RESTS_SKIPPED_TAG, RESTS_PER_MINUTE);
  let place: Place | null = null;
  let timer = 0;

  const measure = (at: Place): void =>
    meter.tell(at, () => {
      if (at.target.isConnected) at.measured = watch.measure(at.target, at.x, at.y);
    });

  /** One timer for all moves: it looks again when the last of them is long enough ago. */
  const look = (): void => {
    timer = 0;
    const at = place;
    if (!at) return;
    const left = at.since + REST_MS - performance.now();
    if (left > 0) timer = later(look, left);
    else whenIdle(contained(() => at === place && measure(at)));
  };

  const leave = contained(() => {
    const left = place;
    place = null;
    if (!left?.measured) return;
    watch.custom(REST_TAG, { ...left.measured, rest: Math.round(performance.now() - left.since) });
  });

  const stopWindows = watch.eachWindow((win) => {
    const onPointer = contained((event: PointerEvent) => {
      const { type, clientX: x, clientY: y } = event;
      if (!event.isTrusted || event.pointerType === "touch") return;
      const isOut = type === "pointerout";
      // What the pointer comes to tells it, unless that is outside of the window.
      if (isOut && event.relatedTarget) return;
      const isStill = place?.win === win && Math.hypot(place.x - x, place.y - y) <= REST_SLACK_PX;
      if (type === "pointermove" && isStill) return;
      leave();
      let target = event.target as Element;
      // A frame is watched for itself.
      if (isOut || target.localName === "iframe") return;
      if (target.shadowRoot) target = event.composedPath()[0] as Element;
      place = { win, target, x, y, since: performance.now() };
      timer ||= later(look, REST_MS);
    });
    return together(
      // Content may also come and go under a pointer that does not move.
      listen(win, "pointermove pointerover pointerout", onPointer),
      listen(win, "scroll pagehide visibilitychange", leave),
    );
  });
  return together(leave, () => never(timer), stopWindows, meter.stop);
};
