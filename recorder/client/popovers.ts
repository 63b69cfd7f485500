/** Popovers that are open: no attribute says so, and rrweb does not. Those in shadow trees are not told. */
import { listen, together } from "./listen";
import { SNAPSHOT } from "./numbers";
import { POPOVER_TAG } from "./tags";
import type { Watcher } from "./watch";

export interface PopoverPayload {
  /** Node id. */
  id: number;
  open: boolean;
}

export const watchPopovers: Watcher = ({ ids, custom, eachEvent, eachWindow, contained }) => {
  if (!("popover" in HTMLElement.prototype)) return () => {};
  const documents = new Set<Document>();

  const tell = (node: Node, open: boolean): void => {
    const id = ids.getId(node);
    if (id > 0) custom(POPOVER_TAG, { id, open } satisfies PopoverPayload);
  };

  // Of `details` and `dialog`, which toggle as well, rrweb tells.
  const onToggle = contained(({ target, newState }: ToggleEvent) => {
    if ((target as HTMLElement).popover) tell(target as Node, newState === "open");
  });

  const stopWindows = eachWindow(({ document: doc }) => {
    documents.add(doc);
    const stop = listen(doc, "toggle", onToggle);
    return () => {
      documents.delete(doc);
      stop();
    };
  });

  const stopEvents = eachEvent(({ type }) => {
    if (type !== SNAPSHOT) return;
    for (const doc of documents) doc.querySelectorAll(":popover-open").forEach((node) => tell(node, true));
  });
  return together(stopEvents, stopWindows);
};
