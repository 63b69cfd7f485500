// A Watch as the tag's core gives one, around rrweb's real recorder. What watchers tell stands
// in `recorded`, their incremental events also in `own`, what they threw in `thrown`; masking
// replaces words that begin with "secret".
window.watching = (() => {
  const recorded = [];
  const own = [];
  const thrown = [];
  const seers = new Set();
  const mirror = rrwebRecord.record.mirror;
  const masked = (text) => text.replace(/secret\w*/g, "***");

  const see = (event) => {
    recorded.push(event);
    for (const seer of [...seers]) seer(event);
  };
  const custom = (tag, payload) =>
    see({ type: 5, timestamp: Date.now(), data: { tag, payload: JSON.parse(JSON.stringify(payload)) } });

  const eachWindow = (begin) => {
    const stops = new Map();
    const enter = (win) => {
      stops.get(win)?.();
      stops.set(win, begin(win));
    };
    const onLoad = ({ target }) => target.contentDocument && enter(target.contentWindow);
    enter(window);
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentDocument?.readyState === "complete") enter(frame.contentWindow);
    }
    document.addEventListener("load", onLoad, true);
    return () => {
      document.removeEventListener("load", onLoad, true);
      for (const stop of stops.values()) stop();
    };
  };

  const watch = (settings) => ({
    settings: {
      endpoint: "", blockSelector: "", canvas: true,
      responseHeaders: ["content-type", "x-request-id"], ...settings,
    },
    ids: { getId: (node) => mirror.getId(node), getNode: (id) => mirror.getNode(id) },
    redactor: {
      event() {},
      text: masked,
      url: (href) => masked(href.replace(/[?#].*/, "")),
      data: (value) => JSON.parse(masked(JSON.stringify(value))),
      isMasked: (node) => !!node.closest?.(".rr-mask"),
    },
    custom,
    incremental: (data) => {
      own.push(data);
      see({ type: 3, timestamp: Date.now(), data });
    },
    eachWindow,
    measure: (target, x, y) => anchor_plugin.measureAt(target, x, y, mirror, ".rr-block"),
    environment: () => ({ ...environment.readEnvironment(), title: masked(document.title) }),
    eachEvent: (seer) => (seers.add(seer), () => seers.delete(seer)),
    contained: (callback) => (...given) => {
      try {
        callback(...given);
      } catch (error) {
        thrown.push(String(error?.stack ?? error));
      }
    },
  });

  let stops = [];
  return {
    recorded,
    own,
    thrown,
    record(options) {
      stops.push(rrwebRecord.record({ emit: see, ...options }));
    },
    start(watchers, settings) {
      const given = watch(settings);
      for (const name of watchers) {
        const [begin] = Object.values(window[name]).filter((one) => typeof one === "function");
        stops.push(begin(given));
      }
    },
    stop() {
      for (const stop of stops.reverse()) stop();
      stops = [];
    },
    told: (tag) => recorded.filter(({ data }) => data?.tag === tag).map(({ data }) => data.payload),
  };
})();
