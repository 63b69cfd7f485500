/** Functions of the page that are wrapped for a while. */
import type { Stop } from "./watch";

/** Stands around one call: must call `call` once, and return or throw what it does. */
export type Around = (call: () => unknown, self: unknown, given: unknown[]) => unknown;

/**
 * Wraps `owner[name]`, if it is a function or a class (which `new` calls). A proxy keeps all that a page can see of it: name,
 * length, own properties, its text. Stopping puts the original back; where somebody else has
 * wrapped ours since, ours stays and does nothing.
 */
export function patch(owner: object, name: string, around: Around): Stop {
  const slot = owner as Record<string, unknown>;
  const original = slot[name];
  if (typeof original !== "function") return () => {};
  let active = true;
  const ours = new Proxy(original, {
    apply(target, self, given: unknown[]) {
      const call = (): unknown => Reflect.apply(target, self, given);
      return active ? around(call, self, given) : call();
    },
    construct(target, given: unknown[], newTarget) {
      const call = (): unknown => Reflect.construct(target, given, newTarget);
      return (active ? around(call, undefined, given) : call()) as object;
    },
  });
  Reflect.set(slot, name, ours);
  return () => {
    active = false;
    if (slot[name] === ours) Reflect.set(slot, name, original);
  };
}
