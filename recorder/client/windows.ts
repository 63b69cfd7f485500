/** The windows that rrweb observes: the top one and those of same-origin frames, as they come. */
import type { RecordPlugin } from "@rrweb/types";
import { keepsakes } from "./keepsakes";
import type { Realm, Stop, Watch } from "./watch";

export interface Windows {
  plugin: RecordPlugin;
  each: Watch["eachWindow"];
  /** To be called before rrweb observes `win`. */
  expect(win: Realm): void;
  /** To be called after rrweb has stopped: puts back what it leaves patched. */
  restore(): void;
}

/** rrweb calls a plugin's observer for each document, for a late frame's even twice. */
export function watchWindows(): Windows {
  const known = new WeakSet<Document>();
  const open = new Set<Realm>();
  const expected = new Map<Document, () => Stop>();
  const restores: Stop[] = [];
  const begins = new Map<(win: Realm) => Stop, Stop[]>();
  return {
    plugin: {
      name: "heatwright/windows",
      options: {},
      observer: (_emit, win) => {
        if (known.has(win.document)) return () => undefined;
        known.add(win.document);
        restores.push(expected.get(win.document)?.() ?? (() => undefined));
        open.add(win as Realm);
        for (const [begin, stops] of begins) stops.push(begin(win as Realm));
        return () => open.delete(win as Realm);
      },
    },
    expect: (win) => expected.set(win.document, keepsakes(win)),
    restore: () => restores.splice(0).forEach((restore) => restore()),
    each(begin) {
      begins.set(begin, Array.from(open, begin));
      return () => {
        begins.get(begin)?.forEach((stop) => stop());
        begins.delete(begin);
      };
    },
  };
}
