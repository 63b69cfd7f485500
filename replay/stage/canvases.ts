/**
 * What canvases showed, where it was recorded as pictures.
 *
 * Of rrweb's canvas events only sampled bitmaps are understood: the canvas is
 * cleared and one picture is drawn. Anything else would run commands that a
 * recording chooses.
 */
import type { canvasMutationData, serializedNodeWithId } from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";

/** Pictures that are drawn: made by browsers from pixels, so that nothing is in them but those. */
const PICTURE = /^data:image\/(?:png|webp|jpeg);base64,[A-Za-z0-9+/]+=*$/;

export class Canvases {
  /** The latest picture by the canvas's id, as data URL. */
  private readonly pictures = new Map<number, string>();
  private readonly painted = new WeakSet<Element>();

  constructor(private readonly mirror: Mirror) {}

  reset(): void {
    this.pictures.clear();
  }

  /** Takes the snapshot's picture off a canvas: rrweb would draw it whenever it is decoded. */
  unpainted(node: serializedNodeWithId): serializedNodeWithId {
    if (!("tagName" in node) || node.tagName.toLowerCase() !== "canvas") return node;
    const { rr_dataURL: url, ...attributes } = node.attributes;
    this.remember(node.id, String(url));
    return { ...node, attributes } as serializedNodeWithId;
  }

  /** False for an event that is no sampled bitmap. */
  replace(data: canvasMutationData): boolean {
    const commands = "commands" in data ? data.commands : [];
    const [clear, draw] = commands;
    if (commands.length !== 2 || clear?.property !== "clearRect" || draw?.property !== "drawImage") {
      return false;
    }
    const blob = first(draw.args?.[0], "ImageBitmap", "args");
    const bytes = first(blob, "Blob", "data");
    return this.remember(data.id, `data:${blob?.type};base64,${bytes?.base64 ?? ""}`);
  }

  /** Draws what there is to draw; resolves when all is drawn. */
  async paint(): Promise<void> {
    await Promise.all([...this.pictures].map(([id, url]) => this.paintOne(this.mirror.getNode(id), url)));
  }

  isPainted(canvas: Element): boolean {
    return this.painted.has(canvas);
  }

  private remember(id: number, url: string): boolean {
    if (!PICTURE.test(url)) return false;
    this.pictures.set(id, url);
    return true;
  }

  private async paintOne(canvas: Node | null, url: string): Promise<void> {
    if (!dom.isHtml(canvas, "canvas")) return;
    const image = new Image();
    image.src = url;
    const isPicture = await image.decode().then(
      () => true,
      () => false,
    );
    const context = isPicture && (HTMLCanvasElement.prototype.getContext.call(canvas, "2d") as CanvasRenderingContext2D | null);
    if (!context) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    // The tag tells large ones small.
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    this.painted.add(canvas);
  }
}

/** As rrweb serializes an object: its class, and what it was made of. */
type Serialized = Partial<Record<"rr_type" | "type" | "base64", string>> &
  Partial<Record<"args" | "data", unknown[]>>;

/** What an object of class `name` was made of first. */
function first(value: unknown, name: string, member: "args" | "data"): Serialized | undefined {
  const serialized = value as Serialized | undefined;
  const found = serialized?.rr_type === name ? serialized[member]?.[0] : undefined;
  return (found ?? undefined) as Serialized | undefined;
}
