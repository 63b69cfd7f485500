/**
 * What a standalone file is made of: markup, and places where Python puts what
 * only it has, the archive's files.
 *
 * Markup is escaped here for the place that it is in; what Python puts in, it
 * escapes by `in`.
 */

/** In what a part stands: an attribute's value, a `<style>` of HTML, or text. */
export type Context = "attribute" | "style" | "text";

/** Text that names files, relative to `base`, and stands for what they hold. */
export interface Reference {
  /** `css` is written as it is, `sheet` as the address of a file that holds it. */
  kind: "url" | "srcset" | "css" | "sheet" | "use";
  text: string;
  base: string;
  in: Context;
}

/** A frame's document, all of which is one attribute's value. */
export interface FramePart {
  kind: "frame";
  parts: Part[];
}

/** Drawings of other files that `<use>` elements of one tree name: `<use>` reaches no farther. */
export interface SpritesPart {
  kind: "sprites";
  uses: string[];
}

export type Part = string | Reference | FramePart | SpritesPart;

export const inAttribute = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

export const inText = (text: string): string =>
  text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** The markup with nothing for what Python puts in: it has the same elements. */
export function skeleton(parts: Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      return part.kind === "frame" ? inAttribute(skeleton(part.parts)) : "";
    })
    .join("");
}
