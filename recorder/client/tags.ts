/** Names of our custom events; `recorder/events.py` says what those carry that Python reads. */
export const ENVIRONMENT_TAG = "heatwright/environment";
export const ROUTE_TAG = "heatwright/route";
export const PAGE_TAG = "heatwright/page";
export const GOAL_TAG = "heatwright/goal";
export const IDENTIFY_TAG = "heatwright/identify";
export const TRAIT_TAG = "heatwright/trait";
export const CONSENT_TAG = "heatwright/consent";
export const REPORT_TAG = "heatwright/report";
export const ERROR_TAG = "heatwright/error";
export const REQUEST_TAG = "heatwright/request";
export const VISIBILITY_TAG = "heatwright/visibility";
/** Where a pointer rested: `Measured` of `anchor-plugin.ts`, and `rest` in milliseconds. */
export const REST_TAG = "heatwright/rest";
/** How many rests of a minute were beyond the limit. */
export const RESTS_SKIPPED_TAG = "heatwright/rest-skipped";
/** Natural sizes of media: `MediaPayload` of `media.ts`. */
export const MEDIA_TAG = "heatwright/media";
/** A popover opened or closed: `PopoverPayload` of `popovers.ts`. */
export const POPOVER_TAG = "heatwright/popover";
/** How wide masked text was: `WidthsPayload` of `widths.ts`. */
export const WIDTHS_TAG = "heatwright/widths";
/** Canvases that are not recorded, and why. */
export const CANVAS_TAG = "heatwright/canvas";
/** The recording ended before the page did: payload `{reason}`. */
export const LIMIT_TAG = "heatwright/limit";
/** Part of the tag could not be loaded: payload `{missing}`. */
export const REDUCED_TAG = "heatwright/reduced";
/** Errors of the tag's own that the page never saw: payload `{count, first}`. */
export const FAULTS_TAG = "heatwright/faults";
