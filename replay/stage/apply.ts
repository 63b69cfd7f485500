/** Applies rrweb events one by one to the stage's document. */
import type {
  customEvent,
  eventWithTime,
  incrementalData,
  inputData,
  scrollData,
  serializedNodeWithId,
} from "@rrweb/types";
import type { MediaPayload } from "../../recorder/client/media";
import type { PopoverPayload } from "../../recorder/client/popovers";
import { FAULTS_TAG, LIMIT_TAG, MEDIA_TAG, POPOVER_TAG, REDUCED_TAG, WIDTHS_TAG } from "../../recorder/client/tags";
import type { WidthsPayload } from "../../recorder/client/widths";
import { Builder } from "./build";
import { Focus } from "./focus";
import { Masks } from "./masks";
import { Media } from "./media";
import { Mutations } from "./mutations";
import * as dom from "./natives";
import { setPopover } from "./popovers";
import { StageReport } from "./report";
import { select } from "./selection";
import { StyleSheets } from "./styles";

/** rrweb's `EventType` and `IncrementalSource`, as far as they change the page. */
export const EventType = { FullSnapshot: 2, Incremental: 3, Meta: 4, Custom: 5, Plugin: 6 } as const;
export const Source = {
  Mutation: 0,
  MouseMove: 1,
  MouseInteraction: 2,
  Scroll: 3,
  ViewportResize: 4,
  Input: 5,
  TouchMove: 6,
  MediaInteraction: 7,
  StyleSheetRule: 8,
  CanvasMutation: 9,
  Font: 10,
  Log: 11,
  Drag: 12,
  StyleDeclaration: 13,
  Selection: 14,
  AdoptedStyleSheet: 15,
  CustomElement: 16,
} as const;

/** Sources that leave the DOM as it is. */
const WITHOUT_EFFECT = new Set<number>([
  Source.MouseMove,
  Source.ViewportResize,
  Source.TouchMove,
  Source.Log,
  Source.Drag,
]);

/** What the tag says of itself that a viewer should know, by the name it is counted under. */
const SHORTFALLS = new Map([
  [LIMIT_TAG, "recording_ended_at_a_limit"],
  [REDUCED_TAG, "part_of_the_tag_missing"],
  [FAULTS_TAG, "fault_inside_the_tag"],
]);

/** rrweb events beyond the incremental ones that leave the DOM as it is. */
const LAST_KNOWN_TYPE = 8;

export class Applier {
  /** Scroll offsets by node id; kept, because images and fonts come later than events. */
  private scrolls = new Map<number, [x: number, y: number]>();
  readonly report = new StageReport();
  readonly builder = new Builder(this.report, (id, x, y) => this.scrolls.set(id, [x, y]));
  private readonly mutations = new Mutations(this.builder, this.report);
  readonly media = new Media(this.builder.mirror, this.report);
  readonly masks = new Masks(this.builder.mirror, this.report);
  readonly focus = new Focus(this.builder.mirror);
  readonly styles = new StyleSheets(this.builder.mirror, this.report);
  private documentId = -1;
  /** Whether what stands in for what is missing or masked has been written into the page. */
  isAltered = false;
  /** Fonts that came by script, as rules. */
  readonly fontFaces: string[] = [];

  /** Applies one event. What a forged one asks in vain is counted, the rest goes on. */
  apply(event: eventWithTime): void {
    try {
      this.applyOne(event);
    } catch {
      this.report.count("event_refused");
    }
  }

  private applyOne(event: eventWithTime): void {
    if (event.type === EventType.FullSnapshot) {
      this.applySnapshot(event.data.node, event.data.initialOffset);
    } else if (event.type === EventType.Incremental) {
      this.applyIncremental(event.data);
    } else if (event.type === EventType.Custom) {
      this.applyCustom(event.data);
    } else if ((event.type as number) > LAST_KNOWN_TYPE) {
      this.report.count("unknown_event");
    }
  }

  /** Counts that are only known at a moment, such as adds still waiting for their parent. */
  finish(): StageReport {
    this.report.counts.unresolved_adds = this.mutations.unresolved;
    return this.report;
  }

  /** With `inner`, only of what scrolls inside of a window. */
  restoreScrolls(inner = false): void {
    for (const [id, [x, y]] of this.scrolls) {
      if (!inner || dom.isElement(this.builder.mirror.getNode(id))) this.scroll(id, x, y);
    }
  }

  /** Window scroll of the top document, CSS pixels. */
  get windowScroll(): [x: number, y: number] {
    return this.scrolls.get(this.documentId) ?? [0, 0];
  }

  private applySnapshot(node: serializedNodeWithId, offset: { top: number; left: number }): void {
    this.mutations.reset();
    this.styles.reset();
    this.masks.reset();
    this.media.reset();
    this.focus.reset();
    this.scrolls.clear();
    this.builder.buildDocument(node);
    this.documentId = node.id;
    this.scrolls.set(node.id, [offset?.left ?? 0, offset?.top ?? 0]);
    this.restoreScrolls();
  }

  /** What the tag tells beside rrweb's own events; the other tags do not change the page. */
  private applyCustom({ tag, payload }: customEvent["data"]): void {
    if (tag === WIDTHS_TAG) this.masks.remember(payload as WidthsPayload);
    if (tag === MEDIA_TAG) this.media.remember(payload as MediaPayload);
    if (tag === POPOVER_TAG && !setPopover(payload as PopoverPayload, this.builder.mirror)) {
      this.report.count("node_not_found");
    }
    const shortfall = SHORTFALLS.get(tag);
    if (shortfall) this.report.count(shortfall);
  }

  private applyIncremental(data: incrementalData): void {
    switch (data.source) {
      case Source.Mutation:
        this.mutations.apply(data);
        return this.styles.readopt((data.adds ?? []).map(({ node }) => node.id));
      case Source.Scroll:
        return this.applyScroll(data);
      case Source.Input:
        return this.applyInput(data);
      case Source.StyleSheetRule:
        return this.styles.applyRules(data);
      case Source.StyleDeclaration:
        return this.styles.applyDeclaration(data);
      case Source.AdoptedStyleSheet:
        return this.styles.adopt(data);
      case Source.Font:
        return this.addFont(data);
      case Source.CustomElement:
        return this.defineElement(data.define?.name);
      case Source.CanvasMutation:
        if (!this.builder.canvases.draw(data)) this.report.count("canvas_change_not_replayed");
        return;
      case Source.MediaInteraction:
        return this.report.count("media_change_not_replayed");
      case Source.MouseInteraction:
        return this.focus.see(data);
      case Source.Selection:
        return select(data, this.builder.mirror, this.report);
      default:
        if (!WITHOUT_EFFECT.has((data as incrementalData).source)) this.report.count("unknown_event");
    }
  }

  private applyScroll({ id, x, y }: scrollData): void {
    this.scrolls.set(id, [x, y]);
    this.scroll(id, x, y);
  }

  private scroll(id: number, x: number, y: number): void {
    const node = this.builder.mirror.getNode(id);
    if (!node) return;
    const to: ScrollToOptions = { left: x, top: y, behavior: "instant" };
    if (dom.nodeType(node) === Node.DOCUMENT_NODE) dom.defaultView(node as Document)?.scrollTo(to);
    else if (dom.isElement(node)) dom.scrollElement(node, to);
  }

  private applyInput({ id, text, isChecked }: inputData): void {
    const node = this.builder.mirror.getNode(id);
    if (!node) return this.report.count("node_not_found");
    try {
      const control = node as HTMLInputElement;
      if (control.type === "checkbox" || control.type === "radio") control.checked = isChecked;
      else control.value = text;
    } catch {
      this.report.count("input_refused"); // a file input takes no value
    }
  }

  private addFont(data: { family: string; fontSource: string; buffer: boolean; descriptors?: FontFaceDescriptors }): void {
    try {
      const source = data.buffer
        ? new Uint8Array(JSON.parse(data.fontSource) as number[])
        : data.fontSource;
      const face = new FontFace(data.family, source, data.descriptors);
      dom.fontsOf(document).add(face);
      this.fontFaces.push(faceRule(face, source));
    } catch {
      this.report.count("font_refused");
    }
  }

  private defineElement(name: string | undefined): void {
    if (name && !customElements.get(name)) customElements.define(name, class extends HTMLElement {});
  }
}

/** The face as a rule of a sheet. */
function faceRule(face: FontFace, source: string | Uint8Array<ArrayBuffer>): string {
  const src = typeof source === "string" ? source : `url(data:font/woff2;base64,${base64(source)})`;
  const { family, style, weight, stretch, unicodeRange } = face;
  return (
    `@font-face{font-family:${family};src:${src};font-style:${style};font-weight:${weight};` +
    `font-stretch:${stretch};unicode-range:${unicodeRange}}`
  );
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
