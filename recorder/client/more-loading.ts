/** Fetches the parts of the tag that are not needed for the first snapshot. */
import type { Settings } from "./settings";
import type { Watcher } from "./watch";

/** Set by the build, from what the parts are: the collector hands out no other release's. */
declare const MORE_VERSION: string;
declare const CANVAS_VERSION: string;

/** Rejects where a policy of the page forbids it, the line is broken, or a release has come between. */
export async function loadMoreFrom({ endpoint, canvas }: Settings): Promise<Watcher[]> {
  const part = async (name: string, version: string): Promise<Watcher[]> => {
    const url = `${endpoint}/heatwright-${name}.js?v=${version}`;
    return ((await import(url)) as { watchers: Watcher[] }).watchers;
  };
  const more = part("more", MORE_VERSION);
  // Pictures of canvases are worth less than all the rest.
  const pictures = canvas ? await part("canvas", CANVAS_VERSION).catch(() => []) : [];
  return [...(await more), ...pictures];
}
