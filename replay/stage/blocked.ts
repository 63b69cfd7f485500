/**
 * Blocked elements: boxes whose inside was never recorded.
 *
 * An element keeps its tag and classes and so the width that the page's CSS
 * gives it; only what its content would have added has to be estimated, from
 * the size it had. Other recorders pin `rr_width` and `rr_height`; those are
 * read the same way.
 */
import type { serializedNodeWithId } from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";
import type { StageReport } from "./report";

/** Recorded size of a blocked element: `<width> <height>`, CSS pixels. */
const SIZE = "rr_block_size";

/** No box is larger (CSS pixels); a page of this height is a thousand pages of a book. */
const LARGEST_PX = 100_000;

/** Text that wraps makes a box higher as it gets narrower; beyond this factor it is a guess. */
const TALLEST = 4;

/** What has a shape of its own, whatever its width. */
const REPLACED = new Set(["img", "video", "canvas", "iframe", "svg", "embed", "object"]);

/** Light stripes: recognised as no part of the page, and nothing that moves anything. */
const HATCH = "repeating-linear-gradient(135deg, #d4d4d4 0 1px, #ececec 1px 8px)";

/** Computed colours through which everything is seen. */
const CLEAR = /^(?:transparent|rgba\(.*, 0\))$/;

interface Size {
  width: number;
  height: number;
}

export class Blocked {
  private readonly sizes = new Map<Element, Size>();

  constructor(
    private readonly mirror: Mirror,
    private readonly report: StageReport,
  ) {}

  reset(): void {
    this.sizes.clear();
  }

  /** How many are on the page. */
  get count(): number {
    return [...this.sizes.keys()].filter((element) => this.isHere(element)).length;
  }

  /**
   * Takes note of the size that a serialized element carries, and returns the element
   * without it: rrweb would pin the box to it.
   */
  unpinned(node: serializedNodeWithId): { node: serializedNodeWithId; size: Size | null } {
    if (!("attributes" in node)) return { node, size: null };
    const { [SIZE]: both, rr_width: width, rr_height: height, ...attributes } = node.attributes;
    if (both === undefined && width === undefined && height === undefined) return { node, size: null };
    const size = both === undefined ? [width, height] : String(both).split(" ");
    const [across, down] = size.map((one) => parseFloat(String(one)));
    const isSound = [across, down].every((px) => px !== undefined && px >= 0 && px <= LARGEST_PX);
    if (!isSound) this.report.count("block_size_refused");
    return {
      node: { ...node, attributes } as serializedNodeWithId,
      size: { width: isSound ? (across as number) : 0, height: isSound ? (down as number) : 0 },
    };
  }

  has(element: Element): boolean {
    return this.sizes.has(element);
  }

  add(element: Element, size: Size): void {
    this.sizes.set(element, size);
  }

  /** Gives every blocked element the height that its content would have; all else must be in. */
  apply(): void {
    for (const [element, size] of this.sizes) {
      if (this.isHere(element)) fill(element, size);
    }
  }

  private isHere(element: Element): boolean {
    return dom.isConnected(element) && this.mirror.hasNode(element);
  }
}

function fill(element: Element, size: Size): void {
  const style = dom.styleOf(element);
  const { display, backgroundImage, backgroundColor } = getComputedStyle(element);
  if (display === "none" || !size.width || !size.height) return;
  if (display === "inline") style.setProperty("display", "inline-block");
  // What is under a blocked box is seen through it, unless that is said.
  if (backgroundImage === "none" && CLEAR.test(backgroundColor)) {
    style.setProperty("background-image", HATCH);
  }
  if (REPLACED.has(dom.nodeName(element).toLowerCase())) fillReplaced(element, size);
  else fillFlow(element, size);
}

/** Pictures and the like: the recorded shape, in the width that CSS gives them. */
function fillReplaced(element: Element, { width, height }: Size): void {
  const style = dom.styleOf(element);
  const frame = frameOf(getComputedStyle(element));
  if (isAuto(element, "width")) setWidth(style, width, frame.across);
  if (!isAuto(element, "height")) return;
  const shown = (dom.rectOf(element).width * height) / width;
  style.setProperty("height", `${Math.max(0, shown - frame.down)}px`);
}

/** Anything else: as high as text of its length would be at this width. */
function fillFlow(element: Element, { width, height }: Size): void {
  const style = dom.styleOf(element);
  const frame = frameOf(getComputedStyle(element));
  const before = dom.rectOf(element).width;
  const wanted = widthWithContent(element, width - frame.inset);
  if (wanted > before + 1) setWidth(style, wanted, frame.across);
  const now = dom.rectOf(element);
  if (!now.width) return;
  const estimate = height * Math.min(TALLEST, width / now.width);
  if (estimate <= now.height + 1) return;
  // Parts of tables know no minimum; their height is one.
  const isTable = getComputedStyle(element).display.startsWith("table");
  style.setProperty(isTable ? "height" : "min-height", `${estimate - frame.down}px`);
}

/** About as wide as a word (CSS pixels): what wraps can be narrower, but not than this. */
const WORD_PX = 50;

/** Words in one box: more than a line has; forged sizes end here. */
const WORDS = 100;

/**
 * The element's width while `px` of words are in it: more only if it is its content's. In one
 * piece they would push the columns of a grid apart.
 */
function widthWithContent(element: Element, px: number): number {
  const doc = dom.ownerDocument(element) as Document;
  const factory = dom.factoryOf(doc);
  const content = factory.createElement("div");
  content.style.cssText = "all: initial; display: flex; flex-wrap: wrap";
  const step = Math.max(WORD_PX, Math.ceil(px / WORDS));
  for (let left = px; left > 0; left -= step) {
    const word = factory.createElement("div");
    word.style.cssText = `flex: none; width: ${Math.min(left, step)}px; height: 1px`;
    dom.append(content, word);
  }
  dom.append(element, content);
  const { width } = dom.rectOf(element);
  dom.remove(element, content);
  return width;
}

/** A border box of `px`, `across` of which CSS does not count; never wider than its place. */
function setWidth(style: CSSStyleDeclaration, px: number, across: number): void {
  style.setProperty("width", `${Math.max(0, px - across)}px`);
  style.setProperty("max-width", `calc(100% - ${across}px)`);
}

/** What CSS says of a length, before layout: only this tells `auto` from a number. */
const isAuto = (element: Element, property: string): boolean =>
  String(element.computedStyleMap().get(property)) === "auto";

/**
 * Padding and border: `inset` is what they take from a box's width; `across` and `down` what they
 * add to its CSS width and height.
 */
function frameOf(style: CSSStyleDeclaration): { inset: number; across: number; down: number } {
  const sum = (...names: string[]): number =>
    names.reduce((total, name) => total + (parseFloat(style.getPropertyValue(name)) || 0), 0);
  const inset = sum("padding-left", "padding-right", "border-left-width", "border-right-width");
  if (style.boxSizing === "border-box") return { inset, across: 0, down: 0 };
  const down = sum("padding-top", "padding-bottom", "border-top-width", "border-bottom-width");
  return { inset, across: inset, down };
}
