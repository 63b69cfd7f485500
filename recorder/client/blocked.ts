/** What must not be recorded at all. */
import type { Settings } from "./settings";

/** rrweb's class for it, the default of its `blockClass`, and what the site's settings add. */
export const blockedBy = ({ blockSelector }: Pick<Settings, "blockSelector">): string =>
  ".rr-block" + (blockSelector && "," + blockSelector);
