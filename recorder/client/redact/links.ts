/** Attributes that hold URLs: where links lead, and what is fetched to draw the page. */
import type { NodeIds } from "../watch";
import type { Owner } from "./attributes";
import type { Kind } from "./kind";
import type { Urls } from "./urls";

/** Undefined drops the attribute; null says that it holds no URL. */
export type MaskLink = (
  kind: Kind,
  name: string,
  value: string,
  owner: Owner,
  peek: (sibling: string) => string,
) => string | null | undefined;

/** Elements that show a picture or other media. */
const MEDIA = /^(?:img|source|video|audio|picture|image|feimage|embed|object|input|use|track)$/i;

/** Links of these kinds are fetched to draw the page; others lead to pages. */
const FETCHED_LINK = /stylesheet|icon|preload|prefetch/i;

const FRAMES = /^i?frame$/;
const ORIGIN = /^(?:[a-z][\w+.-]*:)?\/\/[^/?#]*/i;

export function createLinks(strict: boolean, ids: NodeIds, urls: Urls): MaskLink {
  const page = (href: string, id: number): string => {
    const inside = fragmentInside(href, ids.getNode(id));
    const url = urls.page(href, inside);
    if (!strict || /^[a-z][\w+.-]*:$/i.test(url)) return url;
    return url && `${ORIGIN.exec(url)?.[0] ?? ""}/${inside ?? ""}`;
  };

  const fetched = (href: string, isMedia: boolean): string | undefined =>
    strict && isMedia ? undefined : urls.resource(href);

  const reference = (href: string, tag: string, id: number): string | undefined => {
    const inside = fragmentInside(href, ids.getNode(id));
    if (inside) return urls.resource(href.slice(0, href.indexOf("#"))) + inside;
    return fetched(href, MEDIA.test(tag) && href[0] !== "#");
  };

  const link = (href: string, id: number, peek: (sibling: string) => string): string | undefined => {
    const rel = peek("rel");
    if (!FETCHED_LINK.test(rel)) return page(href, id);
    return fetched(href, /icon/i.test(rel) || peek("as") === "image");
  };

  return (kind, name, value, { tag, id, isSvg }, peek) => {
    if (kind === "href") {
      if (tag === "link") return link(value, id, peek);
      return isSvg && tag !== "a" ? reference(value, tag, id) : page(value, id);
    }
    if (kind === "pictures") return strict ? undefined : urls.resources(value);
    if (kind === "pages") return value.replace(/\S+/g, (one) => page(one, id));
    if (kind === "page" || (name === "src" && FRAMES.test(tag))) return page(value, id);
    if (kind !== "fetched" || (name === "data" && tag !== "object")) return null;
    return fetched(value, MEDIA.test(tag) || name === "background");
  };
}

/** The fragment (with its #) of a URL that names an element of the node's own document. */
function fragmentInside(href: string, node: Node | null): string | undefined {
  const at = href.indexOf("#");
  const home = at < 0 ? null : node?.ownerDocument;
  if (!home) return undefined;
  const before = (url: string): string => url.replace(/#.*/s, "");
  const page = before(href);
  if (page && page !== before(home.URL) && page !== before(home.baseURI)) return undefined;
  const find = (name: string): Element | null => Document.prototype.getElementById.call(home, name);
  const name = href.slice(at + 1);
  return name && (find(name) ?? find(decoded(name))) ? href.slice(at) : undefined;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
