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
 * `url` as it may be told. Of a scheme that is not the web's (`data:`, `blob:`, an extension's)
 * only the scheme, because the rest is content or somebody's machine.
 */
export function webUrl(redactor: Redactor, url: URL | null): string {
  if (!url) return "";
  if (!/^https?:/.test(url.protocol)) return url.protocol;
  url.username = url.password = "";
  return redactor.url(url.href);
}
