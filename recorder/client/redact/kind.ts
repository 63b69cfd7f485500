/** Attributes by how they are masked. */

export type Kind =
  | "css"
  | "value"
  | "content"
  | "canvas"
  /** Not recorded: the frame's document is, and a nonce is nobody's business. */
  | "gone"
  /** Code, and what it may hold. */
  | "code"
  | "chosen"
  /** Where links lead, and lists of them. */
  | "href"
  | "page"
  | "pages"
  /** What is fetched to draw the page. */
  | "fetched"
  | "pictures"
  /** Where frameworks and style sheets' tricks repeat what was typed. */
  | "repeats"
  | "other";

const kinds = new Map<string, Kind>();

const NAMES: Partial<Record<Kind, string>> = {
  css: "style _csstext",
  value: "value",
  content: "content",
  canvas: "rr_dataurl",
  gone: "srcdoc nonce",
  chosen: "checked selected aria-checked aria-selected aria-pressed",
  href: "href xlink:href",
  page: "action formaction cite longdesc rr_src manifest codebase profile",
  pages: "ping",
  fetched: "src poster data background lowsrc dynsrc",
  pictures: "srcset imagesrcset",
};
for (const [kind, names] of Object.entries(NAMES)) {
  for (const name of names.split(" ")) kinds.set(name, kind as Kind);
}

/** Asked of every attribute of a page, whose names are few. */
export function kindOf(name: string): Kind {
  let kind = kinds.get(name);
  if (!kind) {
    const lower = name.toLowerCase();
    kind = kinds.get(lower) ?? (/^on/.test(lower) ? "code" : REPEATS.test(lower) ? "repeats" : "other");
    kinds.set(name, kind);
  }
  return kind;
}

const REPEATS = /^(?:data|ng-reflect)-(?:.*-)?(?:value|model)$/;
