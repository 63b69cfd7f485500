/**
 * Measures a live page, by its own means: nothing here is shared with Heatwright.
 *
 * Evaluated in the page; defines `truth`. Positions are page CSS pixels of the top
 * document scrolled to the top. A path is the way from `<html>` ("") by indexes of
 * child elements, with `#shadow` and `#frame` leading into those.
 */
(() => {
  const ROOM = 1; // px: boxes are fractions, pointers are whole

  /** Every element as {element, path, dx, dy}: (dx, dy) is where its frame's viewport begins. */
  function* everything(element = document.documentElement, path = "", dx = scrollX, dy = scrollY) {
    yield { element, path, dx, dy };
    const under = (step) => (path === "" ? `${step}` : `${path}/${step}`);
    if (element.shadowRoot) {
      for (const [i, child] of [...element.shadowRoot.children].entries()) {
        yield* everything(child, under(`#shadow/${i}`), dx, dy);
      }
    }
    if (element.localName === "iframe" && element.contentDocument?.documentElement) {
      const at = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const x = dx + at.left + element.clientLeft + parseFloat(style.paddingLeft);
      const y = dy + at.top + element.clientTop + parseFloat(style.paddingTop);
      yield* everything(element.contentDocument.documentElement, under("#frame"), x, y);
    }
    for (const [i, child] of [...element.children].entries()) {
      yield* everything(child, under(i), dx, dy);
    }
  }

  const up = (node) => {
    if (node.parentNode) return node.parentNode;
    if (node instanceof (node.ownerDocument ?? document).defaultView.ShadowRoot) return node.host;
    return node.nodeType === 9 ? node.defaultView?.frameElement : null;
  };
  const holds = (outer, inner) => {
    for (let node = inner; node; node = up(node)) if (node === outer) return true;
    return false;
  };

  const texts = (element) => [...element.childNodes].filter((node) => node.nodeType === 3);

  /** Everything loaded that the page names, and nothing moving any more. */
  async function rest() {
    const docs = new Set([...everything()].map(({ element }) => element.ownerDocument));
    for (const doc of docs) {
      const images = [...doc.querySelectorAll("img")];
      for (const image of images) image.loading = "eager";
      await doc.fonts.ready;
      await Promise.all(images.map((image) => image.decode().catch(() => null)));
      for (const animation of doc.getAnimations()) {
        const endless = animation.effect.getComputedTiming().endTime === Infinity;
        endless ? animation.cancel() : animation.finish();
      }
    }
    await frames();
  }

  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  /** A reader's way down and back up: what loads or appears by scrolling has done so. */
  async function leaf() {
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo({ top: y, behavior: "instant" });
      // At the end, time for an endless list to grow.
      await pause(y + innerHeight * 1.5 < document.documentElement.scrollHeight ? 60 : 500);
    }
    scrollTo({ top: 0, behavior: "instant" });
    await pause(300);
  }

  function boxes() {
    return [...everything()].map(({ element, path, dx, dy }) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [path, left + dx, top + dy, width, height];
    });
  }

  /** What each element is: name, attributes, own text. Equal lists mean equal documents. */
  function structure() {
    return [...everything()].map(({ element, path }) => {
      const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value}`).sort();
      const said = texts(element).map((node) => node.data);
      return [path, [element.localName, ...attributes, ...said].join("\u0001")];
    });
  }

  // ---- points ------------------------------------------------------------------------------

  /** mulberry32: the same points in every run. */
  function dice(seed) {
    return () => {
      seed = (seed + 0x6d2b79f5) | 0;
      let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  const rangeRects = (node, start, end) => {
    const range = node.ownerDocument.createRange();
    range.setStart(node, start);
    range.setEnd(node, end);
    return [...range.getClientRects()];
  };

  /** Page positions to click: half of them on characters, half anywhere in elements. */
  function targets(count, seed) {
    const random = dice(seed);
    const pick = (list) => list[Math.floor(random() * list.length)];
    const shown = [...everything()].filter(({ element }) => {
      const { width, height } = element.getBoundingClientRect();
      return width >= 4 && height >= 4 && !/^(html|iframe)$/.test(element.localName);
    });
    const spoken = shown.flatMap(({ element, dx, dy }) =>
      texts(element).filter((node) => node.data.trim()).map((node) => ({ node, dx, dy })),
    );
    const points = [];
    for (let i = 0; i < count; i++) {
      let rect, from;
      if (i % 2 && spoken.length) {
        from = pick(spoken);
        const start = Math.floor(random() * from.node.data.length);
        rect = rangeRects(from.node, start, start + 1)[0];
      } else {
        from = pick(shown);
        rect = from.element.getBoundingClientRect();
      }
      if (!rect?.width) continue;
      points.push([
        Math.floor(rect.left + from.dx + random() * rect.width),
        Math.floor(rect.top + from.dy + random() * rect.height),
      ]);
    }
    return points;
  }

  /** Scrolls page position (x, y) to the middle and says where it then is in the viewport. */
  function aim([x, y]) {
    scrollTo({ left: 0, top: y - innerHeight / 2, behavior: "instant" });
    const at = [x - scrollX, Math.round(y - scrollY)];
    return at[0] > 0 && at[0] < document.documentElement.clientWidth && at[1] > 0 && at[1] < innerHeight
      ? at
      : null;
  }

  /**
   * Whether a hit on the element's text would be told as one on `target`: text of children
   * that take hits themselves, and were not hit, is cut off or covered there.
   */
  function answersFor(element, target) {
    for (let node = element; node !== target; node = up(node)) {
      if (node.nodeType === 1 && getComputedStyle(node).pointerEvents !== "none") return false;
    }
    return true;
  }

  /** Whether the element is hit right beside the point: hit tests and rectangles round apart. */
  function isBeside(element, x, y) {
    const root = element.getRootNode();
    const around = [-1.5, 0, 1.5].flatMap((dx) => [-1.5, 0, 1.5].map((dy) => [x + dx, y + dy]));
    return around.some(([nx, ny]) => root.elementFromPoint(nx, ny) === element);
  }

  /** Every grapheme below `target` whose rectangle holds the viewport point. */
  function graphemesAt(target, x, y) {
    const found = [];
    for (const { element, path } of everything(target, "")) {
      const edge = !answersFor(element, target);
      if (edge && !isBeside(element, x, y)) continue;
      for (const [index, node] of texts(element).entries()) {
        const inside = (r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom && r.width > 0;
        if (!rangeRects(node, 0, node.data.length).some(inside)) continue;
        for (const { index: start, segment } of new Intl.Segmenter().segment(node.data)) {
          const rect = rangeRects(node, start, start + segment.length).find(inside);
          if (!rect) continue;
          const fx = (x - rect.left) / rect.width;
          const fy = (y - rect.top) / rect.height;
          found.push({ path, index, start, end: start + segment.length, said: node.data, fx, fy, edge });
        }
      }
    }
    return found;
  }

  /** Notes what each click was on and keeps the page from acting on it. */
  function watch() {
    truth.clicks = [];
    const known = new Map([...everything()].map((one) => [one.element, one]));
    for (const doc of new Set([...known.keys()].map((element) => element.ownerDocument))) {
      for (const type of ["mousedown", "mouseup", "click"]) {
        doc.addEventListener(
          type,
          (event) => {
            event.preventDefault();
            event.stopImmediatePropagation();
            if (type === "click") note(event, known);
          },
          { capture: true },
        );
      }
    }
  }

  function note(event, known) {
    const time = Date.now();
    const target = event.composedPath()[0];
    const where = [...everything()].find(({ element }) => element === target) ?? known.get(target);
    const box = target.getBoundingClientRect();
    truth.clicks.push({
      time,
      path: where.path,
      tag: target.localName,
      x: event.clientX + where.dx,
      y: event.clientY + where.dy,
      u: box.width ? (event.clientX - box.left) / box.width : 0.5,
      v: box.height ? (event.clientY - box.top) / box.height : 0.5,
      graphemes: graphemesAt(target, event.clientX, event.clientY),
    });
  }

  // ---- the same points on another layout -----------------------------------------------------

  const size = () => [
    Math.max(document.documentElement.scrollWidth, document.documentElement.clientWidth),
    Math.max(document.documentElement.scrollHeight, document.body.scrollHeight),
  ];

  /** Where each click's content is now, and whether a person sees it there. */
  async function find(clicks) {
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    const all = new Map([...everything()].map((one) => [one.path, one]));
    const clips = await clipped([...new Set(clicks.map(({ path }) => all.get(path)).filter(Boolean))]);
    const found = clicks.map((click) => place(click, all));
    for (const one of found) {
      if (!one) continue;
      one.visible = isShown(one.at.element) && within(clips.get(one.at.element), one) && topmost(one);
    }
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    return found.map((one) => {
      if (!one) return null;
      const { at: _, ...plain } = one;
      return plain;
    });
  }

  /** `spots` are all acceptable answers; the first one is what visibility is judged at. */
  function place(click, all) {
    const at = all.get(click.path);
    if (!at || at.element.localName !== click.tag) return null;
    const shift = (r) => [r.left + at.dx, r.top + at.dy, r.width, r.height];
    const box = shift(at.element.getBoundingClientRect());
    const fraction = [box[0] + click.u * box[2], box[1] + click.v * box[3]];
    const spots = click.graphemes.map((one) => glyph(one, click.path, all)).filter(Boolean);
    const chart = spots.length ? "text" : "box";
    if (!spots.length) spots.push(fraction);
    // On the edge between text and what is around it, either answer is right.
    if (spots.length && click.graphemes.every(({ edge }) => edge)) spots.push(fraction);
    return { at, box, fraction, chart, spots };
  }

  function glyph(one, below, all) {
    const holder = all.get([below, one.path].filter((step) => step !== "").join("/"));
    const node = holder && texts(holder.element)[one.index];
    if (!node || node.data !== one.said) return null;
    const rects = rangeRects(node, one.start, one.end);
    // A space at which the line is broken takes no width: it is where the line ends.
    const rect = rects.find(({ width }) => width > 0) ?? rects[0];
    return rect ? [rect.left + holder.dx + one.fx * rect.width, rect.top + holder.dy + one.fy * rect.height] : null;
  }

  /** The part of each element that nothing above it cuts off, as the browser itself sees it. */
  async function clipped(wanted) {
    const found = new Map();
    const docs = new Set(wanted.map(({ element }) => element.ownerDocument));
    for (const doc of docs) {
      const mine = wanted.filter(({ element }) => element.ownerDocument === doc);
      for (const [element, rect] of await seen(doc, mine)) found.set(element, rect);
    }
    return found;
  }

  function seen(doc, wanted) {
    const origins = new Map(wanted.map(({ element, dx, dy }) => [element, [dx, dy]]));
    return new Promise((done) => {
      const found = new Map();
      const eye = new doc.defaultView.IntersectionObserver(
        (entries) => {
          for (const { target, isIntersecting, intersectionRect: r } of entries) {
            const [dx, dy] = origins.get(target);
            found.set(target, isIntersecting ? [r.left + dx, r.top + dy, r.width, r.height] : null);
          }
          if (found.size === origins.size) {
            eye.disconnect();
            done(found);
          }
        },
        { root: doc, rootMargin: "1000000px" },
      );
      for (const element of origins.keys()) eye.observe(element);
    });
  }

  /**
   * Whether the point is in what is left of the element. Text may stick out of a box; it
   * is cut off only on sides where the box is, or where the element itself clips.
   */
  function within(clip, { at, box, spots: [[x, y]] }) {
    if (!clip) return false;
    const style = getComputedStyle(at.element);
    const own = style.overflowX !== "visible" && style.display !== "inline";
    const cut = (mine, left) => own || Math.abs(mine - left) > ROOM / 2;
    const [left, top, width, height] = clip;
    const [right, bottom] = [left + width, top + height];
    return !(
      (cut(box[0], left) && x < left - ROOM) ||
      (cut(box[1], top) && y < top - ROOM) ||
      (cut(box[0] + box[2], right) && x > right + ROOM) ||
      (cut(box[1] + box[3], bottom) && y > bottom + ROOM)
    );
  }

  function isShown(element) {
    const { width, height } = element.getBoundingClientRect();
    if (!(width > 0 && height > 0)) return false;
    if (getComputedStyle(element).visibility !== "visible") return false;
    for (let node = element; node; node = up(node)) {
      if (node.nodeType === 1 && Number(getComputedStyle(node).opacity) === 0) return false;
    }
    return true;
  }

  /** What is on top at a viewport point, through shadow roots and frames. */
  function hit(x, y) {
    let found = document.elementFromPoint(x, y);
    for (;;) {
      let inner = null;
      if (found?.shadowRoot) inner = found.shadowRoot.elementFromPoint(x, y);
      else if (found?.localName === "iframe" && found.contentDocument) {
        const at = found.getBoundingClientRect();
        const style = getComputedStyle(found);
        x -= at.left + found.clientLeft + parseFloat(style.paddingLeft);
        y -= at.top + found.clientTop + parseFloat(style.paddingTop);
        inner = found.contentDocument.elementFromPoint(x, y);
      }
      if (!inner || inner === found) return found;
      found = inner;
    }
  }

  /**
   * On the first screen: nothing covers it while the page is at its top. Further down:
   * it can be scrolled to a height at which nothing covers it but what a full-page
   * picture shows elsewhere, on the first screen: things fixed to the window.
   */
  function topmost({ at, spots: [[x, y]] }) {
    const [width, height] = size();
    if (x < 0 || y < 0 || x > width || y > height) return false;
    const heights = y < innerHeight ? [null] : [0.5, 0.25, 0.75];
    return heights.some((part) => {
      const top = part === null ? 0 : y - part * innerHeight;
      scrollTo({ left: Math.max(0, x - innerWidth + 1), top, behavior: "instant" });
      return seesThrough(at.element, x - scrollX, y - scrollY, part !== null);
    });
  }

  function seesThrough(element, x, y, pastFixed) {
    const taken = [];
    try {
      for (;;) {
        const top = hit(x, y);
        if (!top) return false;
        if (holds(element, top) || holds(top, element)) return true;
        const fixed = pastFixed && fixedAbove(top);
        if (!fixed || holds(fixed, element)) return false;
        taken.push([fixed, fixed.getAttribute("style")]);
        fixed.style.setProperty("display", "none", "important");
      }
    } finally {
      for (const [fixed, style] of taken) {
        style === null ? fixed.removeAttribute("style") : fixed.setAttribute("style", style);
      }
    }
  }

  function fixedAbove(element) {
    for (let node = element; node; node = up(node)) {
      if (node.nodeType === 1 && getComputedStyle(node).position === "fixed") return node;
    }
    return null;
  }

  globalThis.truth = { rest, leaf, boxes, structure, targets, aim, watch, find, size, clicks: [] };
})();
