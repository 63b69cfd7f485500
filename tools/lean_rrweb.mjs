/**
 * rrweb's recorder without what our options never reach: 5 kB gzip less of every first load.
 *
 * It is published as one file, in which a bundler cannot tell that a branch needs an option that
 * is never given. Whole declarations and methods go, or become what they come to with our
 * options; nothing that runs is changed. The driven browser's bundle has all of rrweb, and the
 * tests compare recordings of both with the same live pages.
 */

/** Top-level declarations, and what stands in for them. */
const DECLARATIONS = {
  // Canvas commands (`recordCanvas`): they start a worker from a `blob:` URL, which pages forbid.
  // `canvas.ts` samples canvases instead.
  CanvasManager: "class CanvasManager { reset() {} freeze() {} unfreeze() {} lock() {} unlock() {} }",
  ...gone(
    "chars", "lookup", "encode", "canvasVarMap", "variableListFor", "saveWebGLVar", "serializeArg",
    "serializeArgs", "isInstanceOfWebGLObject", "initCanvas2DMutationObserver",
    "getNormalizedContextName", "initCanvasContextObserver", "patchGLPrototype",
    "initCanvasWebGLMutationObserver", "jsContent", "blob", "WorkerWrapper", "is2DCanvasBlank",
  ),
  // `collectFonts`: `fonts.ts` tells of them, and leaves the page its class.
  ...gone("initFontObserver"),
  // `slimDOMOptions`: nothing is left out.
  slimDOMExcluded: "function slimDOMExcluded() { return false; }",
  // `maskTextFn`, which changes nothing: our redactor masks. So no node has to be asked, and a
  // snapshot takes a fifteenth less time.
  needMaskingText: "function needMaskingText() { return false; }",
  // `hooks`.
  mergeHooks: "function mergeHooks() {}",
  // Nodes of rrweb's virtual DOM, which only its replayer makes.
  BaseRRNode: "class BaseRRNode {}",
  // A warning for users of an interface that was taken away years ago.
  ...gone("DEPARTED_MIRROR_ACCESS_WARNING", "_mirror"),
};

/** Methods, by class. */
const METHODS = {
  // `recordCrossOriginIframes`: messages from frames that have a recorder of their own.
  IframeManager: [
    "handleMessage", "transformCrossOriginEvent", "replace", "replaceIds", "replaceStyleIds",
    "replaceIdOnNode", "patchRootIdOnNode",
  ],
};

/** Conditions that our options never meet, in the recorder's own words. */
const NEVER = [
  'if (tagName === "canvas" && recordCanvas) {',
  'if (tagName === "img" && inlineImages) {',
  "if (o.collectFonts) {",
  "if (this.recordCrossOriginIframes) {",
  "if (this.recordCrossOriginIframes)\n",
  "if (!inEmittingFrame) {",
  "if (inEmittingFrame && !emit) {",
  "if (!inEmittingFrame && !passEmitsToParent) {",
  "} else if (passEmitsToParent) {",
];

function gone(...names) {
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/** Throws when `source` no longer has one of them: then this list is to be read again. */
export function withoutUnreached(source) {
  const rest = new Set(Object.keys(DECLARATIONS));
  const lean = split(source, /^(?:class|function|const|let|var) ([\w$]+)/gm).map(({ name, text }) => {
    if (rest.delete(name)) return `${DECLARATIONS[name]}\n`;
    return name in METHODS ? withoutMethods(text, METHODS[name]) : text;
  });
  if (rest.size) throw new Error(`@rrweb/record has no ${[...rest].join(", ")} any more`);
  return NEVER.reduce(neverMet, lean.join(""));
}

function neverMet(source, condition) {
  if (!source.includes(condition)) throw new Error(`@rrweb/record has no "${condition}" any more`);
  return source.replaceAll(condition, condition.replace(/\(.*\)/, "(false)"));
}

function withoutMethods(source, names) {
  const rest = new Set(names);
  // A method begins two spaces in; the last one ends where the class does.
  const lean = split(source, /^ {2}(\w+)\(.*\) \{$|^\}$/gm).filter(({ name }) => !rest.delete(name));
  if (rest.size) throw new Error(`@rrweb/record has no method ${[...rest].join(", ")} any more`);
  return lean.map(({ text }) => text).join("");
}

/** `source` cut before each match of `start`; what comes before the first has no name. */
function split(source, start) {
  const found = [...source.matchAll(start)];
  const pieces = found.map(({ index, 1: name }, i) => ({
    name,
    text: source.slice(index, found[i + 1]?.index),
  }));
  return [{ text: source.slice(0, found[0]?.index) }, ...pieces];
}
