// Keeps account, from before the page's first script, of what could be left behind: listeners,
// timers, observers, and every property of the objects that recorders like to patch.
(() => {
  if (window.top !== window) return;
  const listeners = new Map();
  const timers = new Set();
  const observers = new Set();
  const isTests = () => /InjectedScript/.test(new Error().stack);

  const captures = (options) => (typeof options === "object" ? !!options?.capture : !!options);
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (type, callback, options) {
    if (!options?.once && !isTests()) {
      const known = listeners.get(callback) ?? [];
      listeners.set(callback, [...known, { target: this ?? window, type, capture: captures(options) }]);
    }
    return add.call(this, type, callback, options);
  };
  EventTarget.prototype.removeEventListener = function (type, callback, options) {
    const isThis = (one) =>
      one.target === (this ?? window) && one.type === type && one.capture === captures(options);
    listeners.set(callback, (listeners.get(callback) ?? []).filter((one) => !isThis(one)));
    return remove.call(this, type, callback, options);
  };

  const { setInterval: every, clearInterval: end, setTimeout: later, clearTimeout: never } = window;
  const note = (id) => (timers.add(id), id);
  window.setInterval = (...given) => note(every(...given));
  window.setTimeout = (callback, ...given) => {
    const id = later((...args) => (timers.delete(id), callback(...args)), ...given);
    return note(id);
  };
  window.clearInterval = (id) => (timers.delete(id), end(id));
  window.clearTimeout = (id) => (timers.delete(id), never(id));

  for (const kind of ["Mutation", "Intersection", "Resize", "Performance"]) {
    const { prototype } = window[`${kind}Observer`];
    const { observe, disconnect } = prototype;
    prototype.observe = function (...given) {
      if (!isTests()) observers.add(this);
      return observe.apply(this, given);
    };
    prototype.disconnect = function () {
      observers.delete(this);
      return disconnect.call(this);
    };
  }

  const surface = () => {
    const frameWindow = document.querySelector("iframe").contentWindow;
    const objects = {
      window,
      history,
      navigator,
      console,
      document,
      fonts: document.fonts,
      frame: frameWindow,
      frameFonts: frameWindow.document.fonts,
      frameDocument: frameWindow.document,
    };
    const kinds =
      "History Element Node Document CSSStyleSheet CSSGroupingRule CSSStyleDeclaration ShadowRoot " +
      "XMLHttpRequest HTMLInputElement HTMLSelectElement HTMLTextAreaElement HTMLOptionElement " +
      "HTMLCanvasElement CustomElementRegistry HTMLMediaElement FontFaceSet";
    for (const kind of kinds.split(" ")) {
      objects[`${kind}#`] = window[kind].prototype;
      objects[`frame.${kind}#`] = frameWindow[kind].prototype;
    }
    const found = {};
    for (const [name, object] of Object.entries(objects)) {
      for (const [member, one] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
        // Values that are no functions change by themselves: sizes, names, states.
        const value = typeof one.value === "function" ? one.value : 0;
        found[`${name}.${member}`] = [value, one.get, one.set];
      }
    }
    return found;
  };
  let before;
  addEventListener("load", () => (before = surface()), { once: true });

  window.books = {
    left() {
      const after = surface();
      const names = new Set([...Object.keys(before), ...Object.keys(after)]);
      const same = (a, b) => a && b && a.every((part, i) => Object.is(part, b[i]));
      return {
        listeners: [...listeners.values()].flat().map((one) => `${one.target.constructor.name} ${one.type}`),
        timers: timers.size,
        observers: [...observers].map((one) => one.constructor.name),
        changed: [...names].filter((name) => !same(before[name], after[name])),
      };
    },
  };
})();
