/** Fetches the parts of the tag that are not needed for the first snapshot. */
import type { Settings } from "./settings";
import type { Stop, Watcher } from "./watch";

/** Set by the build, from what the parts are: the collector hands out no other release's. */
declare const MORE_VERSION: string;
declare const CANVAS_VERSION: string;
declare const MASKS_VERSION: string;

/** Rejects where a policy of the page forbids it, the line is broken, or a release has come between. */
export async function loadMoreFrom(settings: Settings): Promise<Watcher[]> {
  const { endpoint, canvas } = settings;
  const part = async (name: string, version: string): Promise<Watcher[]> => {
    const url = `${endpoint}/heatwright-${name}.js?v=${version}`;
    return ((await import(url)) as { watchers: Watcher[] }).watchers;
  };
  const more = part("more", MORE_VERSION);
  // Without these the rest is still worth having.
  const extras = [
    canvas ? part("canvas", CANVAS_VERSION) : [],
    hasMasks(settings) ? part("masks", MASKS_VERSION) : [onceFound(() => part("masks", MASKS_VERSION))],
  ].map((extra) => Promise.resolve(extra).catch(() => []));
  return [...(await more), ...(await Promise.all(extras)).flat()];
}

/** Loads what measures masked text as soon as an address or the like is masked in the page's text. */
const onceFound =
  (load: () => Promise<Watcher[]>): Watcher =>
  (watch) => {
    let stops: Stop[] | null = [];
    let isLoading = false;
    const begin = watch.contained((watchers: Watcher[]) => {
      for (const watcher of watchers) stops?.push(watcher(watch));
    });
    const stopEvents = watch.eachEvent(() => {
      if (isLoading || !watch.redactor.hasFound()) return;
      isLoading = true;
      load().then(begin, () => {}); // as for the others: the rest is recorded all the same
    });
    return () => {
      stopEvents();
      stops?.forEach((stop) => stop());
      stops = null;
    };
  };

/** Whether text of this page is, or may come to be, masked as a whole. */
const hasMasks = ({ mask, maskSelector }: Settings): boolean =>
  mask !== "inputs" || !!maskSelector || !!document.querySelector(".rr-mask");
