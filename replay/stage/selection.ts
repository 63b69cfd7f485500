/** What a visitor had selected: it is painted, so it belongs to the picture. */
import type { selectionData } from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";
import type { StageReport } from "./report";

/**
 * Selects what the event names, in the document that it is in. A browser has one range a
 * document: of several, which only Firefox makes, the first of each is shown.
 */
export function select(data: selectionData, mirror: Mirror, report: StageReport): void {
  const done = new Set<Selection>();
  for (const { start, startOffset, end, endOffset } of data.ranges ?? []) {
    const from = mirror.getNode(start);
    const to = mirror.getNode(end);
    const selection = from && to && dom.selectionOf(documentOf(from));
    if (!selection) {
      report.count("node_not_found");
    } else if (done.has(selection)) {
      report.count("selection_refused");
    } else {
      done.add(selection);
      setRange(selection, [from, startOffset], [to, endOffset], report);
    }
  }
}

type Boundary = [node: Node, offset: number];

/** Unlike `addRange`, this reaches into shadow trees. */
function setRange(selection: Selection, from: Boundary, to: Boundary, report: StageReport): void {
  try {
    selection.setBaseAndExtent(...from, ...to);
  } catch {
    // Beyond the end of its node, as where the node's change was lost.
    selection.removeAllRanges();
    report.count("selection_refused");
  }
}

const documentOf = (node: Node): Document =>
  (dom.nodeType(node) === Node.DOCUMENT_NODE ? node : dom.ownerDocument(node)) as Document;
