/** Brings a rebuilt page to rest: everything loaded, nothing moving. */
import type { Applier } from "./apply";
import * as dom from "./natives";

/** Every document on the stage: the top one and those of its frames, outermost first. */
export function allDocuments(doc: Document = document): Document[] {
  const frames = dom.select(doc, "iframe").map(dom.contentDocument);
  return [doc, ...frames.filter((inner) => inner !== null).flatMap(allDocuments)];
}

/** Resolves when style sheets, fonts and images are in, or have failed. */
export async function load(applier: Applier): Promise<void> {
  const { builder, media, masks } = applier;
  const docs = allDocuments();
  await Promise.all(docs.flatMap((doc) => dom.select(doc, "link").map(sheetLoaded)));
  const images = docs.flatMap((doc) => dom.select(doc, "img"));
  for (const image of images) {
    if (image.loading === "lazy") image.loading = "eager";
  }
  // Fonts are asked for only by a layout that needs them.
  docs.forEach((doc) => dom.documentElement(doc)?.getBoundingClientRect());
  await Promise.all(docs.map((doc) => dom.fontsOf(doc).ready));
  const decoded = images.map((image) => image.decode().catch(() => undefined));
  await Promise.all([...decoded, ...styleImages(docs).map(fetched)]);
  await builder.canvases.paint();
  const isReplaced = await media.apply();
  builder.blocked.apply();
  const isMasked = await masks.apply();
  applier.isAltered ||= isReplaced || isMasked || builder.blocked.count > 0;
}

const URL_VALUE = /url\("([^"]+)"\)/g;
const IMAGE_PROPERTIES = ["background-image", "border-image-source", "mask-image", "content", "list-style-image"];

/** Images that styles ask for, pseudo-elements included; nothing tells when those are in. */
function styleImages(docs: Document[]): string[] {
  const urls = new Set<string>();
  for (const doc of docs) {
    for (const element of dom.all(doc)) {
      for (const pseudo of [null, "::before", "::after"]) {
        const style = getComputedStyle(element, pseudo);
        if (pseudo && style.content === "none") continue;
        for (const property of IMAGE_PROPERTIES) {
          const value = style.getPropertyValue(property);
          for (const [, url] of value.matchAll(URL_VALUE)) if (url) urls.add(url);
        }
      }
    }
  }
  return [...urls];
}

/** Once an image of this URL is decoded, the style that names it paints it in the next frame. */
function fetched(url: string): Promise<void> {
  const image = new Image();
  image.src = url;
  return image.decode().catch(() => undefined);
}

/** Ends finite animations and takes back endless ones, as Playwright's screenshots do. */
export function freeze(): void {
  for (const doc of allDocuments()) {
    for (const animation of Document.prototype.getAnimations.call(doc)) {
      const end = animation.effect?.getComputedTiming().endTime;
      if (animation.playbackRate && end !== Infinity) animation.finish();
      else animation.cancel();
    }
  }
}

/** Two frames: one to lay out, one to have it painted. */
export function nextFrames(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}

/** A sheet still on its way has no `sheet`; one that failed tells by its error event. */
function sheetLoaded(link: HTMLLinkElement): Promise<void> {
  const wanted = link.rel.toLowerCase().includes("stylesheet") && link.href && !link.disabled;
  if (!wanted || link.sheet) return Promise.resolve();
  return new Promise((done) => {
    link.addEventListener("load", () => done(), { once: true });
    link.addEventListener("error", () => done(), { once: true });
  });
}
