/** What need not be there for the first snapshot; loaded right after it. */
import { watchCanvas } from "./canvas";
import { watchErrors } from "./errors";
import { watchRequests } from "./requests";
import { watchResting } from "./resting";
import { watchScrolls } from "./scrolls";
import { watchSurroundings } from "./surroundings";
import { watchVisibility } from "./visibility";
import type { Watcher } from "./watch";

export const watchers: Watcher[] = [
  watchErrors,
  watchRequests,
  watchVisibility,
  watchSurroundings,
  watchScrolls,
  watchResting,
  (watch) => (watch.settings.canvas ? watchCanvas(watch) : () => undefined),
];
