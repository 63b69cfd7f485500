// Stands in every measured page before any recorder. Times are milliseconds.
window.bench = {
  /** The longest task since the page began. */
  longest: 0,
  frame: () => new Promise((done) => requestAnimationFrame(done)),
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  /** The last thing that a page does: who recorded it all has sent this class name. */
  mark() {
    const mark = document.createElement("hr");
    mark.className = "the-last-of-it";
    document.body.append(mark);
  },
};
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) bench.longest = Math.max(bench.longest, task.duration);
}).observe({ type: "longtask", buffered: true });
