/** Controls: what a press is meant for. */
import * as dom from "./natives";

/** Elements that do something when they are pressed, as far as markup tells. */
export const CONTROLS =
  "a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, label, " +
  "[role=button], [role=link], [role=tab], [role=menuitem], [role=checkbox], [role=radio], " +
  "[role=switch], [role=option], [onclick], [tabindex]:not([tabindex='-1']), [contenteditable]";

/** The control that `element` is part of, such as the button around an icon; else itself. */
export function controlOf(element: Element): Element {
  for (let one: Element | null = element; one; one = dom.composedParent(one)) {
    if (dom.fits(one, CONTROLS)) return one;
  }
  return element;
}
