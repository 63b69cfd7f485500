/**
 * Drawing by commands, as rrweb records a 2D canvas that it does not sample.
 *
 * Only what draws is done, with numbers and strings: the methods and properties listed here, on a
 * context of our own realm. Nothing else of what a recording names is looked up. Gradients,
 * patterns and WebGL name objects of the visitor's browser by their number, and are left out.
 */
import * as dom from "./natives";

/** As rrweb records it. */
export interface Command {
  property: string;
  args?: unknown[];
  setter?: boolean;
}

const METHODS = new Set(
  (
    "save restore scale rotate translate transform setTransform resetTransform reset clearRect fillRect " +
    "strokeRect fillText strokeText beginPath closePath moveTo lineTo bezierCurveTo quadraticCurveTo " +
    "arc arcTo ellipse rect roundRect fill stroke clip setLineDash"
  ).split(" "),
);

const PROPERTIES = new Set(
  (
    "fillStyle strokeStyle lineWidth lineCap lineJoin miterLimit lineDashOffset globalAlpha " +
    "globalCompositeOperation shadowBlur shadowColor shadowOffsetX shadowOffsetY font textAlign textBaseline " +
    "direction letterSpacing wordSpacing fontKerning imageSmoothingEnabled imageSmoothingQuality"
  ).split(" "),
);

/** What rrweb records of calls that draw nothing by themselves: measures, reads, hit tests. */
const SILENT = new Set(
  "measureText getImageData isPointInPath isPointInStroke getLineDash getTransform createImageData".split(" "),
);

/** Characters of a text or colour; a caption has some dozens. */
const LONGEST = 2_000;

/** Pictures made by browsers from pixels, so that nothing is in them but those. */
export const PICTURE = /^data:image\/(?:png|webp|jpeg);base64,[A-Za-z0-9+/]+=*$/;

/** Whether this command may be run here. */
export function isKnown({ property, args, setter }: Command): boolean {
  const given = args ?? [];
  if (setter) return PROPERTIES.has(property) && given.length === 1 && isPlain(given[0]);
  if (SILENT.has(property)) return true;
  if (property === "drawImage") return pictureOf(given[0]) !== null && given.slice(1).every(isNumber);
  if (property === "putImageData") return pixelsOf(given[0]) !== null && given.slice(1).every(isNumber);
  return METHODS.has(property) && given.every((one) => isPlain(one) || isNumbers(one));
}

/** Runs `commands`, which are all known, in their order. Rejects never. */
export async function run(context: CanvasRenderingContext2D, commands: readonly Command[]): Promise<void> {
  for (const { property, args = [], setter } of commands) {
    if (SILENT.has(property) && !setter) continue;
    // A face that only a canvas is lettered in is asked for by nothing else.
    if (setter && property === "font") await fontLoaded(String(args[0]));
    if (setter) set(context, property, args[0]);
    else if (property === "drawImage") await drawImage(context, args);
    else if (property === "putImageData") putImageData(context, args);
    else call(context, property, args);
  }
}

async function fontLoaded(font: string): Promise<void> {
  await dom.fontsOf(document).load(font).catch(() => undefined);
}

const prototype = CanvasRenderingContext2D.prototype;

function set(context: CanvasRenderingContext2D, property: string, value: unknown): void {
  Object.getOwnPropertyDescriptor(prototype, property)?.set?.call(context, value);
}

function call(context: CanvasRenderingContext2D, property: string, args: unknown[]): void {
  try {
    (Reflect.get(prototype, property) as ((...given: unknown[]) => void) | undefined)?.apply(context, args);
  } catch {
    // What threw for the visitor (a negative radius) throws here, and drew nothing there either.
  }
}

async function drawImage(context: CanvasRenderingContext2D, [source, ...places]: unknown[]): Promise<void> {
  const image = await loaded(pictureOf(source) ?? "");
  if (image) call(context, "drawImage", [image, ...places]);
}

function putImageData(context: CanvasRenderingContext2D, [source, ...places]: unknown[]): void {
  const pixels = pixelsOf(source);
  if (pixels) call(context, "putImageData", [pixels, ...places]);
}

/** The picture at `url`, decoded; null if there is none. */
export async function loaded(url: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  // Pixels of another origin are never read here, but a context that holds them must not be tainted.
  image.crossOrigin = "anonymous";
  image.src = url;
  return image.decode().then(
    () => image,
    () => null,
  );
}

/** As rrweb serializes an object: its class, and what it was made of. */
type Serialized = Partial<Record<"rr_type" | "type" | "base64" | "src", string>> &
  Partial<Record<"args" | "data", unknown[]>>;

/** Address of a picture: of an image of the page, or the pixels themselves. */
export function pictureOf(value: unknown): string | null {
  const { rr_type: kind, src } = (value ?? {}) as Serialized;
  if (kind === "HTMLImageElement" && typeof src === "string") {
    return PICTURE.test(src) || /^https?:/i.test(src) ? src : null;
  }
  const blob = first(value, "ImageBitmap", "args");
  const bytes = first(blob, "Blob", "data");
  const url = `data:${blob?.type};base64,${bytes?.base64 ?? ""}`;
  return PICTURE.test(url) ? url : null;
}

/** What an object of class `name` was made of first. */
function first(value: unknown, name: string, member: "args" | "data"): Serialized | undefined {
  const serialized = value as Serialized | undefined;
  const found = serialized?.rr_type === name ? serialized[member]?.[0] : undefined;
  return (found ?? undefined) as Serialized | undefined;
}

/** Pixels that a script has put on the canvas one by one. */
function pixelsOf(value: unknown): ImageData | null {
  const { rr_type: kind, args } = (value ?? {}) as Serialized;
  const [bytes, width] = args ?? [];
  const { rr_type: array, args: of } = (bytes ?? {}) as Serialized;
  const [values] = of ?? [];
  if (kind !== "ImageData" || array !== "Uint8ClampedArray" || !isNumbers(values) || !isNumber(width)) return null;
  try {
    return new ImageData(new Uint8ClampedArray(values), width);
  } catch {
    return null;
  }
}

const isNumber = (value: unknown): value is number => typeof value === "number";

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);

/** `filter` is not among the properties: it could name a document. */
const isPlain = (value: unknown): boolean =>
  isNumber(value) ||
  typeof value === "boolean" ||
  value === null ||
  (typeof value === "string" && value.length <= LONGEST);
