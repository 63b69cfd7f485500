/** Names of the custom events of ours; `recorder/events.py` says what each carries. */
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
/** The recording ended before the page did: payload `{reason}`. */
export const LIMIT_TAG = "heatwright/limit";
/** Errors of the tag's own that the page never saw: payload `{count, first}`. */
export const FAULTS_TAG = "heatwright/faults";
/** Part of the tag could not be loaded: payload `{missing}`. */
export const REDUCED_TAG = "heatwright/reduced";
