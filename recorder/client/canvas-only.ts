/** What only sites load that record canvases. */
import { watchCanvas } from "./canvas";
import type { Watcher } from "./watch";

export const watchers: Watcher[] = [watchCanvas];
