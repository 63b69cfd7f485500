/** The tag in a browser that `heatwright record` drives: whole, and with the driver's settings. */
import { createApi } from "./api";
import { watchers as canvas } from "./canvas-only";
import { watchers as masks } from "./masks-only";
import { watchers as more } from "./more";
import { fromDriver } from "./settings-reading";
import "./tag-global";

const settings = window.top === window ? fromDriver() : null;
if (settings && !window.heatwright) {
  window.heatwright = createApi(settings, () => Promise.resolve([...more, ...masks, ...canvas]));
}
