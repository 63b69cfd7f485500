/** Pictures and videos that the archive lacks, in the size that they had. */
import type { Mirror } from "rrweb-snapshot";
import type { MediaPayload } from "../../recorder/client/media";
import * as dom from "./natives";
import type { StageReport } from "./report";

/** Elements remembered of one recording. */
const MAX_MEDIA = 20_000;

/** No browser decodes a picture that is longer (pixels). */
const LARGEST_PX = 65_535;

export class Media {
  private readonly told = new Map<number, [width: number, height: number]>();

  constructor(
    private readonly mirror: Mirror,
    private readonly report: StageReport,
  ) {}

  reset(): void {
    this.told.clear();
  }

  /** Natural sizes as the tag saw them; the latest holds. */
  remember(payload: MediaPayload): void {
    for (const [id, width, height] of payload.sizes) {
      const isSound = [width, height].every((px) => Number.isInteger(px) && px > 0 && px <= LARGEST_PX);
      if (isSound && this.told.size < MAX_MEDIA) this.told.set(id, [width, height]);
      else this.report.count("media_size_refused");
    }
  }

  /** Stand-ins for what did not load, if any; all requests must have been answered. */
  async apply(): Promise<boolean> {
    const waiting = [...this.told].map(([id, [width, height]]) => {
      const node = this.mirror.getNode(id);
      if (dom.isHtml(node, "img") && !node.naturalWidth) return standIn(node, width, height);
      if (dom.isHtml(node, "video") && !node.videoWidth && dom.attr(node, "poster") === null) {
        dom.setAttr(node, "poster", picture(width, height));
        return decoded(picture(width, height));
      }
      return undefined;
    });
    await Promise.all(waiting);
    return waiting.some((one) => one !== undefined);
  }
}

/** A picture of that natural size: all CSS for images goes on to apply. */
function standIn(image: HTMLImageElement, width: number, height: number): Promise<void> {
  const parent = dom.parentNode(image) as Node | null;
  const sources = dom.isHtml(parent, "picture") ? Array.from(dom.childNodes(parent)) : [];
  for (const source of sources) {
    if (dom.isHtml(source, "source")) dom.removeAttr(source, "srcset");
  }
  dom.removeAttr(image, "srcset");
  dom.setAttr(image, "src", picture(width, height));
  return HTMLImageElement.prototype.decode.call(image).catch(() => undefined);
}

/** Once an image of this address is decoded, a poster of the same one is laid out. */
function decoded(address: string): Promise<void> {
  const image = new Image();
  image.src = address;
  return image.decode().catch(() => undefined);
}

function picture(width: number, height: number): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    '<pattern id="h" width="11" height="11" patternUnits="userSpaceOnUse">' +
    '<path fill="#ececec" d="M0 0h11v11H0z"/><path stroke="#d4d4d4" d="M0 11L11 0"/></pattern>' +
    '<path fill="url(#h)" d="M0 0h65535v65535H0z"/></svg>';
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
