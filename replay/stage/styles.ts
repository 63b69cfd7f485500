/** Events that change style sheets behind the DOM's back: rules, declarations, adopted sheets. */
import type {
  adoptedStyleSheetData,
  styleDeclarationData,
  styleSheetRuleData,
} from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";
import type { StageReport } from "./report";

type RuleList = CSSStyleSheet | CSSGroupingRule;
type Position = number | number[] | undefined;

export class StyleSheets {
  /** Sheets that are not what their text says, because events changed their rules. */
  readonly touched = new WeakSet<CSSStyleSheet>();
  private readonly constructed = new Map<number, CSSStyleSheet>();
  /** Which sheets each host adopted last, by ids: a host that moves is built anew. */
  private readonly adopted = new Map<number, number[]>();
  /** Hosts whose adoption names a sheet that has not arrived yet, or that are not there. */
  private readonly waiting = new Set<number>();

  constructor(
    private readonly mirror: Mirror,
    private readonly report: StageReport,
  ) {}

  reset(): void {
    this.constructed.clear();
    this.adopted.clear();
    this.waiting.clear();
  }

  applyRules(data: styleSheetRuleData): void {
    const sheet = this.sheetOf(data);
    if (!sheet) return this.report.count("style_sheet_not_found");
    this.touched.add(sheet);
    if (typeof data.replace === "string") this.attempt(() => sheet.replaceSync(data.replace ?? ""));
    if (typeof data.replaceSync === "string") {
      this.attempt(() => sheet.replaceSync(data.replaceSync ?? ""));
    }
    for (const { rule, index } of data.adds ?? []) this.insertRule(sheet, rule, index);
    for (const { index } of data.removes ?? []) {
      this.attempt(() => {
        const [list, at] = locate(sheet, index);
        list.deleteRule(at ?? 0);
      });
    }
  }

  applyDeclaration(data: styleDeclarationData): void {
    const sheet = this.sheetOf(data);
    const rule = sheet && ruleAt(sheet, data.index);
    if (!rule || !("style" in rule)) return this.report.count("style_rule_not_found");
    this.touched.add(sheet);
    const style = rule.style as CSSStyleDeclaration;
    if (data.set) style.setProperty(data.set.property, data.set.value, data.set.priority);
    if (data.remove) style.removeProperty(data.remove.property);
  }

  adopt(data: adoptedStyleSheetData): void {
    const host = this.mirror.getNode(data.id);
    if (!host) return this.report.count("node_not_found");
    const doc = (dom.nodeType(host) === Node.DOCUMENT_NODE ? host : dom.ownerDocument(host)) as Document;
    // A constructed sheet belongs to the document whose window made it.
    const Sheet = dom.defaultView(doc)?.CSSStyleSheet;
    if (!Sheet) return this.report.count("node_not_found");
    for (const style of data.styles ?? []) {
      const sheet = new Sheet();
      this.constructed.set(style.styleId, sheet);
      for (const { rule, index } of style.rules) this.insertRule(sheet, rule, index);
    }
    this.adopted.set(data.id, data.styleIds);
    this.waiting.add(data.id);
    this.adoptWaiting();
  }

  /** Nodes were added: rrweb does not repeat what a host adopted before it was moved. */
  readopt(ids: number[]): void {
    const hosts = ids.filter((id) => this.adopted.has(id));
    if (!hosts.length) return;
    hosts.forEach((id) => this.waiting.add(id));
    this.adoptWaiting();
  }

  private adoptWaiting(): void {
    for (const id of this.waiting) {
      const host = this.mirror.getNode(id);
      const styleIds = this.adopted.get(id) ?? [];
      const sheets = styleIds.map((styleId) => this.constructed.get(styleId));
      if (!host || sheets.some((sheet) => !sheet)) continue;
      const root = dom.isElement(host) ? dom.shadowRootOf(host) : (host as Document);
      if (!root) continue;
      this.attempt(() => (root.adoptedStyleSheets = sheets as CSSStyleSheet[]));
      this.waiting.delete(id);
    }
  }

  private insertRule(sheet: CSSStyleSheet, rule: string, index: Position): void {
    this.attempt(() => {
      const [list, at] = locate(sheet, index);
      list.insertRule(rule, Math.min(at ?? 0, list.cssRules.length));
    });
  }

  private sheetOf(data: { id?: number; styleId?: number }): CSSStyleSheet | null {
    if (data.styleId) return this.constructed.get(data.styleId) ?? null;
    const node = data.id ? this.mirror.getNode(data.id) : null;
    return node && "sheet" in node ? (node.sheet as CSSStyleSheet | null) : null;
  }

  /** A rule that this browser does not understand is counted; the others still apply. */
  private attempt(change: () => void): void {
    try {
      change();
    } catch {
      this.report.count("style_change_refused");
    }
  }
}

/** rrweb numbers a nested rule by the positions on the way to it. */
function locate(sheet: CSSStyleSheet, index: Position): [list: RuleList, at: number | undefined] {
  if (!Array.isArray(index)) return [sheet, index];
  let list: RuleList = sheet;
  for (const position of index.slice(0, -1)) list = list.cssRules[position] as CSSGroupingRule;
  return [list, index.at(-1)];
}

function ruleAt(sheet: CSSStyleSheet, positions: number[]): CSSRule | undefined {
  const [list, at] = locate(sheet, positions);
  return at === undefined ? undefined : list.cssRules[at];
}
