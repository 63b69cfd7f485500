/** Plain data of unknown shape, as it will be written as JSON. */
import { maskPatterns } from "./patterns";
import type { Urls } from "./urls";

/** Objects of one payload that are looked into: a whole component tree in it is a mistake. */
const VALUES = 2000;

/** Levels of nesting that are looked into; nobody reads properties that lie deeper. */
const DEPTH = 12;

const URL_NAME = /^(?:.*[_-])?(?:url|uri|href|referrer)$|(?:U[rR][lLiI]|Href)$/;

/** A copy of `value` with patterns masked in keys and strings, and URLs cut. */
export function maskPayload(value: unknown, urls: Urls): unknown {
  let left = VALUES;
  const mask = (value: unknown, name: string, depth: number): unknown => {
    if (typeof value === "string") return URL_NAME.test(name) ? urls.page(value) : urls.within(value);
    if (typeof value === "number") return maskPatterns(String(value)) === String(value) ? value : null;
    if (typeof value === "bigint") return maskPatterns(String(value));
    if (typeof value !== "object" || value === null) return typeof value === "boolean" ? value : null;
    if (!depth || left-- <= 0) return null;
    if (Array.isArray(value)) return value.map((one) => mask(one, name, depth - 1));
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === "function") return mask(toJSON.call(value), name, depth - 1);
    const masked: Record<string, unknown> = {};
    for (const [key, one] of Object.entries(value)) {
      if (one !== undefined) masked[maskPatterns(key)] = mask(one, key, depth - 1);
    }
    return masked;
  };
  return mask(value, "", DEPTH);
}
