/**
 * Which presses are clicks, and what each was on.
 *
 * A page's own handlers move, replace and remove things between `pointerdown`
 * and `click`. So what is under the pointer is measured when it goes down,
 * before any of them; the click only confirms that measurement. The rule:
 *
 * - What the browser calls a click is one, if a pointer made it: not a script,
 *   not a key. It is on what was there when the pointer went down, even if the
 *   browser clicks what has come there since. Only if it was held so long that
 *   the page changed below it is it measured again.
 * - A pointer that slid farther than `SLIP_PX` dragged something or selected
 *   text, whatever the browser says; but a link or button is pressed however
 *   far the pointer slid on it.
 * - One press gives one click: a label passes its click on to its control.
 * - A press without a click is one all the same if the browser cannot or must
 *   not click: what was pressed is gone from the page, or the page took the
 *   touch for itself. It must have been short and without a slide, and no
 *   second finger came; a scroll or a drag ends in `pointercancel`. A long
 *   press is none, unless the browser itself makes a click of it.
 */
import { later, never } from "./later";
import { CLICK_WAIT_MS, PRESS_MS, SLIP_PX, TAP_MS } from "./limits";
import { listen, together } from "./listen";
import type { Realm, Stop, Watch } from "./watch";

/** What a slide of the pointer does not keep from being pressed. */
const CONTROL = "a,button,summary";

/**
 * Calls `take` for each click and tap in `win` with what `measure` found, the event it was
 * measured at and, if that is the press, how many milliseconds ago. `contained` is put around
 * every callback.
 */
export function watchPresses<Found>(
  win: Realm,
  measure: (event: PointerEvent) => Found | null,
  isGone: (found: Found) => boolean,
  take: (found: Found, event: PointerEvent, ago?: number) => void,
  contained: Watch["contained"],
): Stop {
  /** What became of the last press. */
  let state: "" | "down" | "up" | "spent" = "";
  let press: PointerEvent;
  let found: Found | null;
  let pressedAt = 0;
  let releasedAt = 0;
  let touches: Event[] = [];
  let timer = 0;

  const age = (): number => Date.now() - pressedAt;
  const hasSlid = ({ clientX, clientY }: MouseEvent): boolean =>
    Math.hypot(clientX - press.clientX, clientY - press.clientY) > SLIP_PX;

  const give = (what: Found | null, event: PointerEvent, ago?: number): void => {
    state = "spent";
    press = event;
    if (what) take(what, event, ago);
  };

  /** The last press is over: it got no click, and will get none. */
  const settle = contained((): void => {
    const isOver = state === "up";
    state = "";
    if (!isOver || !found) return;
    if (isGone(found) || touches.some((touch) => touch.defaultPrevented)) give(found, press, age());
  });

  /** One timer for all presses: it looks again when the last of them is long enough ago. */
  const look = (): void => {
    timer = 0;
    if (state !== "up") return;
    const left = releasedAt + CLICK_WAIT_MS - Date.now();
    if (left > 0) timer = later(look, left, win);
    else settle();
  };

  const touched = (event: Event): void => {
    touches.push(event);
  };

  const handlers: Record<string, (event: PointerEvent) => void> = {
    pointerdown(event) {
      settle();
      touches = [];
      if (!event.isPrimary || event.button) return;
      found = measure(event);
      state = "down";
      press = event;
      pressedAt = Date.now();
    },
    pointerup(event) {
      if (state !== "down" || press.pointerId !== event.pointerId) return;
      if (hasSlid(event) || age() > TAP_MS) return;
      state = "up";
      releasedAt = Date.now();
      timer ||= later(look, CLICK_WAIT_MS, win);
    },
    pointercancel() {
      state = "";
    },
    touchstart: touched,
    touchend: touched,
    click(event) {
      if (!event.detail) return;
      // Some browsers' clicks are not pointer events and have no id.
      if (state && (event.pointerId ?? press.pointerId) === press.pointerId) {
        const isSlid = hasSlid(event);
        if (state === "spent") {
          if (!isSlid) return;
        } else if (!isSlid) {
          if (age() <= PRESS_MS) return give(found, press, age());
        } else {
          const control = (press.target as Partial<Element>).closest?.(CONTROL);
          if (!control?.contains(event.target as Node)) return;
        }
      }
      give(measure(event), event);
    },
  };
  const on = contained((event: Event): void => {
    if (event.isTrusted) handlers[event.type]?.(event as PointerEvent);
  });
  return together(
    () => never(timer, win),
    listen(win, Object.keys(handlers).join(" "), on),
  );
}
