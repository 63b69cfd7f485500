/**
 * Scroll offsets that rrweb loses: it lets all elements of a document share one throttle, so of
 * two that scroll together only one is told. Each one left out is told here, in rrweb's form.
 */
import type { IncrementalSource, eventWithTime, incrementalData } from "@rrweb/types";
import { later, never } from "./later";
import { SCROLL_MS } from "./limits";
import { listen, together } from "./listen";
import { INCREMENT } from "./numbers";
import { listenOnRoots } from "./roots";
import type { Watcher } from "./watch";

const SCROLL: IncrementalSource.Scroll = 3;

const MUTATION: IncrementalSource.Mutation = 0;

const ELEMENT = 1;
const DOCUMENT = 9;

function offsetsOf(node: Node): [x: number, y: number] {
  const { defaultView } = node as Document;
  if (node.nodeType === DOCUMENT && defaultView) return [defaultView.scrollX, defaultView.scrollY];
  const { scrollLeft, scrollTop } = node as Element;
  return [scrollLeft, scrollTop];
}

export const watchScrolls: Watcher = (watch) => {
  const { contained, ids } = watch;
  /** What has scrolled since it was last told, and when it began to. */
  const untold = new Map<Node, number>();
  const last = new WeakMap<Node, string>();
  let timer = 0;

  const onScroll = contained((event: Event) => {
    const node = event.target as Node;
    if (!untold.has(node)) untold.set(node, Date.now());
    timer ||= later(check, SCROLL_MS);
  });

  const check = contained(() => {
    const due = Date.now() - SCROLL_MS;
    for (const [node, since] of untold) {
      if (since > due) continue;
      untold.delete(node);
      const id = ids.getId(node);
      const [x, y] = offsetsOf(node);
      // Below a blocked element nothing has an id.
      if (id > 0 && last.get(node) !== `${x},${y}`) watch.incremental({ source: SCROLL, id, x, y });
    }
    timer = untold.size ? later(check, SCROLL_MS) : 0;
  });

  const roots = listenOnRoots("scroll", onScroll);
  /** Scrolling in a shadow root is heard only there. The first time rrweb always tells. */
  const listenAround = (node: Node): void => {
    const root = node.getRootNode();
    if (root !== (node.ownerDocument ?? root)) roots.add(root);
  };

  /** While past events are seen: what came before this began may have been scrolled unheard. */
  let isPast = true;
  const lookAt = (node: Node | null): void => {
    if (node?.nodeType === ELEMENT && offsetsOf(node).some(Boolean)) untold.set(node, Date.now());
  };

  const stopEvents = watch.eachEvent((event: eventWithTime) => {
    const data = event.data as Partial<incrementalData & { id: number; x: number; y: number }>;
    if (isPast && event.type === INCREMENT && event.data.source === MUTATION) {
      for (const { node } of event.data.adds) lookAt(ids.getNode(node.id));
    }
    if (event.type !== INCREMENT || data.source !== SCROLL) return;
    const node = ids.getNode(data.id as number);
    if (!node) return;
    untold.delete(node);
    last.set(node, `${data.x},${data.y}`);
    listenAround(node);
  });
  isPast = false;
  if (untold.size) timer = window.setTimeout(check, SCROLL_MS);
  const stopWindows = watch.eachWindow((win) => listen(win, "scroll", onScroll));
  return together(
    () => never(timer),
    stopEvents,
    stopWindows,
    roots.stop,
  );
};
