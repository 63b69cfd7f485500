/** Style sheets, rules and declarations: their URLs, and the texts they put on the page. */
import { maskPatterns } from "./patterns";
import { maskText } from "./text";

export interface Css {
  /** A style sheet, a rule, or the declarations of a `style` attribute. */
  text(css: string, hides: boolean): string;
  /** The value of one property. */
  value(property: string, value: string, hides: boolean): string;
}

/** Up to its closing quote, the end of the line, or the end of all, as browsers read it. */
const STRING = `"(?:[^"\\\\\\n]+|\\\\[^])*"?|'(?:[^'\\\\\\n]+|\\\\[^])*'?`;

/** Comments, and what may hold the signs of one. rrweb's own mark stays. */
const COMMENT = new RegExp(`${STRING}|url\\([^"')]*\\)|/\\*(?! rr_split )[^]*?(?:\\*/|$)`, "gi");

const URL_IN_CSS = `(@import\\s+(?:url\\(\\s*)?|url\\(\\s*)(${STRING}|[^)"'\\s]*)`;
const URLS = new RegExp(URL_IN_CSS, "gi");

/** Font faces keep their URLs at every level; a namespace's is only a name. */
const URLS_AND_FONTS = new RegExp(`@font-face\\s*\\{[^}]*|@namespace[^;]*|${URL_IN_CSS}`, "gi");

/** Pictures may be given as strings here. */
const IMAGE_SET = /image-set\([^;}]*/gi;

/** Properties whose strings are drawn, and custom ones, which any of them may use. */
const DRAWN = new RegExp(
  "(?:--[^\\s:;{}()\"']+|\\b(?:content|quotes|symbols|(?:pre|suf)fix|negative|pad|list-style(?:-type)?|" +
    "text-(?:overflow|emphasis(?:-style)?)|hyphenate-character|initial-value))\\s*:" +
    `(?:[^;}"'\\\\]+|\\\\[^]|${STRING})*`,
  "gi",
);

/** What ends a list of fonts; custom properties hold those, and without its fonts a page is another. */
const FONTS = /,\s*(?:(?:ui-)?(?:sans-serif|serif|monospace|rounded)|system-ui|cursive|fantasy|emoji)\b/i;

const STRINGS = new RegExp(`url\\([^)]*\\)|${STRING}`, "gi");

const LETTERS = /\\([\da-f]{1,6})\s?|\\[^]|[\p{L}\p{M}\p{N}]+/giu;
const LETTER = /[\p{L}\p{M}\p{N}]/u;

const inStrings = (css: string, mask: (string: string) => string): string =>
  css.replace(STRINGS, (found) => (/^u/i.test(found) ? found : mask(found)));

/** Letters and digits only: what icon fonts draw is neither, and tells nothing. */
function maskLetters(string: string): string {
  return string.replace(LETTERS, (found, hex?: string) => {
    if (found[0] !== "\\") return maskText(found);
    const code = parseInt(hex ?? "", 16);
    const meant = code < 0x110000 ? String.fromCodePoint(code) : found.slice(1);
    return LETTER.test(meant) ? "*" : found;
  });
}

/** Without these signs there is no string, URL or comment: so are most values that scripts set. */
const HOLDS = /["'(@]|\/\*/;

/** Names of the fonts that the page brings along. */
const fontNames = (): Set<string> =>
  new Set(Array.from(document.fonts ?? [], ({ family }) => family.replace(/["']/g, "")));

/** `dropPictures` leaves only fonts, style sheets, and references into the page itself. */
export function createCss(resource: (href: string) => string, dropPictures: boolean): Css {
  const url = (quoted: string, isPicture: boolean): string => {
    const [, quote = "", href = ""] = /^(["']?)([^]*?)\1$/.exec(quoted) ?? [];
    if (dropPictures && isPicture && href[0] !== "#") return quote + quote;
    return /[?#@]|^\s*data:/i.test(href) ? quote + resource(href) + quote : quoted;
  };

  const fetched = (css: string): string =>
    css.replace(URLS, (_, before: string, quoted: string) => before + url(quoted, false));

  const urls = (css: string): string =>
    css
      .replace(dropPictures ? URLS_AND_FONTS : URLS, (all, before?: string, quoted?: string) =>
        before === undefined || quoted === undefined
          ? fetched(all)
          : before + url(quoted, before[0] !== "@"),
      )
      .replace(IMAGE_SET, (set) => inStrings(set, (found) => url(found, true)));

  const strings = (css: string, mask: (string: string) => string): string => {
    let known: Set<string> | undefined;
    const isFont = (quoted: string): boolean => (known ??= fontNames()).has(quoted.slice(1, -1));
    return css.replace(DRAWN, (declaration) => {
      const isCustom = declaration[0] === "-";
      const isList = isCustom && FONTS.test(declaration.replace(STRINGS, ""));
      return inStrings(declaration, (found) =>
        (isList || (isCustom && isFont(found)) ? maskPatterns : mask)(found),
      );
    });
  };

  const text = (css: string, hides: boolean): string => {
    if (!HOLDS.test(css)) return css;
    let masked = css;
    if (css.includes("/*")) masked = css.replace(COMMENT, (found) => (found[0] === "/" ? "" : found));
    return strings(urls(masked), hides ? maskLetters : maskPatterns);
  };

  return {
    text,
    value(property, value, hides) {
      const before = `${property === "src" ? "@font-face{" : ""}${property}:`;
      return text(before + value, hides).slice(before.length);
    },
  };
}
