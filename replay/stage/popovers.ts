/** Popovers, open as the tag told: they are drawn in the top layer, or not at all. */
import type { Mirror } from "rrweb-snapshot";
import type { PopoverPayload } from "../../recorder/client/popovers";
import * as dom from "./natives";

const { showPopover, hidePopover } = HTMLElement.prototype;

/** Opens or closes one; false for what is no popover, or not on the page. */
export function setPopover({ id, open }: PopoverPayload, mirror: Mirror): boolean {
  const node = mirror.getNode(id);
  if (!dom.isElement(node) || dom.attr(node, "popover") === null || !dom.isConnected(node)) return false;
  if (dom.fits(node, ":popover-open") === open) return true;
  (open ? showPopover : hidePopover).call(node as HTMLElement);
  return true;
}
