/**
 * DOM accessors that a recorded page cannot clobber.
 *
 * `<input name="childNodes">` in a form, or `<img name="fonts">`, put a
 * property in front of the prototype's. The stage therefore asks prototypes,
 * through getters taken before anything recorded is built.
 */

type Getter<T, V> = (this: T) => V;

function getter<T, V>(prototype: object, name: string): (node: T) => V {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as Getter<T, V> | undefined;
  if (!get) throw new Error(`this browser has no ${name}`);
  return (node) => get.call(node);
}

export const childNodes = getter<Node, NodeListOf<ChildNode>>(Node.prototype, "childNodes");
export const firstChild = getter<Node, ChildNode | null>(Node.prototype, "firstChild");
export const nextSibling = getter<Node, ChildNode | null>(Node.prototype, "nextSibling");
export const parentNode = getter<Node, ParentNode | null>(Node.prototype, "parentNode");
export const nodeName = getter<Node, string>(Node.prototype, "nodeName");
export const nodeType = getter<Node, number>(Node.prototype, "nodeType");
export const ownerDocument = getter<Node, Document | null>(Node.prototype, "ownerDocument");
export const isConnected = getter<Node, boolean>(Node.prototype, "isConnected");
export const textOf = getter<Node, string | null>(Node.prototype, "textContent");
export const baseOf = getter<Node, string>(Node.prototype, "baseURI");
export const children = getter<Element, HTMLCollection>(Element.prototype, "children");
export const attributesOf = getter<Element, NamedNodeMap>(Element.prototype, "attributes");
export const shadowRootOf = getter<Element, ShadowRoot | null>(Element.prototype, "shadowRoot");
export const documentElement = getter<Document, HTMLElement | null>(
  Document.prototype,
  "documentElement",
);
export const bodyOf = getter<Document, HTMLElement | null>(Document.prototype, "body");
export const doctypeOf = getter<Document, DocumentType | null>(Document.prototype, "doctype");
export const defaultView = getter<Document, (Window & typeof globalThis) | null>(
  Document.prototype,
  "defaultView",
);
export const styleSheetsOf = getter<Document, StyleSheetList>(Document.prototype, "styleSheets");
export const fontsOf = getter<Document, FontFaceSet>(Document.prototype, "fonts");
export const contentDocument = getter<HTMLIFrameElement, Document | null>(
  HTMLIFrameElement.prototype,
  "contentDocument",
);

const { appendChild, insertBefore, removeChild, getRootNode, contains } = Node.prototype;
const { setAttribute, removeAttribute, getAttribute, getBoundingClientRect, getClientRects } =
  Element.prototype;

export const append = (parent: Node, child: Node): void => void appendChild.call(parent, child);
export const insert = (parent: Node, child: Node, before: Node | null): void =>
  void insertBefore.call(parent, child, before);
export const remove = (parent: Node, child: Node): void => void removeChild.call(parent, child);
export const rootOf = (node: Node): Node => getRootNode.call(node);
export const holds = (node: Node, other: Node | null): boolean => contains.call(node, other);
export const setAttr = (element: Element, name: string, value: string): void =>
  setAttribute.call(element, name, value);
export const removeAttr = (element: Element, name: string): void =>
  removeAttribute.call(element, name);
export const attr = (element: Element, name: string): string | null =>
  getAttribute.call(element, name);
export const rectOf = (element: Element): DOMRect => getBoundingClientRect.call(element);
const { checkVisibility, closest } = Element.prototype;
export const isShown = (element: Element): boolean =>
  checkVisibility.call(element, { opacityProperty: true, visibilityProperty: true });
export const closestTo = (element: Element, selector: string): Element | null =>
  closest.call(element, selector);
export const rectsOf = (element: Element): DOMRectList => getClientRects.call(element);

const clientLeft = getter<Element, number>(Element.prototype, "clientLeft");
const clientTop = getter<Element, number>(Element.prototype, "clientTop");
const clientWidth = getter<Element, number>(Element.prototype, "clientWidth");
const clientHeight = getter<Element, number>(Element.prototype, "clientHeight");
/** Padding box without scrollbars, relative to the border box: left, top, width, height. */
export const clientBox = (element: Element): [number, number, number, number] => [
  clientLeft(element),
  clientTop(element),
  clientWidth(element),
  clientHeight(element),
];

const offsetWidth = getter<Element, number>(HTMLElement.prototype, "offsetWidth");
const offsetHeight = getter<Element, number>(HTMLElement.prototype, "offsetHeight");
/** Border box of an HTML element before any transform, whole CSS pixels: width, height. */
export const offsetSize = (element: Element): [number, number] => [
  offsetWidth(element),
  offsetHeight(element),
];

const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;
/** Sends `event`, which must not bubble, to `element` for `listener` alone. */
export function probe(element: Element, event: Event, listener: () => void): void {
  addEventListener.call(element, event.type, listener);
  dispatchEvent.call(element, event);
  removeEventListener.call(element, event.type, listener);
}

/** What is drawn of an element that has no box of its own, as `display: contents` makes it. */
function contentRect(element: Element): DOMRect {
  const range = new Range();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}
/** The border box, or what stands for it where there is none. */
export const drawnRect = (element: Element): DOMRect =>
  rectsOf(element).length ? rectOf(element) : contentRect(element);

const scrollTo = Element.prototype.scrollTo as (this: Element, to: ScrollToOptions) => void;
export const scrollElement = (element: Element, to: ScrollToOptions): void =>
  scrollTo.call(element, to);

const { focus, blur } = HTMLElement.prototype;
export const focusOn = (element: Element): void => focus.call(element as HTMLElement, { preventScroll: true });
export const unfocus = (element: Element): void => blur.call(element as HTMLElement);

const open = Document.prototype.open as (this: Document) => Document;
const { write, close } = Document.prototype;
/** Parses `markup` as all of the document's content. */
export function writeDocument(doc: Document, markup: string): void {
  open.call(doc);
  write.call(doc, markup);
  close.call(doc);
}

const inputValue = getter<Element, string>(HTMLInputElement.prototype, "value");
const textareaValue = getter<Element, string>(HTMLTextAreaElement.prototype, "value");

/** What is written in an input or a textarea. */
export const valueOf = (field: Element): string =>
  isHtml(field, "textarea") ? textareaValue(field) : inputValue(field);

const styleOfHtml = getter<Element, CSSStyleDeclaration>(HTMLElement.prototype, "style");
const styleOfSvg = getter<Element, CSSStyleDeclaration>(SVGElement.prototype, "style");
const styleOfMath = getter<Element, CSSStyleDeclaration>(MathMLElement.prototype, "style");

/** The inline style of an HTML, SVG or MathML element. */
export function styleOf(element: Element): CSSStyleDeclaration {
  const namespace = namespaceOf(element);
  if (namespace === "http://www.w3.org/2000/svg") return styleOfSvg(element);
  if (namespace === "http://www.w3.org/1998/Math/MathML") return styleOfMath(element);
  return styleOfHtml(element);
}

const selectionIn = Document.prototype.getSelection;
/** What is selected in `doc`; null while no window shows it. */
export const selectionOf = (doc: Document): Selection | null => selectionIn.call(doc);

const { createElement, createElementNS, createTextNode, createComment } = Document.prototype;
const queryAll = Document.prototype.querySelectorAll;
const ADOPTED = "adoptedStyleSheets";
const adoptedByDocument = getter<Document, CSSStyleSheet[]>(Document.prototype, ADOPTED);
const adoptedByShadow = getter<ShadowRoot, CSSStyleSheet[]>(ShadowRoot.prototype, ADOPTED);
const implementationOf = getter<Document, DOMImplementation>(Document.prototype, "implementation");

/** All elements of `doc`, shadow trees left aside. */
export const tagOf = (element: Element): string => nodeName(element).toLowerCase();
export const all = (doc: Document): Element[] => Array.from(queryAll.call(doc, "*"));

const queryBelow = Element.prototype.querySelectorAll;
/** What `selector` fits inside of `element`, in document order. */
export const inside = (element: Element, selector: string): Element[] =>
  Array.from<Element>(queryBelow.call(element, selector));

/** HTML elements of `doc` called `tag`, shadow trees left aside. */
export const select = <Tag extends keyof HTMLElementTagNameMap>(
  doc: Document,
  tag: Tag,
): HTMLElementTagNameMap[Tag][] =>
  Array.from<Node>(queryAll.call(doc, tag)).filter((node) => isHtml(node, tag));

/** Sheets that a document or shadow root adopted; the array can be changed. */
export const adoptedBy = (root: Document | ShadowRoot): CSSStyleSheet[] =>
  nodeType(root) === Node.DOCUMENT_NODE
    ? adoptedByDocument(root as Document)
    : adoptedByShadow(root as ShadowRoot);

/** As much of `doc` as makes nodes: what rrweb builds with. */
export function factoryOf(doc: Document): Document {
  const factory = {
    createElement: (name: string) => createElement.call(doc, name),
    createElementNS: (space: string, name: string) => createElementNS.call(doc, space, name),
    createTextNode: (text: string) => createTextNode.call(doc, text),
    createComment: (text: string) => createComment.call(doc, text),
    // An HTML document makes none; rrweb's recordings of XHTML have them as text.
    createCDATASection: (text: string) => createTextNode.call(doc, text),
    implementation: implementationOf(doc),
    defaultView: defaultView(doc),
  };
  return factory as unknown as Document;
}

/** An element of any frame's document (each frame has constructors of its own). */
export const isElement = (node: Node | null | undefined): node is Element =>
  !!node && nodeType(node) === Node.ELEMENT_NODE;
const namespaceOf = getter<Element, string | null>(Element.prototype, "namespaceURI");
export const localName = getter<Element, string>(Element.prototype, "localName");
/** With its prefix; as it is written in markup. */
export const qualifiedName = (element: Element): string =>
  isHtmlElement(element) ? localName(element) : nodeName(element);
const { matches } = Element.prototype;
/** Whether `selector` fits; a browser that does not know it says no. */
export function fits(element: Element, selector: string): boolean {
  try {
    return matches.call(element, selector);
  } catch {
    return false;
  }
}
/** Whether it is an HTML element, whatever it is called. */
export const isHtmlElement = (element: Element): boolean =>
  namespaceOf(element) === "http://www.w3.org/1999/xhtml";
/** Anything can be called `iframe`, in SVG for example; only HTML's is one. */
export const isHtml = <Tag extends keyof HTMLElementTagNameMap>(
  node: Node | null | undefined,
  tag: Tag,
): node is HTMLElementTagNameMap[Tag] =>
  isElement(node) &&
  localName(node) === tag &&
  namespaceOf(node) === "http://www.w3.org/1999/xhtml";
export const isText = (node: Node | null | undefined): node is Text =>
  !!node && nodeType(node) === Node.TEXT_NODE;

/** Element or shadow root above: the way out of a shadow tree leads over its host. */
export function composedParent(node: Node): Element | null {
  const parent = parentNode(node);
  if (isElement(parent as Node | null)) return parent as Element;
  return parent && "host" in parent ? (parent as ShadowRoot).host : null;
}
