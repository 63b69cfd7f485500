/** What need not be there for the first snapshot; loaded right after it. */
import type { Watcher } from "./watch";

export const watchers: Watcher[] = [];
