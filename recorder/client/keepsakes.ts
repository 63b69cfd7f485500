/** Puts back what rrweb patches and leaves patched, or leaves as a copy of its own, when it stops. */
import type { Realm, Stop } from "./watch";

const places = (win: Realm): [owner: object, name: string][] => [
  [win.CSSStyleSheet.prototype, "addRule"],
  [win.CSSStyleSheet.prototype, "removeRule"],
  [win.document, "adoptedStyleSheets"],
];

const look = (win: Realm): (PropertyDescriptor | undefined)[] =>
  places(win).map(([owner, name]) => Object.getOwnPropertyDescriptor(owner, name));

/**
 * To be called before rrweb observes `win`, and what it returns afterwards; that returns the way
 * back, which leaves alone what the page itself has changed since.
 */
export function keepsakes(win: Realm): () => Stop {
  const before = look(win);
  return () => {
    const during = look(win);
    return () =>
      places(win).forEach(([owner, name], i) => {
        const [was, ours] = [before[i], during[i]];
        const now = Object.getOwnPropertyDescriptor(owner, name);
        if (now && ours && now.value !== ours.value && now.value !== was?.value && was) return;
        if (was) Object.defineProperty(owner, name, was);
        else Reflect.deleteProperty(owner, name);
      });
  };
}
