/** Whether this page may be recorded at all: opted out, a bot, an excluded path, not sampled. */
import type { Settings } from "./settings";

declare global {
  interface Navigator {
    globalPrivacyControl?: boolean;
  }
}

/** The visitor said no to tracking in the browser itself. */
export function optedOut(): boolean {
  return navigator.globalPrivacyControl === true || navigator.doNotTrack === "1";
}

/** Programs that read pages say so in their user agent; a make of phones is called Cubot. */
const BOT = /bot|crawl|spider|slurp|lighthouse|page ?speed|gtmetrix|pingdom|facebookexternal|preview/i;

/** Hosts that only this machine or its network has: whoever automates there tests their own site. */
const LOCAL =
  /^([^.]+|.+\.(localhost|test|local|internal)|(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+)$/;

/** Crawlers are never recorded; browsers that programs drive only where the site is being tested. */
export function isBot({ automation }: Settings): boolean {
  const agent = navigator.userAgent;
  if (BOT.test(agent.replace(/cubot/i, ""))) return true;
  const automated = navigator.webdriver || agent.includes("HeadlessChrome");
  return automated && automation !== "record" && !LOCAL.test(location.hostname);
}

/**
 * Whether the page's path fits one of `patterns`: `*` is one segment, `**` any number of them. The
 * path of a route in the fragment (`#/…`, `#!/…`) counts as well.
 */
export function isExcluded(patterns: string[]): boolean {
  const { pathname, hash } = location;
  const route = /^#!?(\/[^?]*)/.exec(hash)?.[1];
  const paths = [pathname, route].flatMap((path) => (path ? [path, decoded(path)] : []));
  const plain = paths.map((path) => path.replace(/(.)\/$/, "$1"));
  return patterns.map(toExpression).some((expression) => plain.some((path) => expression.test(path)));
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function toExpression(pattern: string): RegExp {
  const literal = pattern.trim().replace(/(.)\/$/, "$1").replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const body = literal.replace(/\/\*\*|\*\*|\*/g, (star) =>
    star === "/**" ? "(/.*)?" : star === "**" ? ".*" : "[^/]*",
  );
  return new RegExp(`^${body}$`);
}

/** The same answer for every page of a session, without anything being stored: FNV-1a of its id. */
export function isSampled(session: string, share: number): boolean {
  let hash = 0x811c9dc5;
  for (const sign of session) hash = Math.imul(hash ^ sign.charCodeAt(0), 0x01000193) >>> 0;
  return hash / 2 ** 32 < share;
}
