/** What need not be there for the first snapshot; loaded right after it. */
import { watchErrors } from "./errors";
import { watchFonts } from "./fonts";
import { watchMedia } from "./media";
import { watchPopovers } from "./popovers";
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
  watchFonts,
  watchMedia,
  watchPopovers,
  watchScrolls,
  watchResting,
];
