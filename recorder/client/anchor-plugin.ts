/**
 * rrweb record plugin: an anchor for every click and tap. `press.ts` says which
 * presses are those; all is measured before the page's own handlers move anything.
 *
 * A key that activates a button is no click: nothing was pointed at.
 */
import type { IWindow, RecordPlugin } from "@rrweb/types";
import { boxOf, composedParent, graphemeUnder, type Box } from "./anchor";
import { blockedBy } from "./blocked";
import { watchPresses } from "./press";
import type { Settings } from "./settings";
import type { NodeIds, Realm, Stop, Watch } from "./watch";

export const ANCHOR_PLUGIN = "heatwright/anchor@1";

/** What is known of one place of a pointer, in terms of content. */
export interface Measured {
  /** The element; inside a blocked one, the blocked one. -1: it is not recorded. */
  id: number;
  /** Inside a blocked element nothing more is told than that the pointer was there. */
  masked?: boolean;
  x: number;
  y: number;
  box: Box;
  text?: {
    id: number;
    /** UTF-16 units of the node's text as the page has it; masks keep its length. */
    start: number;
    length: number;
    fx: number;
    fy: number;
  };
}

/** What an event of this plugin carries. */
export interface AnchorPayload extends Measured {
  kind: "click" | "tap";
  button: number;
  /** Missing where the browser's clicks do not tell. */
  pointer?: "mouse" | "touch" | "pen";
  /** Milliseconds since the press, if this was measured then; missing if it was at the click. */
  ago?: number;
}

/** Three decimals: a thousandth of a pixel, or of a box, is below anything that can be seen. */
const round = (value: number): number => Math.round(value * 1000) / 1000;

export function anchorPlugin(
  settings: Pick<Settings, "blockSelector">,
  contained: Watch["contained"],
): RecordPlugin {
  const blocked = blockedBy(settings);
  let ids: NodeIds;
  // rrweb may announce a frame twice: for its empty first document, and for the one it loads.
  const stops = new WeakMap<IWindow, Stop>();
  return {
    name: ANCHOR_PLUGIN,
    options: {},
    getMirror: (mirrors) => {
      ids = mirrors.nodeMirror;
    },
    observer: (emit, win) => {
      const measure = (event: PointerEvent): Measured | null => {
        const target = event.composedPath()[0] as Element;
        const isElement = target.nodeType === 1;
        return isElement ? measureAt(target, event.clientX, event.clientY, ids, blocked) : null;
      };
      // Its text too: browsers that find it gone do not click.
      const isGone = ({ id, text }: Measured): boolean => !ids.getNode(text?.id ?? id)?.isConnected;
      const take = (found: Measured, { button, pointerType }: PointerEvent, ago?: number): void => {
        const kind = pointerType === "touch" ? "tap" : "click";
        emit({ kind, button, pointer: pointerType, ago, ...found } as AnchorPayload);
      };
      stops.get(win)?.();
      const stop = watchPresses(win as Realm, measure, isGone, take, contained);
      stops.set(win, stop);
      return stop;
    },
  };
}

/** Where (`x`, `y`) of `target`'s viewport is in terms of content; `blocked` tells what to hide. */
export function measureAt(
  target: Element,
  x: number,
  y: number,
  ids: NodeIds,
  blocked: string,
): Measured | null {
  const hidden = blockedAround(target, ids, blocked);
  const id = ids.getId(hidden ?? target);
  const box = boxOf(hidden ?? target).map(round) as Box;
  if (hidden) {
    return { id, masked: true, x: box[0] + box[2] / 2, y: box[1] + box[3] / 2, box };
  }
  const measured: Measured = { id, x: round(x), y: round(y), box };
  const hit = graphemeUnder(target, x, y);
  if (hit) {
    const { node, start, length, fx, fy } = hit;
    measured.text = { id: ids.getId(node), start, length, fx: round(fx), fy: round(fy) };
  }
  return measured;
}

/**
 * The outermost blocked element around `target`, through shadow roots. What has no id below
 * something that has one was not recorded: it is as good as blocked, whatever the reason.
 */
function blockedAround(target: Element, ids: NodeIds, blocked: string): Element | undefined {
  let found: Element | undefined;
  let isLost = false;
  for (let at: Element | null = target; at; at = composedParent(at)) {
    const isKnown = ids.getId(at) > 0;
    if ((isKnown && isLost) || at.matches(blocked)) found = at;
    isLost = !isKnown;
  }
  return found;
}
