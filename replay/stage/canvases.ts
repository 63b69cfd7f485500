/** What canvases showed: sampled as pictures, or drawn by commands (`canvas-commands.ts`). */
import type { canvasMutationData, serializedNodeWithId } from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import { isKnown, loaded, PICTURE, pictureOf, run, type Command } from "./canvas-commands";
import * as dom from "./natives";

/** Commands kept of one recording: a chart has some thousands, a game has as many in a second. */
const MAX_COMMANDS = 200_000;

/** rrweb's number for 2D contexts; the others are WebGL's. */
const PLANE = 0;

/** A picture, and what was drawn upon it. */
interface Drawing {
  picture: string | null;
  commands: Command[];
  isPainted: boolean;
}

export class Canvases {
  private readonly drawings = new Map<number, Drawing>();
  private readonly painted = new WeakSet<Element>();
  private count = 0;

  constructor(private readonly mirror: Mirror) {}

  reset(): void {
    this.drawings.clear();
    this.count = 0;
  }

  /** Takes the snapshot's picture off a canvas: rrweb would draw it whenever it is decoded. */
  unpainted(node: serializedNodeWithId): serializedNodeWithId {
    if (!("tagName" in node) || node.tagName.toLowerCase() !== "canvas") return node;
    const { rr_dataURL: url, ...attributes } = node.attributes;
    if (PICTURE.test(String(url))) this.begin(node.id, String(url));
    return { ...node, attributes } as serializedNodeWithId;
  }

  /** Takes note of what was drawn; false if some of it cannot be drawn here. */
  draw(data: canvasMutationData): boolean {
    const commands: Command[] = "commands" in data ? data.commands : [data];
    const sample = sampleOf(commands);
    if (sample) return Boolean(this.begin(data.id, sample));
    if (data.type !== PLANE) return false;
    const known = commands.filter(isKnown).slice(0, MAX_COMMANDS - this.count);
    this.count += known.length;
    const drawing = this.drawings.get(data.id) ?? this.begin(data.id, null);
    drawing.commands.push(...known);
    drawing.isPainted = false;
    return known.length === commands.length;
  }

  /** A canvas that was given a size, be it the same, is empty. */
  cleared(id: number): void {
    if (this.drawings.has(id)) this.begin(id, null);
  }

  /** Draws what there is to draw; resolves when all is drawn. */
  async paint(): Promise<void> {
    await Promise.all(
      [...this.drawings].map(([id, drawing]) => this.paintOne(this.mirror.getNode(id), drawing)),
    );
  }

  isPainted(canvas: Element): boolean {
    return this.painted.has(canvas);
  }

  private begin(id: number, picture: string | null): Drawing {
    const drawing: Drawing = { picture, commands: [], isPainted: false };
    this.drawings.set(id, drawing);
    return drawing;
  }

  private async paintOne(canvas: Node | null, drawing: Drawing): Promise<void> {
    if (drawing.isPainted || !dom.isHtml(canvas, "canvas")) return;
    drawing.isPainted = true;
    const image = drawing.picture === null ? null : await loaded(drawing.picture);
    if (!image && !drawing.commands.length) return;
    const context = HTMLCanvasElement.prototype.getContext.call(canvas, "2d") as CanvasRenderingContext2D | null;
    if (!context) return;
    context.reset();
    // The tag tells large ones small.
    if (image) context.drawImage(image, 0, 0, canvas.width, canvas.height);
    await run(context, drawing.commands);
    this.painted.add(canvas);
  }
}

/** The picture, where the canvas was sampled: it is cleared, and one picture is drawn. */
function sampleOf(commands: Command[]): string | null {
  const [clear, draw] = commands;
  if (commands.length !== 2 || clear?.property !== "clearRect" || draw?.property !== "drawImage") return null;
  const [source] = draw.args ?? [];
  return (source as { rr_type?: string } | undefined)?.rr_type === "ImageBitmap" ? pictureOf(source) : null;
}
