/** The layout environment again, when it has changed under the page. */
import { later, never } from "./later";
import { SETTLED_MS } from "./limits";
import { listen, together } from "./listen";
import { ENVIRONMENT_TAG } from "./tags";
import type { Stop, Watcher } from "./watch";

/** What may change without a resize. */
const QUERIES = [
  "(prefers-color-scheme: dark)",
  "(prefers-reduced-motion: reduce)",
  "(forced-colors: active)",
  "(hover: hover)",
  "(pointer: fine)",
];

export const watchSurroundings: Watcher = (watch) => {
  let timer = 0;
  const onChange = (): void => {
    never(timer);
    timer = later(settle, SETTLED_MS);
  };
  const listenTo = (query: string): Stop => listen(matchMedia(query), "change", onChange);
  /** A window that is moved to another screen need not be resized. */
  const listenToDensity = (): Stop => listenTo(`(resolution: ${devicePixelRatio}dppx)`);

  /** Sizes alone are rrweb's to tell: it does so at each resize. A scrollbar's is not among them. */
  const keyOf = ({ title, inner, client, screen, ...kept } = watch.environment()): string =>
    JSON.stringify([kept, inner[0] > inner[1], inner[0] - client[0]]);
  let last = keyOf();
  const settle = watch.contained(() => {
    const environment = watch.environment();
    const key = keyOf(environment);
    if (key === last) return;
    last = key;
    watch.custom(ENVIRONMENT_TAG, environment);
    stopDensity();
    stopDensity = listenToDensity();
  });

  let stopDensity = listenToDensity();
  // A page that has become taller than its window makes room for a scrollbar, and fires nothing.
  const growth = new ResizeObserver(onChange);
  growth.observe(document.documentElement);
  const targets = [window, window.visualViewport ?? window];
  return together(
    () => never(timer),
    () => stopDensity(),
    () => growth.disconnect(),
    ...QUERIES.map(listenTo),
    ...targets.map((target) => listen(target, "resize", onChange)),
  );
};
