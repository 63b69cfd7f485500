// A `Watch` of one watcher, around rrweb's own recorder: what the tag does, without the tag.
// Frames that are there when it begins are watched, later ones are not.
(watcher, { masked = null, blocked = "rr-block" } = {}) => {
  const seen = [];
  const events = [];
  const troubles = [];
  const { record } = rrwebRecord;
  const stopRecord = record({
    emit(event) {
      events.push(event);
      for (const see of seen.slice()) see(event);
    },
    maskTextSelector: masked,
    blockClass: blocked,
    maskAllInputs: true,
  });
  const windows = [window, ...[...document.querySelectorAll("iframe")].map((one) => one.contentWindow)];
  const watch = {
    settings: {},
    ids: record.mirror,
    redactor: {
      isMasked: (node) => {
        for (let at = node; at; at = at.parentNode ?? at.host) {
          if (masked && at.nodeType === 1 && at.matches(masked)) return true;
        }
        return false;
      },
    },
    custom: (tag, payload) => record.addCustomEvent(tag, payload),
    eachWindow(begin) {
      const stops = windows.map(begin);
      return () => stops.forEach((stop) => stop());
    },
    eachEvent(see) {
      seen.push(see);
      // The tag's watchers begin before the snapshot; rrweb's recorder began already.
      events.slice().forEach(see);
      return () => void seen.splice(seen.indexOf(see), 1);
    },
    contained: (callback) => (...given) => {
      try {
        callback(...given);
      } catch (error) {
        troubles.push(String(error));
      }
    },
  };
  const stop = watcher(watch);
  return { events, troubles, seen, stop, stopRecord };
}
