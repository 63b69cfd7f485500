/**
 * The tag: one async script that records the page it is on.
 *
 * Calls that the page wrote down before it came are made up for:
 * `(window.heatwright ||= []).push(["track", "purchase"])`.
 */
import { createApi } from "./api";
import { loadMoreFrom } from "./more-loading";
import { fromScript } from "./settings-reading";
import "./tag-global";

const before = window.heatwright;
if (!before || Array.isArray(before)) {
  const api = createApi(fromScript(document.currentScript), loadMoreFrom);
  window.heatwright = api;
  if (before) api.push(...before);
}
