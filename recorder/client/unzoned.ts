/**
 * Functions of the browser as they were before zone.js, which Angular brings, wrapped them:
 * through its own, each listener and timer of ours could have Angular check the whole page.
 */

/** Where zone.js keeps the original of a function, beside its own. */
const ZONE = "__zone_symbol__";

type Functions = Record<string, ((...given: unknown[]) => unknown) | undefined>;

/** Calls `owner[name]`, past zone.js; looked up at each call, because it may come late. */
export function unzoned(owner: object, name: string, ...given: unknown[]): unknown {
  const slots = owner as Functions;
  return (slots[ZONE + name] ?? slots[name])!.apply(owner, given);
}
