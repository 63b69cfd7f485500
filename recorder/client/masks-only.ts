/** What only pages load that have masked text: how wide it was. */
import type { Watcher } from "./watch";
import { watchWidths } from "./widths";

export const watchers: Watcher[] = [watchWidths];
