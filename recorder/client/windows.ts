/** The windows that rrweb observes: the top one and those of same-origin frames, as they come. */
import type { RecordPlugin } from "@rrweb/types";
import type { Realm, Stop, Watch } from "./watch";

export interface Windows {
  plugin: RecordPlugin;
  each: Watch["eachWindow"];
}

/** rrweb calls a plugin's observer for each document, for a late frame's even twice. */
export function watchWindows(): Windows {
  const known = new WeakSet<Document>();
  const open = new Set<Realm>();
  const begins = new Map<(win: Realm) => Stop, Stop[]>();
  return {
    plugin: {
      name: "heatwright/windows",
      options: {},
      observer: (_emit, win) => {
        if (known.has(win.document)) return () => undefined;
        known.add(win.document);
        open.add(win as Realm);
        for (const [begin, stops] of begins) stops.push(begin(win as Realm));
        return () => open.delete(win as Realm);
      },
    },
    each(begin) {
      begins.set(begin, Array.from(open, begin));
      return () => {
        begins.get(begin)?.forEach((stop) => stop());
        begins.delete(begin);
      };
    },
  };
}
