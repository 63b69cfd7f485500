/** Attributes by what they are for. Any that is not known to be anything else counts as text. */

/** Standard attributes that people read, or that may repeat what they wrote. */
const TEXT =
  /^(?:title|alt|label|summary|abbr|content|placeholder|text|value|download|datetime|standby|prompt|user|username|password|search|hash|(?:inner|outer)?(?:html|text)|textcontent|nodevalue)$/;

/** Standard attributes whose properties are called something else, or have none everywhere. */
const RENAMED =
  /^(?:class|for|type|role|is|part|exportparts|charset|http-equiv|property|itemprop|allow|playsinline|controls|autoplay|muted|default|command(?:for)?|xmlns(?::xlink)?|xml:space|contenteditable|rr_open_mode|rr_mediastate)$/;

/** Names, states and references of ARIA; its other attributes are read out. */
const ARIA = /^aria-(?!label$|desc|role|place|value|braille)/;

/** By these, style sheets of Bootstrap, Radix, Headless UI and others tell states apart. */
const STYLED_BY =
  /^data-(?:rr-is-password|(?:bs-)?theme|(?:color-)?mode|state|orientation|side|align|open|closed|active|disabled|selected|checked|pressed|highlighted|hover|focus|current|collapsed|expanded|variant|size)$/;

const SVG = "http://www.w3.org/2000/svg";

/** Names (small letters) of the properties of each kind of element, by its tag. */
const properties = new Map<string, Set<string>>();

/** An element that no page has: properties that it has are the browser's own. */
let inert: Document | undefined;

function propertiesOf(tag: string, isSvg: boolean): Set<string> {
  const kind = (isSvg ? "svg " : "") + tag;
  let names = properties.get(kind);
  if (!names) {
    inert ??= document.implementation.createHTMLDocument("");
    // The properties of custom elements are the site's.
    const element = isSvg ? inert.createElementNS(SVG, tag) : inert.createElement(tag.includes("-") ? "i" : tag);
    names = new Set();
    for (const name in element) names.add(name.toLowerCase());
    if (isSvg) for (const name in element.style) names.add(name.replace(/[A-Z]/g, "-$&").toLowerCase());
    properties.set(kind, names);
  }
  return names;
}

/** Whether an attribute tells how its element looks and works, but not what it says. */
export function isWorking(name: string, tag: string, isSvg: boolean, strict: boolean): boolean {
  // SVG's own names have capitals inside, which the HTML parser gives to no other.
  if (isSvg && /^(?:[a-z]+[A-Z]\w*|values|dur|begin|end|from|to|by|d[xy]?|r[xy]?)$/.test(name)) return true;
  const lower = name.toLowerCase();
  if (lower.includes("data-")) return !strict && STYLED_BY.test(lower);
  if (TEXT.test(lower)) return false;
  return RENAMED.test(lower) || ARIA.test(lower) || propertiesOf(tag, isSvg).has(lower);
}

/** Where frameworks and style sheets' tricks repeat what was typed. */
export const REPEATS_VALUE = /^(?:data|ng-reflect)-(?:.*-)?(?:value|model)$/;

/** Elements that show a picture or other media. */
export const MEDIA = /^(?:img|source|video|audio|picture|image|feimage|embed|object|input|use|track)$/i;

/** Links of these kinds are fetched to draw the page; others lead to pages. */
export const FETCHED_LINK = /stylesheet|icon|preload|prefetch/i;

/** Metadata that changes how a page is laid out. */
export const LAYOUT_META = /^(?:viewport|color-scheme|theme-color|content-type)$/i;

/** Metadata that scripts hand to the server to prove who is asking, or that leads away. */
export const SECRET_META = /token|csrf|xsrf|secret|nonce|^refresh$/i;
