// What the pointer did here, so that every contestant can be seen to have met the same.
(() => {
  bench.moves = bench.clicks = 0;
  addEventListener("mousemove", () => bench.moves++);
  addEventListener("click", () => bench.clicks++);
  bench.run = async () => bench.mark();
})();
