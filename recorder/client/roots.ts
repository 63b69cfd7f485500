/** Documents and shadow roots with a listener each, for what leaves neither. */
import { listen } from "./listen";
import type { Stop } from "./watch";

export interface Roots {
  /** Listens on `root`, once; those that left the page since the last one came are let go of. */
  add(root: Node): void;
  stop: Stop;
}

/** Whether `root` is part of a page that is shown: a removed frame's still holds its nodes. */
const isShown = (root: Node): boolean =>
  root.isConnected && !!((root.ownerDocument ?? root) as Document).defaultView;

export function listenOnRoots(names: string, listener: (event: never) => void): Roots {
  const stops = new Map<Node, Stop>();
  return {
    add(root) {
      if (stops.has(root)) return;
      for (const [gone, stop] of stops) {
        if (isShown(gone)) continue;
        stop();
        stops.delete(gone);
      }
      stops.set(root, listen(root, names, listener));
    },
    stop: () => stops.forEach((stop) => stop()),
  };
}
