/** Client-side routes: each change of the URL by the history API starts a new page view. */

/** Calls back after the page changed its own URL; returns the way to stop listening. */
export function watchRoutes(onRoute: (url: string, title: string) => void): () => void {
  let current = location.href;
  const check = (): void => {
    if (location.href === current) return;
    current = location.href;
    onRoute(current, document.title);
  };
  const restore = (["pushState", "replaceState"] as const).map((name) => {
    const original = history[name];
    history[name] = function (this: History, ...args: Parameters<History["pushState"]>): void {
      original.apply(this, args);
      check();
    };
    return () => {
      history[name] = original;
    };
  });
  addEventListener("popstate", check);
  addEventListener("hashchange", check);
  return () => {
    restore.forEach((undo) => undo());
    removeEventListener("popstate", check);
    removeEventListener("hashchange", check);
  };
}
