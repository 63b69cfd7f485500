/** Element boxes in page CSS pixels, in the state that a picture would show. */
import * as dom from "./natives";
import { elementKeys } from "./keys";
import { walk } from "./walk";

export interface ElementBox {
  path: string;
  key: string;
  x: number;
  y: number;
  width: number;
  height: number;
  visible: boolean;
}

export function boxes(): ElementBox[] {
  const keys = elementKeys(false);
  return Array.from(walk(), ({ element, path, origin }) => {
    const rect = dom.rectOf(element);
    return {
      path,
      key: keys.get(element)?.name ?? "",
      x: rect.left + origin.x,
      y: rect.top + origin.y,
      width: rect.width,
      height: rect.height,
      visible: isVisible(element, rect),
    };
  });
}

/** Rendered with an area, and not made invisible by itself or an ancestor. */
export function isVisible(element: Element, rect: DOMRect = dom.rectOf(element)): boolean {
  if (rect.width <= 0 || rect.height <= 0) return false;
  return dom.isShown(element);
}
