/**
 * rrweb's mutation events: removes, adds, texts, attributes, in this order.
 *
 * An add may name a parent or next sibling that only a later add brings. It
 * then waits for that very id; nothing depends on time, and nothing is tried
 * twice. What still waits at the event's end is placed as well as can be and
 * counted.
 */
import type { addedNodeMutation, attributeMutation, mutationData } from "@rrweb/types";
import type { serializedNodeWithId } from "@rrweb/types";
import { type Builder, openDialog, SnapshotNode } from "./build";
import * as dom from "./natives";
import type { StageReport } from "./report";

export class Mutations {
  /** Adds whose parent has not arrived, by the parent's id; they outlive the event. */
  private orphans = new Map<number, addedNodeMutation[]>();
  /** Adds whose next sibling comes later in the same event, by the sibling's id. */
  private early = new Map<number, addedNodeMutation[]>();

  constructor(
    private readonly builder: Builder,
    private readonly report: StageReport,
  ) {}

  reset(): void {
    this.orphans.clear();
    this.early.clear();
  }

  get unresolved(): number {
    return [...this.orphans.values()].reduce((sum, adds) => sum + adds.length, 0);
  }

  apply(data: mutationData): void {
    for (const { id, parentId, isShadow } of data.removes ?? []) this.remove(id, parentId, isShadow);
    const removed = new Set((data.removes ?? []).map(({ id }) => id));
    for (const add of data.adds ?? []) this.add(add);
    this.placeEarly();
    for (const { id, value } of data.texts ?? []) this.setText(id, value, removed);
    for (const change of data.attributes ?? []) this.setAttributes(change, removed);
  }

  private remove(id: number, parentId: number, isShadow: boolean | undefined): void {
    const { mirror } = this.builder;
    const node = mirror.getNode(id);
    const named = mirror.getNode(parentId);
    if (!node || !named) return this.report.count("node_not_found");
    const parent = isShadow && dom.isElement(named) ? (dom.shadowRootOf(named) ?? named) : named;
    this.builder.forget(node);
    if (dom.parentNode(node) === parent) dom.remove(parent, node);
    else this.report.count("remove_from_other_parent");
  }

  /** Places one add, or notes which id it waits for; then all that waited for it. */
  private add(first: addedNodeMutation): void {
    const ready = [first];
    for (let add = ready.pop(); add; add = ready.pop()) {
      const parent = this.builder.mirror.getNode(add.parentId);
      if (!parent && add.node.type === SnapshotNode.Document) {
        this.builder.attachFrame(add.parentId, add.node);
      } else if (!parent) {
        wait(this.orphans, add.parentId, add);
      } else if (isId(add.nextId) && !this.builder.mirror.getNode(add.nextId)) {
        wait(this.early, add.nextId, add);
      } else if (this.place(add, parent)) {
        ready.push(...take(this.orphans, add.node.id), ...take(this.early, add.node.id));
      }
    }
  }

  /** A next sibling that never came: the end of the parent is the best place left. */
  private placeEarly(): void {
    while (this.early.size) {
      const adds = [...this.early.values()].flat();
      this.early.clear();
      this.report.count("next_sibling_not_found", adds.length);
      for (const add of adds) this.add({ ...add, nextId: null });
    }
  }

  private place(add: addedNodeMutation, parent: Node): boolean {
    const { mirror } = this.builder;
    if (add.node.type === SnapshotNode.Document) {
      this.builder.attachFrame(add.parentId, add.node);
      return true;
    }
    const doc = ownerOf(parent);
    const node = this.builder.build(add.node, doc, true);
    if (!node) return false;
    if (dom.holds(node, parent)) {
      this.report.count("add_refused");
      return false;
    }
    const home = homeFor(parent, add.node);
    this.clearWay(home, node, add.node);
    const next = isId(add.nextId) ? mirror.getNode(add.nextId) : null;
    try {
      dom.insert(home, node, next && dom.parentNode(next) === home ? next : null);
    } catch {
      this.report.count("add_refused");
      return false;
    }
    this.builder.connected(node);
    return true;
  }

  /** Takes away what stands in the way of a node that there can be only one of. */
  private clearWay(home: Node, node: Node, recorded: serializedNodeWithId): void {
    const homeName = dom.nodeName(home);
    if (dom.isText(node) && (homeName === "STYLE" || homeName === "TEXTAREA")) {
      // rrweb writes `_cssText` and `value` as a text of its own, which no id will ever name.
      for (const child of Array.from(dom.childNodes(home))) {
        if (!dom.isText(child) || this.builder.mirror.hasNode(child)) continue;
        if (homeName === "STYLE") node.data = child.data;
        dom.remove(home, child);
      }
    }
    if (dom.nodeType(home) !== Node.DOCUMENT_NODE) return;
    const old =
      recorded.type === SnapshotNode.Element
        ? dom.documentElement(home as Document)
        : recorded.type === SnapshotNode.DocumentType
          ? dom.doctypeOf(home as Document)
          : null;
    if (old && old !== node) dom.remove(home, old);
  }

  private setText(id: number, value: string | null, removed: Set<number>): void {
    const node = this.builder.mirror.getNode(id);
    if (!node) return this.missing(id, removed);
    node.textContent = value;
  }

  private setAttributes(change: attributeMutation, removed: Set<number>): void {
    const node = this.builder.mirror.getNode(change.id);
    if (!node || !dom.isElement(node)) return this.missing(change.id, removed);
    if (typeof change.attributes._cssText === "string" && this.replaceSheet(node, change)) return;
    for (const [name, value] of Object.entries(change.attributes)) {
      try {
        this.setAttribute(node, name, value);
      } catch {
        this.report.count("attribute_refused");
      }
    }
    const isSized = "width" in change.attributes || "height" in change.attributes;
    if (isSized) this.builder.canvases.cleared(change.id);
  }

  private setAttribute(element: Element, name: string, value: unknown): void {
    const tag = dom.nodeName(element).toLowerCase();
    if (value === null) {
      if (name === "open" && dom.isHtml(element, "dialog")) {
        HTMLDialogElement.prototype.close.call(element);
      }
      dom.removeAttr(element, name);
    } else if (typeof value === "object") {
      applyStyleDiff(dom.styleOf(element), value as Record<string, unknown>);
    } else if (tag === "textarea" && name === "value") {
      element.textContent = String(value);
    } else {
      this.builder.setAttribute(element, name, String(value));
      if (dom.isHtml(element, "dialog")) openDialog(element);
    }
  }

  /** A linked sheet whose text became readable: rrweb replaces the link by a style element. */
  private replaceSheet(node: Element, change: attributeMutation): boolean {
    const { mirror } = this.builder;
    const meta = mirror.getMeta(node);
    const parent = dom.parentNode(node);
    const tag = dom.nodeName(node);
    if (!meta || !("attributes" in meta) || !parent || (tag !== "LINK" && tag !== "STYLE")) return false;
    const attributes = { ...meta.attributes, ...change.attributes } as typeof meta.attributes;
    const built = this.builder.rebuild({ ...meta, attributes }, ownerOf(node));
    if (!built) return false;
    dom.insert(parent, built, node);
    if (built !== node) dom.remove(parent, node);
    mirror.replace(change.id, built);
    return true;
  }

  private missing(id: number, removed: Set<number>): void {
    if (!removed.has(id)) this.report.count("node_not_found");
  }
}

/** rrweb writes -1 for a sibling that was not recorded; null means there is none. */
const isId = (id: number | null | undefined): id is number => typeof id === "number" && id > 0;

function wait(map: Map<number, addedNodeMutation[]>, id: number, add: addedNodeMutation): void {
  const waiting = map.get(id);
  if (waiting) waiting.push(add);
  else map.set(id, [add]);
}

function take(map: Map<number, addedNodeMutation[]>, id: number): addedNodeMutation[] {
  const waiting = map.get(id) ?? [];
  map.delete(id);
  // The caller takes from the end; recorded order is kept by turning them round.
  return waiting.reverse();
}

function ownerOf(node: Node): Document {
  return (dom.nodeType(node) === Node.DOCUMENT_NODE ? node : dom.ownerDocument(node)) as Document;
}

function homeFor(parent: Node, node: serializedNodeWithId): Node {
  if (!node.isShadow || !dom.isElement(parent)) return parent;
  return dom.shadowRootOf(parent) ?? Element.prototype.attachShadow.call(parent, { mode: "open" });
}

/** `false` removes a property; `[value, priority]` and `value` set it. */
function applyStyleDiff(style: CSSStyleDeclaration, diff: Record<string, unknown>): void {
  for (const [property, value] of Object.entries(diff)) {
    if (value === false) style.removeProperty(property);
    else if (Array.isArray(value)) {
      style.setProperty(property, String(value[0]), String(value[1] ?? ""));
    } else style.setProperty(property, String(value));
  }
}
