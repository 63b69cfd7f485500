/** The windows that rrweb observes: the top one and those of same-origin frames, as they come. */
import type { RecordPlugin } from "@rrweb/types";
import { contained } from "./faults";
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
  let restores: [win: Realm, restore: Stop][] = [];
  /** Lets go of the windows of frames that are no more. */
  const sweep = (): void => {
    for (const win of [...open, ...expected.keys()]) {
      if (!win.closed) continue;
      open.delete(win);
      expected.delete(win);
      for (const stops of begins.values()) {
        contained(stops.get(win) ?? (() => undefined))();
        stops.delete(win);
      }
    }
    restores = restores.filter(([win]) => !win.closed);
  };
  const visit = (win: Realm): void => {
    sweep();
    const restore = expected.get(win)?.();
    if (restore) restores.push([win, restore]);
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
    restore: () => restores.splice(0).forEach(([, restore]) => restore()),
    each(begin) {
      begins.set(begin, new Map(Array.from(open, (win) => [win, begin(win)])));
      return () => {
        begins.get(begin)?.forEach((stop) => stop());
        begins.delete(begin);
      };
    },
  };
}
