/** Widths at which the page's own CSS changes the layout, read from its media queries. */
import * as dom from "./natives";
import { allDocuments } from "./settle";

/** Media queries measure `em` in the browser's default font size, whatever the page says. */
const EM_PX = 16;

const CONDITION = /(min|max)-width:\s*([\d.]+)(px|r?em)|width\s*(<=?|>=?)\s*([\d.]+)(px|r?em)/g;

/** Ascending widths (CSS px): a new layout interval begins at each of them. */
export function breakpoints(): number[] {
  const found = new Set<number>();
  for (const doc of allDocuments()) {
    for (const sheet of Array.from(dom.styleSheetsOf(doc))) collect(sheet as CSSStyleSheet, found);
    for (const sheet of dom.adoptedBy(doc)) collect(sheet, found);
  }
  return [...found].sort((a, b) => a - b);
}

function collect(rules: CSSStyleSheet | CSSGroupingRule, found: Set<number>): void {
  if ("media" in rules) widthsIn((rules as CSSStyleSheet).media.mediaText, found);
  let list: CSSRuleList;
  try {
    list = rules.cssRules;
  } catch {
    return; // a sheet of another origin keeps its rules to itself
  }
  for (const rule of Array.from(list)) {
    if ("cssRules" in rule) collect(rule as CSSGroupingRule, found);
    if ("styleSheet" in rule && rule.styleSheet) collect(rule.styleSheet as CSSStyleSheet, found);
  }
}

function widthsIn(media: string, found: Set<number>): void {
  for (const [, side, named, namedUnit, sign, ranged, rangedUnit] of media.matchAll(CONDITION)) {
    const width = Number(named ?? ranged) * ((namedUnit ?? rangedUnit) === "px" ? 1 : EM_PX);
    const upTo = side === "max" || sign === "<=" || sign === ">";
    // `max-width: 767px` holds up to 767; the next interval begins right after it.
    found.add(upTo ? Math.floor(width) + 1 : Math.ceil(width));
  }
}
