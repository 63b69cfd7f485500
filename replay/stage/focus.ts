/** The field that a visitor was in: browsers and sites draw a ring around it, or open a list. */
import type { mouseInteractionData } from "@rrweb/types";
import type { Mirror } from "rrweb-snapshot";
import * as dom from "./natives";

/** rrweb's `MouseInteractions`, as far as they tell of focus. */
const FOCUS = 5;
const BLUR = 6;

/**
 * Fields that are drawn as focused however the focus came. Of buttons and links nothing tells
 * whether the visitor came by keyboard, on which it depends whether a ring is drawn around them.
 */
const FIELDS =
  "input:not([type=button], [type=submit], [type=reset], [type=checkbox], [type=radio], [type=image], [type=range], [type=color], [type=file]), " +
  "textarea, [contenteditable]:not([contenteditable=false])";

export class Focus {
  private focused = -1;
  /** What was put in focus here; a dialog that opens takes the focus by itself, and keeps it. */
  private field: Element | null = null;

  constructor(private readonly mirror: Mirror) {}

  reset(): void {
    this.focused = -1;
  }

  see({ type, id }: mouseInteractionData): void {
    const kind = type as number;
    if (kind === FOCUS) this.focused = id;
    else if (kind === BLUR && this.focused === id) this.focused = -1;
  }

  /** Scrolls nothing; when all is laid out, for what is not shown takes no focus. */
  restore(): void {
    const node = this.mirror.getNode(this.focused);
    const field = node && dom.isElement(node) && dom.fits(node, FIELDS) ? node : null;
    if (field) dom.focusOn(field);
    else if (this.field) dom.unfocus(this.field);
    this.field = field;
  }
}
