/** Whether the page can be seen and has the keyboard: attention ends where it cannot. */
import { listen } from "./listen";
import { VISIBILITY_TAG } from "./tags";
import type { Watcher } from "./watch";

export const watchVisibility: Watcher = (watch) => {
  let last = "";
  const tell = watch.contained((event?: PageTransitionEvent) => {
    const isShown = event?.type === "pageshow";
    if (isShown && !event.persisted) return;
    const state = isShown ? "restored" : document.visibilityState;
    // Focus that goes to a frame leaves the window, not the page.
    const focused = document.hasFocus();
    if (last === (last = state + focused)) return;
    watch.custom(VISIBILITY_TAG, { state, focused });
  });
  tell();
  return listen(window, "visibilitychange focus blur pageshow", tell);
};
