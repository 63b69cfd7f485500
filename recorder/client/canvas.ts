/**
 * What canvases show: a small picture of each visible one, at most one a second and only when
 * it has changed, in the form of rrweb's own samples, so that its Replayer plays them.
 *
 * WebGL forgets what it drew as soon as the frame is shown, unless the page asked otherwise. So
 * samples are taken in an animation frame, after the page's own. A page that draws WebGL outside
 * of animation frames reads as empty; then its last picture stays.
 */
import type { CanvasArg, CanvasContext, IncrementalSource, eventWithTime } from "@rrweb/types";
import { blockedBy } from "./blocked";
import { later, never } from "./later";
import * as limit from "./limits";
import { listen } from "./listen";
import { CANVAS_TAG } from "./tags";
import type { Stop, Watch, Watcher } from "./watch";

const CANVAS_MUTATION: IncrementalSource.CanvasMutation = 9;
const CONTEXT_2D: CanvasContext = 0;

interface Sampled {
  /** When the next sample may be taken, of the page's clock. */
  due: number;
  /** Of the pixels last told; an empty canvas has 0, and needs no telling at first. */
  hash: number;
  /** Samples in a row that took too long. */
  slow: number;
}

/** A node as events carry it. */
interface Serialized {
  id: number;
  tagName?: string;
  childNodes?: Serialized[];
}

/** 0 for nothing but transparent pixels. */
function hashOf({ data }: ImageData): number {
  const pixels = new Uint32Array(data.buffer);
  let hash = 0;
  for (let at = 0; at < pixels.length; at++) hash = (Math.imul(hash, 31) + pixels[at]!) | 0;
  return hash;
}

/**
 * Pictures of canvases, drawn small; lossless ones are twice as large and more, which only a
 * driver has nothing against. `take` throws for one that shows what scripts may not read.
 */
function camera(isLossless: boolean) {
  let scratch: HTMLCanvasElement | null = null;
  return {
    take(canvas: HTMLCanvasElement): number {
      const { width, height } = canvas;
      const scale = Math.min(1, limit.CANVAS_SIDE_PX / Math.max(width, height));
      const paper = (scratch ??= document.createElement("canvas"));
      // What was tainted once stays so: the next picture needs new paper.
      scratch = null;
      paper.width = Math.max(1, width * scale);
      paper.height = Math.max(1, height * scale);
      const pen = paper.getContext("2d", { willReadFrequently: true })!;
      pen.drawImage(canvas, 0, 0, paper.width, paper.height);
      const hash = hashOf(pen.getImageData(0, 0, paper.width, paper.height));
      scratch = paper;
      return hash;
    },
    /** The picture last taken, as a data URL; PNG where the browser cannot write WebP. */
    develop(done: (url: string) => void): void {
      scratch?.toBlob((blob) => {
        const reader = new FileReader();
        listen(reader, "load", () => done(reader.result as string));
        if (blob) reader.readAsDataURL(blob);
      }, "image/webp", isLossless ? 1 : undefined);
    },
  };
}

/** rrweb's form of a sampled bitmap that fills a canvas of `width` × `height`. */
function commandsOf(url: string, width: number, height: number) {
  const [type, base64] = url.slice(5).split(";base64,") as [string, string];
  const blob = { rr_type: "Blob", data: [{ rr_type: "ArrayBuffer", base64 }], type };
  const bitmap = { rr_type: "ImageBitmap", args: [blob] } as CanvasArg;
  return [
    { property: "clearRect", args: [0, 0, width, height] },
    { property: "drawImage", args: [bitmap, 0, 0, width, height] },
  ];
}

function samplerOf(watch: Watch, skip: (canvas: HTMLCanvasElement, why: string) => void) {
  const { contained, ids, redactor } = watch;
  const { take, develop } = camera(!!watch.settings.driven);
  let left = limit.CANVAS_CHARS;
  let stopped = false;

  const tell = contained((canvas: HTMLCanvasElement, width: number, height: number, url: string) => {
    const id = ids.getId(canvas);
    if (stopped || id < 1) return;
    if ((left -= url.length) < 0) return skip(canvas, "bytes");
    const commands = commandsOf(url, width, height);
    watch.incremental({ source: CANVAS_MUTATION, id, type: CONTEXT_2D, commands });
  });

  const sample = contained((canvas: HTMLCanvasElement, state: Sampled) => {
    const { width, height } = canvas;
    const begun = performance.now();
    state.due = begun + limit.CANVAS_MS;
    if (!width || !height || ids.getId(canvas) < 1) return;
    if (redactor.isMasked(canvas)) return skip(canvas, "masked");
    let hash: number;
    try {
      hash = take(canvas);
    } catch {
      return skip(canvas, "tainted");
    }
    // Something was drawn here before, so asking for a context makes none.
    const isLost = !hash && state.hash && !canvas.getContext("2d");
    if (hash !== state.hash && !isLost) {
      state.hash = hash;
      develop((url) => tell(canvas, width, height, url));
    }
    const took = performance.now() - begun;
    state.due = Math.max(state.due, begun + took * limit.CANVAS_REST);
    state.slow = took > limit.CANVAS_SAMPLE_MS ? state.slow + 1 : 0;
    if (state.slow >= limit.CANVAS_SLOW_SAMPLES) skip(canvas, "slow");
  });
  return { sample, stop: () => (stopped = true) };
}

export const watchCanvas: Watcher = (watch) => {
  const { contained, ids } = watch;
  const blocked = blockedBy(watch.settings);
  const known = new WeakMap<Element, Sampled>();
  const visible = new Set<HTMLCanvasElement>();
  const frames = new Map<HTMLCanvasElement, Stop>();

  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      visible[isIntersecting ? "add" : "delete"](target as HTMLCanvasElement);
    }
  });
  const notice = (canvas: Node | null): void => {
    if (!canvas || known.has(canvas as Element)) return;
    known.set(canvas as Element, { due: 0, hash: 0, slow: 0 });
    observer.observe(canvas as Element);
  };
  const skip = (canvas: HTMLCanvasElement, skipped: string): void => {
    visible.delete(canvas);
    observer.unobserve(canvas);
    watch.custom(CANVAS_TAG, { id: ids.getId(canvas), skipped });
  };
  const { sample, stop } = samplerOf(watch, skip);

  let timer: number;
  const tick = contained(() => {
    timer = later(tick, limit.CANVAS_MS);
    for (const canvas of visible) {
      const state = known.get(canvas);
      const view = canvas.ownerDocument.defaultView;
      if (!view || !state || state.due > performance.now()) continue;
      if (frames.has(canvas) || canvas.closest(blocked)) continue;
      const frame = view.requestAnimationFrame(() => {
        frames.delete(canvas);
        sample(canvas, state);
      });
      frames.set(canvas, () => view.cancelAnimationFrame(frame));
    }
  });
  timer = later(tick, limit.CANVAS_MS);

  const search = ({ id, tagName, childNodes }: Serialized): void => {
    if (tagName === "canvas") notice(ids.getNode(id));
    childNodes?.forEach(search);
  };
  const stopEvents = watch.eachEvent(({ type, data }: eventWithTime) => {
    const { node, adds } = data as { node?: Serialized; adds?: { node: Serialized }[] };
    if (type === 2 && node) search(node);
    if (type === 3) adds?.forEach((add) => search(add.node));
  });
  // The snapshot may have been before this began.
  const stopWindows = watch.eachWindow((win) => {
    for (const canvas of canvasesIn(win.document)) notice(canvas);
    return () => {};
  });
  return () => {
    stop();
    never(timer);
    frames.forEach((cancel) => cancel());
    observer.disconnect();
    stopEvents();
    stopWindows();
  };
};

function* canvasesIn(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll("*")) {
    if (element.localName === "canvas") yield element;
    if (element.shadowRoot) yield* canvasesIn(element.shadowRoot);
  }
}
