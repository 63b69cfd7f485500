/** Client-side routes: each change of the URL without a load starts a new page view. */
import { listen } from "./listen";
import type { Stop } from "./watch";

export interface Routes {
  /** Calls back if the URL has changed since: some routers' changes no listener hears of. */
  check(): void;
  stop: Stop;
}

/** Calls back after the page changed its own URL, before what its router then shows. */
export function watchRoutes(onRoute: (href: string) => void): Routes {
  let current = location.href;
  let over = false;
  const check = (): void => {
    if (over || location.href === current) return;
    current = location.href;
    onRoute(current);
  };
  const restore = (["pushState", "replaceState"] as const).map((name) => {
    const original = history[name];
    const own = Object.prototype.hasOwnProperty.call(history, name);
    const patched = function (this: History, ...given: Parameters<History["pushState"]>): void {
      original.apply(this, given);
      check();
    };
    history[name] = patched;
    return () => {
      // What somebody else has patched since stays in place, and ours below it does nothing.
      if (history[name] !== patched) return;
      if (own) history[name] = original;
      else delete (history as Partial<History>)[name];
    };
  });
  const stopListening = listen(window, "popstate hashchange", check);
  return {
    check,
    stop() {
      over = true;
      restore.forEach((undo) => undo());
      stopListening();
    },
  };
}
