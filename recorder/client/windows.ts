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

/** rrweb calls a plugin's observer for each document: twice for a frame whose first is replaced. */
export function watchWindows(): Windows {
  const open = new Set<Realm>();
  const begins = new Map<(win: Realm) => Stop, Map<Realm, Stop>>();
  const expected = new Map<Realm, () => Stop>();
  const restores: Stop[] = [];
  const visit = (win: Realm): void => {
    restores.push(expected.get(win)?.() ?? (() => undefined));
    expected.delete(win);
    open.add(win);
    for (const [begin, stops] of begins) {
      stops.get(win)?.();
      stops.set(win, begin(win));
    }
  };
  return {
    plugin: {
      name: "heatwright/windows",
      options: {},
      observer: (_emit, win) => {
        visit(win as Realm);
        return () => open.delete(win as Realm);
      },
    },
    expect: (win) => expected.set(win, keepsakes(win)),
    restore: () => restores.splice(0).forEach((restore) => restore()),
    each(begin) {
      begins.set(begin, new Map(Array.from(open, (win) => [win, begin(win)])));
      return () => {
        begins.get(begin)?.forEach((stop) => stop());
        begins.delete(begin);
      };
    },
  };
}
