/**
 * From rrweb's serialized nodes to live ones.
 *
 * rrweb-snapshot builds each single node; the walk over the tree is ours,
 * because it must not trust names that the recorded page can clobber, and
 * because each document must be parsed from its recorded doctype first: that,
 * and nothing set later, decides between quirks and standards mode.
 */
import {
  type BuildCache,
  buildNodeWithSN,
  createCache,
  createMirror,
  type Mirror,
} from "rrweb-snapshot";
import type { serializedElementNodeWithId, serializedNodeWithId } from "@rrweb/types";
import * as dom from "./natives";
import type { StageReport } from "./report";
import { safeNode } from "./sanitize";

/** rrweb's `NodeType`. */
export const SnapshotNode = { Document: 0, DocumentType: 1, Element: 2, Text: 3 } as const;

export class Builder {
  readonly mirror: Mirror = createMirror();
  private readonly cache: BuildCache = createCache();
  /** Documents of frames that are not attached yet, by the frame's id. */
  private readonly frameDocuments = new Map<number, serializedNodeWithId>();

  constructor(
    private readonly report: StageReport,
    /** Told of every node that was recorded scrolled, before it is in the document. */
    private readonly onScrolled: (id: number, x: number, y: number) => void,
  ) {}

  /** Replaces all content of the top document by the snapshot's. */
  buildDocument(node: serializedNodeWithId): void {
    this.mirror.reset();
    this.frameDocuments.clear();
    this.fillDocument(document, node);
  }

  /** Builds one node and, unless `alone`, its subtree; nothing is inserted. */
  build(node: serializedNodeWithId, doc: Document, alone: boolean): Node | null {
    const built = buildNodeWithSN(safeNode(node), {
      doc,
      mirror: this.mirror,
      skipChild: true,
      hackCss: false,
      cache: this.cache,
    });
    if (!built) {
      this.report.count("node_not_built");
      return null;
    }
    if ("attributes" in node) {
      const { rr_scrollLeft: x, rr_scrollTop: y } = node.attributes;
      if (x || y) this.onScrolled(node.id, Number(x ?? 0), Number(y ?? 0));
    }
    if (!alone && "childNodes" in node) this.buildChildren(node, built, doc);
    return built;
  }

  /** To be called once `node` and its subtree are in a document. */
  connected(node: Node): void {
    if (!dom.isElement(node)) return;
    for (const element of withDescendants(node)) {
      const name = dom.nodeName(element);
      if (name === "DIALOG") openDialog(element as HTMLDialogElement);
      if (name === "IFRAME") this.fillWaitingFrame(element as HTMLIFrameElement);
    }
  }

  /** The document of a frame arrived; it is built as soon as the frame is connected. */
  attachFrame(frameId: number, node: serializedNodeWithId): void {
    this.frameDocuments.set(frameId, node);
    const frame = this.mirror.getNode(frameId);
    if (frame && dom.nodeName(frame) === "IFRAME") this.fillWaitingFrame(frame as HTMLIFrameElement);
  }

  /** Frames whose content was not recorded. */
  emptyFrames(): HTMLIFrameElement[] {
    return Array.from(document.querySelectorAll("iframe")).filter((frame) => {
      const inner = dom.contentDocument(frame);
      return !inner || !this.mirror.hasNode(inner);
    });
  }

  private buildChildren(node: serializedNodeWithId, built: Node, doc: Document): void {
    if (!("childNodes" in node)) return;
    // rrweb already turned a textarea's value into its text.
    const filled = isTextarea(node) && "value" in node.attributes;
    for (const child of node.childNodes) {
      if (filled && this.adoptText(child, built)) continue;
      const childNode = this.build(child, doc, false);
      if (!childNode) continue;
      const shadow = dom.isElement(built) ? dom.shadowRootOf(built) : null;
      dom.append(child.isShadow && shadow ? shadow : built, childNode);
    }
  }

  /** A recorded text that rrweb already wrote from `value`: only its id is noted. */
  private adoptText(child: serializedNodeWithId, parent: Node): boolean {
    if (child.type !== SnapshotNode.Text) return false;
    const texts = Array.from(dom.childNodes(parent)).filter(dom.isText);
    const free = texts.find((text) => !this.mirror.hasNode(text));
    if (free) this.mirror.add(free, child);
    return true;
  }

  private fillWaitingFrame(frame: HTMLIFrameElement): void {
    const id = this.mirror.getId(frame);
    const waiting = this.frameDocuments.get(id);
    const inner = dom.isConnected(frame) ? dom.contentDocument(frame) : null;
    if (!waiting || !inner) return;
    this.frameDocuments.delete(id);
    this.fillDocument(inner, waiting);
  }

  private fillDocument(doc: Document, node: serializedNodeWithId): void {
    dom.writeDocument(doc, doctypeText(node));
    this.mirror.add(doc, node);
    for (let child = dom.firstChild(doc); child; ) {
      const next = dom.nextSibling(child);
      if (child !== dom.doctypeOf(doc)) dom.remove(doc, child);
      child = next;
    }
    for (const child of "childNodes" in node ? node.childNodes : []) {
      if (child.type === SnapshotNode.DocumentType) {
        const doctype = dom.doctypeOf(doc);
        if (doctype) this.mirror.add(doctype, child);
        continue;
      }
      const built = this.build(child, doc, false);
      if (!built) continue;
      try {
        dom.append(doc, built);
      } catch {
        // A second root element, or text outside of one: no document can hold it.
        this.report.count("node_outside_root");
        continue;
      }
      this.connected(built);
    }
  }
}

/** The recorded doctype as markup: it alone decides between quirks and standards mode. */
export function doctypeText(node: serializedNodeWithId): string {
  const children = "childNodes" in node ? node.childNodes : [];
  for (const child of children) {
    if (child.type !== SnapshotNode.DocumentType) continue;
    const { name, publicId, systemId } = child as unknown as Record<string, string>;
    if (!/^[a-z]+$/i.test(name ?? "")) break;
    const quoted = (text: string): string => `"${text.replace(/["<>]/g, "")}"`;
    const external = publicId
      ? ` PUBLIC ${quoted(publicId)}${systemId ? ` ${quoted(systemId)}` : ""}`
      : systemId
        ? ` SYSTEM ${quoted(systemId)}`
        : "";
    return `<!DOCTYPE ${name}${external}>`;
  }
  return "";
}

function isTextarea(node: serializedNodeWithId): node is serializedElementNodeWithId {
  return "tagName" in node && node.tagName === "textarea";
}

function* withDescendants(element: Element): Generator<Element> {
  yield element;
  const shadow = dom.shadowRootOf(element);
  for (const root of shadow ? [element, shadow] : [element]) {
    for (const child of dom.childNodes(root)) {
      if (dom.isElement(child)) yield* withDescendants(child);
    }
  }
}

/** A recorded dialog in the mode it was open in: modal ones belong to the top layer. */
export function openDialog(dialog: HTMLDialogElement): void {
  const mode = dom.attr(dialog, "rr_open_mode");
  if (mode !== "modal" || !dom.isConnected(dialog) || dialog.matches(":modal")) return;
  if (dom.attr(dialog, "open") === null) return;
  dom.removeAttr(dialog, "open");
  HTMLDialogElement.prototype.showModal.call(dialog);
}
