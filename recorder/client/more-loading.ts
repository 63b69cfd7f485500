/** Fetches the rest of the tag, which is not needed for the first snapshot. */
import type { Settings } from "./settings";
import type { Watcher } from "./watch";

/** Set by the build: changes with the code, so that no cache mixes two releases. */
declare const MORE_VERSION: string;

/** Rejects where a policy of the page forbids it, or the line is broken. */
export async function loadMoreFrom({ endpoint }: Settings): Promise<Watcher[]> {
  const url = `${endpoint}/heatwright-more.js?v=${MORE_VERSION}`;
  return ((await import(url)) as { watchers: Watcher[] }).watchers;
}
