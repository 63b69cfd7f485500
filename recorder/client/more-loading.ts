/** Fetches the parts of the tag that are not needed for the first snapshot. */
import type { Settings } from "./settings";
import type { Watcher } from "./watch";

/** Set by the build: changes with the code, so that no cache mixes two releases. */
declare const MORE_VERSION: string;

/** Rejects where a policy of the page forbids it, or the line is broken. */
export async function loadMoreFrom({ endpoint, canvas }: Settings): Promise<Watcher[]> {
  const part = async (name: string): Promise<Watcher[]> =>
    ((await import(`${endpoint}/heatwright-${name}.js?v=${MORE_VERSION}`)) as { watchers: Watcher[] })
      .watchers;
  const parts = canvas ? [part("more"), part("canvas")] : [part("more")];
  return (await Promise.all(parts)).flat();
}
