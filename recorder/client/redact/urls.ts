/** What stays of a URL. Everything here works on text: relative URLs stay relative. */
import type { Settings } from "../settings";
import { maskPatterns } from "./patterns";

export type UrlRules = Pick<Settings, "keepQuery" | "keepFragment">;

export interface Urls {
  /** Where a page is or a link leads; `fragment` (with its #) replaces what the rules would keep. */
  page(href: string, fragment?: string): string;
  /** What is fetched to draw the page. */
  resource(href: string): string;
  /** Several resources with their conditions, as in `srcset`. */
  resources(list: string): string;
  /** A message with URLs in it, such as a stack trace. */
  within(text: string): string;
}

/** Schemes whose URLs say where something is; of any other only the scheme stays. */
const PLACE = /^(?:https?|wss?|file|ftp|about|blob)$/i;

const SCHEME = /^[\s\0-\x1f]*([a-z][a-z\d+.-]*):/i;

/** User name and password, up to the last @ before the path. */
const USER = /^([^/\\?#]*[/\\]{2})[^/\\?#]*@/;

/** Drawings, fonts, sound and film; not documents, style sheets or scripts. */
const DRAWN_DATA = /^\s*data:(?:image|font|audio|video|application\/(?:[\w.-]*font|octet))/i;

/** What image resizers, font services and cache busters need to be told (see docs/masking.md). */
const SHAPING =
  /^(?:v|ver|version|rev|w|h|width|height|q|quality|fit|crop|auto|format|fm|dpr|display|subset)=[\w.,-]{0,20}$/i;

/** Names and weights of fonts, as Google's and Bunny's services want them. */
const FONTS = /^family=[\w.,:;@+|%-]{1,200}$/;

/** A reference into a drawing: its name, without anything that could carry data. */
const REFERENCE = /^#[\w.:-]{1,64}$/;

const DRAWING = /(?:^|\/|\.svgz?)$/i;

/**
 * An absolute URL, or a path with a query or fragment, up to a place in a script's source as
 * engines print it. The sign before a path is part of the match: Safari was late to look behind.
 */
const IN_TEXT =
  /(?:\b(?:https?|wss?|file|blob):|(?:^|[\s"'`(<=,])\.{0,2}\/[^\s"'`<>()\\?#]*[?#])[^\s"'`<>()\\]+?(?=(?::\d+){0,2}(?:[\s"'`<>()\\]|$))/gi;

export function createUrls({ keepQuery, keepFragment }: UrlRules): Urls {
  const isKept = (parameter: string): boolean =>
    keepQuery.includes("*") || keepQuery.includes(parameter.replace(/=.*/s, ""));

  const query = (text: string, allowed: (parameter: string) => boolean): string => {
    const kept = text ? text.slice(1).split("&").filter(allowed).join("&") : "";
    return kept && `?${kept}`;
  };

  const ownFragment = (hash: string): string => {
    if (keepFragment === "all") return hash;
    if (keepFragment === "none" || !/^#[/!]/.test(hash)) return "";
    const [path, parameters] = split(hash, "?");
    return path + query(parameters, isKept);
  };

  const page = (href: string, fragment?: string): string => {
    const scheme = SCHEME.exec(href)?.[1];
    // What is masked already passes a second time as it is.
    if (scheme && !PLACE.test(scheme)) return /^\W*data:./is.test(href) ? "" : `${scheme}:`;
    const [path, parameters, hash] = parts(href);
    return maskPatterns(path + query(parameters, isKept) + (fragment ?? ownFragment(hash)));
  };

  const resource = (href: string): string => {
    const scheme = SCHEME.exec(href)?.[1];
    if (scheme && !PLACE.test(scheme)) return DRAWN_DATA.test(href) ? href : "";
    const [path, parameters, hash] = parts(href);
    const shapes = (parameter: string): boolean =>
      SHAPING.test(parameter) || FONTS.test(parameter) || isKept(parameter);
    const reference = DRAWING.test(path) && REFERENCE.test(hash) ? hash : "";
    return maskPatterns(path) + query(parameters, shapes) + reference;
  };

  return {
    page,
    resource,
    resources: (list) =>
      list.replace(/[^\s,]\S*/g, (token) => {
        const [, url = "", commas = ""] = /^(.*?)(,*)$/s.exec(token) ?? [];
        return resource(url) + commas;
      }),
    within: (text) =>
      maskPatterns(text.includes("/") ? text.replace(IN_TEXT, (url) => page(url)) : text),
  };
}

/** Before and from the first `sign` on. */
function split(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

/** Who has no cookies is sometimes known by a parameter inside the path. */
const SESSION_IN_PATH = /;\w*sess(?:ion)?_?id=[^/;]*/gi;

/** Path without user info, session, query and fragment; the latter two with their signs, or empty. */
function parts(href: string): [path: string, query: string, hash: string] {
  const [rest, hash] = split(href, "#");
  const [path, query] = split(rest, "?");
  return [path.replace(USER, "$1").replace(SESSION_IN_PATH, ""), query, hash];
}
