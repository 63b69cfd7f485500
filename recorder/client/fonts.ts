/** Fonts that scripts make and add to their page, in rrweb's own form. */
import type { IncrementalSource } from "@rrweb/types";
import { later } from "./later";
import { FONT_BYTES } from "./limits";
import { together } from "./listen";
import { patch } from "./patch";
import type { Watcher } from "./watch";

const FONT: IncrementalSource.Font = 10;

/** What a font is made of: a `src` as in CSS, or a file's bytes. */
type Source = string | ArrayBuffer | ArrayBufferView;
type Given = [family: string, source: Source, descriptors?: FontFaceDescriptors];

/** As it is now: nothing keeps a page from using the same memory again. */
function copyOf(source: Source): string | Uint8Array {
  if (typeof source === "string") return source;
  const { buffer = source, byteOffset, byteLength } = source as Uint8Array;
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice();
}

export const watchFonts: Watcher = ({ contained, eachWindow, incremental }) =>
  eachWindow((win) => {
    const made = new WeakMap<object, Given>();
    const note = contained((face: object, [family, source, descriptors]: Given) => {
      const isLarge = (source as ArrayBuffer).byteLength > FONT_BYTES;
      if (!isLarge) made.set(face, [family, copyOf(source), descriptors]);
    });
    const tell = contained((face: object) => {
      const given = made.get(face);
      if (!given) return;
      made.delete(face);
      const [family, source, descriptors] = given;
      const buffer = typeof source !== "string";
      const fontSource = buffer ? `[${source}]` : source;
      incremental({ source: FONT, family, fontSource, buffer, descriptors });
    });
    return together(
      patch(win, "FontFace", (call, _self, given) => {
        const face = call() as object;
        note(face, given as Given);
        return face;
      }),
      // Not `document.fonts` itself: a field of the page may have taken its name.
      patch((win as Partial<typeof win>).FontFaceSet?.prototype ?? {}, "add", (call, _self, [face]) => {
        later(() => tell(face as object), 0);
        return call();
      }),
    );
  });
