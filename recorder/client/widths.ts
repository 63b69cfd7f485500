/**
 * How wide masked text was: its letters are gone, its layout need not be.
 *
 * For each line of a text node that is masked, as a whole or in part, the number of its
 * characters and its width. Words of a line are never measured by themselves,
 * and widths are told in half pixels: that keeps boxes within one pixel, and
 * tells of a name of five letters some five bits beside its length. What people
 * type is not measured, nor what changes as fast as they could: from one letter
 * to the next, widths would tell all.
 */
import type { mutationData, serializedNodeWithId } from "@rrweb/types";
import { later, never, whenIdle } from "./later";
import {
  MEASURED_AGAIN_MS,
  MEASURED_CHARS,
  MEASURED_TEXTS,
  MEASURED_WITHIN_MS,
  SLICE_MS,
  WIDTHS_PER_EVENT,
} from "./limits";
import { lineMeter } from "./lines";
import { listen } from "./listen";
import { WIDTHS_TAG } from "./tags";
import type { Realm, Watcher } from "./watch";

/**
 * `[node id, font size in px, then for each line: UTF-16 units, width in px]`.
 *
 * The font size is negative where the first letter runs against the direction of what is around
 * it, as English does in an Arabic page.
 * The first number of units is negative where the text begins on another line than the
 * text before it. Spaces at the text's two ends have units but no width.
 */
export type TextWidths = number[];

export interface WidthsPayload {
  /** Width of the top window's viewport, CSS pixels: lines are those of this width. */
  at: number;
  texts: TextWidths[];
}

/** What every masked text has. */
const MASKED = /\*/;

/** A node, or as much of it as a text mutation tells. */
type Part = Pick<serializedNodeWithId, "id"> & {
  type?: number;
  textContent?: string | null;
  childNodes?: Part[];
};

export const watchWidths: Watcher = ({ ids, redactor, custom, eachEvent, eachWindow, contained }) => {
  /** What has to be looked through, the next at its end. */
  let parts: Part[] = [];
  let texts: TextWidths[] = [];
  let cancel: (() => void) | null = null;
  const known = new Set<number>();
  /** When the content of an element last changed in place, of the page's clock. */
  const changed = new WeakMap<Node, number>();
  /** Whether something left the page since the known ones were last looked through. */
  let isLess = false;
  /** Whether a font came that may have changed all known ones. */
  let isOutdated = false;
  const measure = lineMeter();

  const tell = (): void => {
    if (texts.length) custom(WIDTHS_TAG, { at: innerWidth, texts } satisfies WidthsPayload);
    texts = [];
  };

  /** Ids of the known texts that are still there; the others are forgotten. */
  const sweep = (): number[] => {
    isLess = false;
    for (const id of known) if (!ids.getNode(id)?.isConnected) known.delete(id);
    return [...known];
  };

  const hasRoom = (id: number): boolean => {
    if (known.size >= MEASURED_TEXTS && !known.has(id) && isLess) sweep();
    return known.size < MEASURED_TEXTS || known.has(id);
  };

  const look = (part: Part): void => {
    const children = part.childNodes;
    if (children) {
      for (let i = children.length; i--; ) parts.push(children[i] as Part);
      return;
    }
    if (!MASKED.test(part.textContent ?? "") || !hasRoom(part.id)) return;
    const node = ids.getNode(part.id) as Text | null;
    if (node?.nodeType !== Node.TEXT_NODE || !node.isConnected) return;
    if (node.data.trim().length < MEASURED_CHARS) return;
    if (redactor.isTyped(node)) return;
    if (!redactor.isMasked(node) && redactor.text(node.data) === node.data) return;
    const lines = measure(node);
    if (!lines.length) return;
    known.add(part.id);
    texts.push([part.id, ...lines]);
    if (texts.length >= WIDTHS_PER_EVENT) tell();
  };

  const slice = contained(() => {
    cancel = null;
    const end = performance.now() + SLICE_MS;
    // Only once for all fonts that have come while there was other work.
    if (!parts.length && isOutdated) {
      isOutdated = false;
      parts = sweep().map((id) => ({ id, textContent: "*" }));
    }
    // The clock costs more than a node that is not masked.
    for (let part, n = 1; (n++ % 32 || performance.now() < end) && (part = parts.pop()); ) look(part);
    if (parts.length || isOutdated) plan();
    else tell();
  });

  const plan = (): void => {
    cancel ??= whenIdle(slice, MEASURED_WITHIN_MS);
  };

  /** Where content was replaced too often, and is measured once after a while. */
  const restless = new Set<Node>();
  let timer = 0;
  const lookAgain = contained(() => {
    timer = 0;
    const more: Part[] = [];
    for (const place of restless) {
      const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) more.push({ id: ids.getId(walker.currentNode), textContent: "*" });
    }
    restless.clear();
    parts = [...more.reverse(), ...parts];
    plan();
  });

  /** Whether the content of `place` changed for the first time after a while. */
  const isSettled = (place: Node | null | undefined): boolean => {
    if (!place) return false;
    const now = performance.now();
    const isFirst = now - (changed.get(place) ?? -Infinity) > MEASURED_AGAIN_MS;
    changed.set(place, now);
    if (isFirst) return true;
    restless.add(place);
    timer ||= later(lookAgain, MEASURED_AGAIN_MS);
    return false;
  };

  /** What a mutation brought and can be measured at once. */
  const news = ({ adds, removes, texts: replaced }: mutationData): Part[] => {
    const isMasked = (part: Part): boolean => MASKED.test(part.textContent ?? "");
    const found = adds.filter(({ node }) => (node as Part).childNodes?.length || isMasked(node as Part));
    const changes = replaced.map(({ id, value }): Part => ({ id, textContent: value })).filter(isMasked);
    if (!found.length && !changes.length) return [];
    const parents = new Map(adds.map(({ node, parentId }) => [node.id, parentId]));
    const emptied = new Set(removes.map(({ parentId }) => parentId));
    const answers = new Map<unknown, boolean>();
    const mayTell = (place: Node | null | undefined): boolean => {
      if (!answers.has(place)) answers.set(place, isSettled(place));
      return answers.get(place)!;
    };
    return [
      ...changes.filter(({ id }) => mayTell(ids.getNode(id)?.parentNode)),
      ...found
        .filter(({ parentId }) => {
          let place = parentId;
          for (let up; (up = parents.get(place)) !== undefined; ) place = up;
          return !emptied.has(place) || mayTell(ids.getNode(place));
        })
        .map(({ node }) => node as Part),
    ];
  };

  const stopEvents = eachEvent((event) => {
    if (event.type === 2) {
      parts = [event.data.node as Part];
      known.clear();
    }
    if (event.type === 3 && event.data.source === 0) {
      isLess ||= event.data.removes.length > 0;
      const more = news(event.data);
      if (more.length) parts = [...more, ...parts];
    }
    if (parts.length) plan();
  });

  // Begun late, when something was masked: the snapshot is not told again.
  if (!parts.length) {
    restless.add(document);
    timer = later(lookAgain, 0);
  }

  // Letters are as wide as their font, which may come late.
  const stopWindows = eachWindow((win: Realm) => {
    const again = contained(() => {
      isOutdated = true;
      plan();
    });
    const { fonts } = win.document as Partial<Document>;
    return fonts?.addEventListener ? listen(fonts, "loadingdone", again) : () => {};
  });

  return () => {
    stopEvents();
    stopWindows();
    cancel?.();
    never(timer);
    parts = [];
  };
};
