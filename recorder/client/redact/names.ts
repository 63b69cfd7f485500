/** Attributes that only work, and those that people read: any that is not known counts as text. */

/** Standard attributes that people read, or that may repeat what they wrote. */
const TEXT =
  /^(?:title|alt|label|summary|abbr|content|placeholder|text|value|download|datetime|standby|prompt|user|username|password|search|hash|(?:inner|outer)?(?:html|text)|textcontent|nodevalue)$/;

/** Standard attributes whose properties are called something else, or have none everywhere. */
const RENAMED =
  /^(?:class|for|type|role|is|part|exportparts|charset|http-equiv|property|itemprop|allow|playsinline|controls|autoplay|muted|default|command(?:for)?|xmlns(?::xlink)?|xml:space|contenteditable|rr_open_mode|rr_mediastate|rr_block_size)$/;

/** Names, states and references of ARIA; its other attributes are read out. */
const ARIA = /^aria-(?!label$|desc|role|place|value|braille)/;

/** By these, style sheets of Bootstrap, Radix, Headless UI and others tell states apart. */
const STYLED_BY =
  /^data-(?:rr-is-password|(?:bs-)?(?:theme|toggle)|(?:popper-)?placement|(?:color-)?mode|state|orientation|side|align|open|closed|active|disabled|selected|checked|pressed|highlighted|hover|focus|current|collapsed|expanded|variant|size)$/;

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
    // The properties of custom elements are the site's; odd names would throw.
    const plain = /^[a-z]\w*$/i.test(tag) ? tag : "i";
    const element = isSvg ? inert.createElementNS(SVG, plain) : inert.createElement(plain);
    names = new Set();
    for (const name in element) names.add(name.toLowerCase());
    if (isSvg) for (const name in element.style) names.add(name.replace(/[A-Z]/g, "-$&").toLowerCase());
    properties.set(kind, names);
  }
  return names;
}

/**
 * SVG's names that are neither properties of every element nor of CSS. Those with capitals inside
 * the HTML parser gives to nothing else.
 */
const OF_SVG =
  /^(?:[a-z]+[A-Z]\w*|[a-z]{1,2}\d?|points|offset|result|operator|values|dur|begin|end|from)$/;

const answers = new Map<string, boolean>();

/** Whether an attribute tells how its element looks and works, but not what it says. */
export function isWorking(name: string, tag: string, isSvg: boolean, strict: boolean): boolean {
  const question = `${name} ${tag} ${isSvg} ${strict}`;
  let answer = answers.get(question);
  if (answer === undefined) answers.set(question, (answer = works(name, tag, isSvg, strict)));
  return answer;
}

function works(name: string, tag: string, isSvg: boolean, strict: boolean): boolean {
  if (isSvg && OF_SVG.test(name)) return true;
  const lower = name.toLowerCase();
  if (lower.includes("data-")) return !strict && STYLED_BY.test(lower);
  if (TEXT.test(lower)) return false;
  return RENAMED.test(lower) || ARIA.test(lower) || propertiesOf(tag, isSvg).has(lower);
}
