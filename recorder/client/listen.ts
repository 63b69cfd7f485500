/** Listeners that only look: before the page's own, and without a say in what happens. */
import { unzoned } from "./unzoned";
import type { Stop } from "./watch";

/** Listens on `target` for each of `names` (separated by spaces), in the capture phase unless told. */
export function listen(
  target: EventTarget,
  names: string,
  listener: (event: never) => void,
  capture = true,
): Stop {
  const each = (method: "addEventListener" | "removeEventListener"): void => {
    for (const name of names.split(" ")) {
      unzoned(target, method, name, listener, { capture, passive: true });
    }
  };
  each("addEventListener");
  return () => each("removeEventListener");
}

/** One way to stop for several. */
export const together =
  (...stops: Stop[]): Stop =>
  () =>
    stops.forEach((stop) => stop());
