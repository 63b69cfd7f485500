/**
 * Natural sizes of pictures and videos, as they load: where the archive lacks
 * one, the stage can leave its place.
 */
import type { serializedNodeWithId } from "@rrweb/types";
import { later, never } from "./later";
import { MEDIA_MS } from "./limits";
import { together } from "./listen";
import { listenOnRoots } from "./roots";
import { MEDIA_TAG } from "./tags";
import type { Watcher } from "./watch";

/** Only what has loaded is told, so that what failed for the visitor too stays as it was. */
export interface MediaPayload {
  /** Node id, natural width and height in CSS pixels. */
  sizes: [id: number, width: number, height: number][];
}

/** The part of a serialized node that is looked at. */
type Part = Pick<serializedNodeWithId, "id"> & {
  tagName?: string;
  attributes?: Record<string, unknown>;
  childNodes?: Part[];
};

export const watchMedia: Watcher = ({ ids, custom, eachEvent, contained }) => {
  const told = new Map<number, string>();
  let sizes: MediaPayload["sizes"] = [];
  let timer = 0;

  const tell = contained(() => {
    timer = 0;
    custom(MEDIA_TAG, { sizes } satisfies MediaPayload);
    sizes = [];
  });

  const note = (node: Node | null): void => {
    const id = ids.getId(node);
    const size = id > 0 && naturalSize(node as HTMLElement);
    if (!size || told.get(id) === `${size}`) return;
    told.set(id, `${size}`);
    sizes.push([id, ...size]);
    timer ||= later(tell, MEDIA_MS);
  };

  const onLoad = contained(({ target }: Event) => {
    if (target && told.has(ids.getId(target as Node))) note(target as Node);
  });

  const roots = listenOnRoots("load loadedmetadata", onLoad);
  const begin = (id: number): void => {
    const node = ids.getNode(id);
    if (!node) return;
    roots.add(node.getRootNode());
    // Known from now on, even while it has no size.
    told.set(id, told.get(id) ?? "");
    note(node);
  };

  const look = (first: Part): void => {
    const parts = [first];
    for (let part; (part = parts.pop()); ) {
      const { tagName, attributes = {}, childNodes = [] } = part;
      // A blocked one tells its box, and nothing else.
      const isOpen = !("rr_block_size" in attributes || "rr_width" in attributes);
      if (isOpen && /^(?:img|video)$/.test(tagName ?? "")) begin(part.id);
      for (const child of childNodes) parts.push(child);
    }
  };

  const stopEvents = eachEvent((event) => {
    if (event.type === 2) {
      told.clear();
      look(event.data.node as Part);
    } else if (event.type === 3 && event.data.source === 0) {
      for (const { node } of event.data.adds) look(node as Part);
    }
  });

  return together(stopEvents, () => never(timer), roots.stop);
};

/** False while there is none: nothing has loaded, or this is no picture. */
function naturalSize(node: HTMLElement): [width: number, height: number] | false {
  const { naturalWidth, naturalHeight } = node as HTMLImageElement;
  const { videoWidth, videoHeight } = node as HTMLVideoElement;
  const width = naturalWidth || videoWidth;
  const height = naturalHeight || videoHeight;
  return !!width && !!height && [width, height];
}
