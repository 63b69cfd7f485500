/** The one name that the tag takes in the page's global scope. */
import type { Api } from "./api";
import type { Call } from "./heatwright";

declare global {
  interface Window {
    /** Calls that wait for the tag, or the tag. */
    heatwright?: Api | Call[];
  }
}
