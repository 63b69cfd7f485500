/** The ES module `heatwright.mjs`: the same calls as `window.heatwright`, started by `init()`. */
import { createApi } from "./api";
import { loadMoreFrom } from "./more-loading";

const api: Omit<typeof import("./heatwright"), "default"> = createApi(null, loadMoreFrom);

export const { init, consent, identify, track, tag, release, page, report, sessionUrl, flush, stop } = api;
