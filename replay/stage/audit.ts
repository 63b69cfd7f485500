/**
 * Accessibility of the page on the stage, by element: axe-core's findings, sizes of targets, and what
 * the keyboard reaches. A script of its own, loaded when it is asked for: axe-core is large.
 */
import axe from "axe-core";
import { isVisible } from "./boxes";
import { CONTROLS } from "./controls";
import * as dom from "./natives";
import { walk } from "./walk";

/** WCAG 2.0 to 2.2, levels A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const REFERENCES = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers"];

interface Finding {
  /** Index among all elements in document order. */
  element: number;
  rule: string;
  impact: string;
  help: string;
  url: string;
}

interface Target {
  element: number;
  /** CSS pixels. */
  width: number;
  height: number;
  /** Whether the keyboard reaches it. */
  focusable: boolean;
}

async function audit(): Promise<string> {
  const elements = Array.from(walk(), ({ element }) => element);
  const indexes = new Map(elements.map((element, index) => [element, index]));
  const restore = unclobber(elements);
  if (isClobbered()) {
    restore();
    throw new Error("names on this page hide what an audit needs");
  }
  const { violations } = await run().finally(restore);
  const findings = violations.flatMap(({ id, impact, help, helpUrl, nodes }) =>
    nodes.flatMap(({ element }): Finding[] => {
      const index = element && indexes.get(element);
      if (index === undefined) return [];
      return [{ element: index, rule: id, impact: impact ?? "minor", help, url: helpUrl }];
    }),
  );
  return JSON.stringify({ findings, targets: targets(elements) });
}

function run(): Promise<axe.AxeResults> {
  return axe.run(document, {
    elementRef: true,
    // Those of frames would need the script in each; what they hold counts for their own pages.
    iframes: false,
    // Else axe asks for style sheets of other origins, and loads media; nothing is to be asked for.
    preload: false,
    resultTypes: ["violations"],
    runOnly: { type: "tag", values: TAGS },
    // A positive tabindex breaks no rule of WCAG by itself, and the order of keys almost always.
    rules: { "target-size": { enabled: true }, tabindex: { enabled: true } },
  });
}

/**
 * Takes away names by which elements hide what documents and forms have of their own, such as
 * `<img name=documentElement>`: axe-core would find nothing, and that would read as a pass.
 */
function unclobber(elements: Element[]): () => void {
  const taken: [Element, string, string][] = [];
  // What a label or another element refers to by its id must still be found.
  const referred = new Set(
    elements.flatMap((one) => REFERENCES.flatMap((name) => dom.attr(one, name)?.split(/\s+/) ?? [])),
  );
  for (const element of elements) {
    for (const attribute of ["name", "id"]) {
      const value = dom.attr(element, attribute);
      if (value === null || !(value in Document.prototype || value in HTMLFormElement.prototype)) continue;
      if (attribute === "id" && referred.has(value)) continue;
      taken.push([element, attribute, value]);
      dom.removeAttr(element, attribute);
    }
  }
  return () => {
    for (const [element, attribute, value] of taken) dom.setAttr(element, attribute, value);
  };
}

/** What elements refer to keeps its id: then a page that still hides the document is no audit's. */
function isClobbered(): boolean {
  const { documentElement, body, querySelectorAll, createElement, createRange } = document;
  const { prototype } = Document;
  return (
    documentElement !== dom.documentElement(document) ||
    body !== dom.bodyOf(document) ||
    querySelectorAll !== prototype.querySelectorAll ||
    createElement !== prototype.createElement ||
    createRange !== prototype.createRange
  );
}

function targets(elements: Element[]): Target[] {
  return elements.flatMap((element, index) => {
    const rect = dom.rectOf(element);
    if (!dom.fits(element, CONTROLS) || !isVisible(element, rect)) return [];
    const focusable = ((element as HTMLElement).tabIndex ?? -1) >= 0;
    return [{ element: index, width: rect.width, height: rect.height, focusable }];
  });
}

Object.defineProperty(window, "__heatwrightAudit", { value: audit });
