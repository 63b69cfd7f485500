// The yardstick: `@rrweb/record` as its guide says to use it, `JSON.stringify` and `fetch`, in the
// rhythm of the tag: a snapshot at once, everything else after two seconds.
(() => {
  const FULL_SNAPSHOT = 2;
  const { sink, pack } = document.currentScript.dataset;
  let waiting = [];
  let timer;
  let snapshot = false;
  const body = () => JSON.stringify(waiting.splice(0));
  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.length) await fetch(sink, { method: "POST", body: body() });
  };
  const see = (event) => (snapshot ||= event.type === FULL_SNAPSHOT);
  rrwebRecord.record({
    recordAfter: "DOMContentLoaded",
    ...(pack && {
      packFn(event) {
        see(event);
        return rrwebPacker.pack(event);
      },
    }),
    emit(event) {
      see(event);
      waiting.push(event);
      if (snapshot) {
        snapshot = false;
        clearTimeout(timer);
        timer = setTimeout(flush);
      } else timer ??= setTimeout(flush, 2000);
    },
  });
  addEventListener("pagehide", () => waiting.length && navigator.sendBeacon(sink, body()));
  window.settle = flush;
})();
