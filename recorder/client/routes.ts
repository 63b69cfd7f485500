/** Client-side routes: each change of the URL by the history API starts a new page view. */
import type { Stop } from "./watch";

/** Calls back after the page changed its own URL. */
export function watchRoutes(onRoute: (href: string) => void): Stop {
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
  addEventListener("popstate", check);
  addEventListener("hashchange", check);
  return () => {
    over = true;
    restore.forEach((undo) => undo());
    removeEventListener("popstate", check);
    removeEventListener("hashchange", check);
  };
}
