/** Fonts that scripts make and add to their page, in rrweb's own form. */
import type { IncrementalSource } from "@rrweb/types";
import { later } from "./later";
import { FONT_BYTES } from "./limits";
import { together } from "./listen";
import { patch } from "./patch";
import type { Watcher } from "./watch";

const FONT: IncrementalSource.Font = 10;

/** What a font was made of: a `src` as in CSS, or a copy of a file's bytes. */
type Made = [family: string, source: string | Uint8Array, descriptors?: FontFaceDescriptors];

/** The source, as it is now: nothing keeps a page from using the same memory again. */
function sourceOf(given: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof given === "string") return given;
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(given) ? given : new Uint8Array(given);
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

export const watchFonts: Watcher = ({ contained, eachWindow, incremental }) =>
  eachWindow((win) => {
    const made = new WeakMap<object, Made>();
    const note = contained((face: object, [family, given, descriptors]: Made) => {
      if (typeof family !== "string" || (given as Partial<Uint8Array>).byteLength! > FONT_BYTES) return;
      made.set(face, [family, sourceOf(given), descriptors]);
    });
    const tell = contained((face: object) => {
      const [family, source, descriptors] = made.get(face) ?? [];
      made.delete(face);
      if (!family || !source) return;
      const buffer = typeof source !== "string";
      const fontSource = buffer ? `[${source}]` : source;
      incremental({ source: FONT, family, fontSource, buffer, descriptors });
    });
    return together(
      patch(win, "FontFace", (call, _self, given) => {
        const face = call();
        note(face as object, given as Made);
        return face;
      }),
      // Not `document.fonts` itself: a field of the page may have taken its name.
      patch((win as Partial<typeof win>).FontFaceSet?.prototype ?? {}, "add", (call, _self, [face]) => {
        const result = call();
        later(() => tell(face as object), 0);
        return result;
      }),
    );
  });
