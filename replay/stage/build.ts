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
import { Blocked } from "./blocked";
import { Canvases } from "./canvases";
import * as dom from "./natives";
import type { StageReport } from "./report";
import { isDrawingLink, safeAttribute, safeNode } from "./sanitize";

/** rrweb's `NodeType`. */
export const SnapshotNode = { Document: 0, DocumentType: 1, Element: 2, Text: 3 } as const;

export class Builder {
  readonly mirror: Mirror = createMirror();
  readonly blocked: Blocked;
  readonly canvases = new Canvases(this.mirror);
  private readonly cache: BuildCache = createCache();
  /** Documents of frames that are not attached yet, by the frame's id. */
  private readonly frameDocuments = new Map<number, serializedNodeWithId>();
  /** Addresses of links that draw nothing yet: many a preloaded sheet becomes one that does. */
  private readonly withheld = new WeakMap<Element, string>();
  /** Takes the place of nodes whose ids are given up. */
  private readonly nobody = document.createTextNode("");

  constructor(
    private readonly report: StageReport,
    /** Told of every node that was recorded scrolled, before it is in the document. */
    private readonly onScrolled: (id: number, x: number, y: number) => void,
  ) {
    this.blocked = new Blocked(this.mirror, report);
  }

  /** Replaces all content of the top document by the snapshot's. */
  buildDocument(node: serializedNodeWithId): void {
    this.mirror.reset();
    this.blocked.reset();
    this.canvases.reset();
    this.frameDocuments.clear();
    this.fillDocument(document, node);
  }

  /** Builds one node and, unless `alone`, its subtree; nothing is inserted. */
  build(node: serializedNodeWithId, doc: Document, alone: boolean): Node | null {
    if (this.mirror.has(node?.id)) this.report.count("duplicate_id");
    const built = this.rebuild(node, doc);
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
      if (dom.isHtml(element, "dialog")) openDialog(element);
      if (dom.isHtml(element, "iframe")) this.fillWaitingFrame(element);
    }
  }

  /** The document of a frame arrived; it is built as soon as the frame is connected. */
  attachFrame(frameId: number, node: serializedNodeWithId): void {
    this.frameDocuments.set(frameId, node);
    const frame = this.mirror.getNode(frameId);
    if (dom.isHtml(frame, "iframe")) this.fillWaitingFrame(frame);
  }

  /** Frames whose content was not recorded. */
  emptyFrames(): HTMLIFrameElement[] {
    return dom.select(document, "iframe").filter((frame) => {
      const inner = dom.contentDocument(frame);
      return !inner || !this.mirror.hasNode(inner);
    });
  }

  /** One node, even if its id is taken; null for an unknown type or an impossible name. */
  rebuild(node: serializedNodeWithId, doc: Document): Node | null {
    try {
      const { node: unpinned, size } = this.blocked.unpinned(node);
      const safe = safeNode(this.canvases.unpainted(unpinned), this.report.refuse);
      const built = buildNodeWithSN({ ...safe.node, rootId: undefined } as serializedNodeWithId, {
        doc: dom.factoryOf(doc),
        mirror: this.mirror,
        skipChild: true,
        hackCss: false,
        cache: this.cache,
      });
      if (safe.withheld !== null) this.withheld.set(built as Element, safe.withheld);
      if (size && dom.isElement(built)) this.blocked.add(built, size);
      return built;
    } catch {
      return null;
    }
  }

  /** Sets an attribute as far as it is safe; see `sanitize.ts`. */
  setAttribute(element: Element, name: string, value: string): void {
    const tag = dom.nodeName(element).toLowerCase();
    const safe = safeAttribute(tag, name, value, this.report.refuse);
    if (safe === undefined) return;
    if (tag === "link" && !this.setLinkAttribute(element, name.toLowerCase(), value)) return;
    dom.setAttr(element, name, String(safe));
  }

  /** A link has an address only while its `rel` draws. False: the attribute is not to be set. */
  private setLinkAttribute(link: Element, name: string, value: string): boolean {
    if (name === "href" && !isDrawingLink(dom.attr(link, "rel"))) {
      this.withheld.set(link, value);
      this.report.refuse("link");
      return false;
    }
    if (name !== "rel") return true;
    const href = dom.attr(link, "href") ?? this.withheld.get(link);
    if (href === undefined) return true;
    dom.removeAttr(link, "href");
    this.withheld.set(link, href);
    if (!isDrawingLink(value)) return true;
    dom.setAttr(link, "rel", value);
    dom.setAttr(link, "href", href);
    return true;
  }

  /**
   * Gives up the ids of `node` and of what is below it. rrweb's own walk trusts
   * `childNodes`, which a form's field can take the name of.
   */
  forget(node: Node): void {
    const id = this.mirror.getId(node);
    if (this.mirror.getNode(id) === node) {
      this.mirror.add(this.nobody, { id } as serializedNodeWithId);
      this.mirror.removeNodeFromMap(this.nobody);
    }
    for (const child of dom.childNodes(node)) this.forget(child);
    const shadow = dom.isElement(node) ? dom.shadowRootOf(node) : null;
    if (shadow) this.forget(shadow);
  }

  private buildChildren(node: serializedNodeWithId, built: Node, doc: Document): void {
    if (!("childNodes" in node) || !Array.isArray(node.childNodes)) return;
    // rrweb already turned a textarea's value into its text.
    const filled = isTextarea(node) && "value" in node.attributes;
    for (const child of node.childNodes) {
      if (filled && this.adoptText(child, built)) continue;
      const childNode = this.build(child, doc, false);
      if (!childNode) continue;
      const shadow = dom.isElement(built) ? dom.shadowRootOf(built) : null;
      const home = child.isShadow && shadow ? shadow : built;
      if (!dom.holds(childNode, home)) dom.append(home, childNode);
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
    const doctype = doctypeText(node);
    dom.writeDocument(doc, doctype ?? modeText(node));
    this.mirror.add(doc, node);
    for (let child = dom.firstChild(doc); child; ) {
      const next = dom.nextSibling(child);
      if (doctype === null || child !== dom.doctypeOf(doc)) dom.remove(doc, child);
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

/** The recorded doctype as markup, null if there is none. */
export function doctypeText(node: serializedNodeWithId): string | null {
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
  return null;
}

/**
 * What puts a document without a doctype into its recorded mode: `srcdoc` and
 * XHTML documents follow the standards all the same. It is taken off again.
 */
function modeText(node: serializedNodeWithId): string {
  return "compatMode" in node && node.compatMode === "BackCompat" ? "" : "<!DOCTYPE html>";
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
