/** URLs that scripts name: of their files, of what they ask for. */
import type { Redactor } from "./redact/redactor";

/** Null where `href` is no URL. */
export function parseUrl(href: string, base?: string): URL | null {
  try {
    return new URL(href, base);
  } catch {
    return null;
  }
}

/**
 * `url` as it may be told; where `isStrict` its origin alone. Of a scheme that is not the web's (`data:`, `blob:`, an extension's)
 * only the scheme, because the rest is content or somebody's machine.
 */
export function webUrl(redactor: Redactor, url: URL | null, isStrict = false): string {
  if (!url) return "";
  if (!/^https?:/.test(url.protocol)) return url.protocol;
  if (isStrict) return `${url.origin}/`;
  url.username = url.password = "";
  return redactor.url(url.href);
}
