// A table of 10,000 rows as an admin page has it, sorted and filtered by script. The pauses keep
// it below the rate of mutations at which the tag would end the recording.
(() => {
  const body = document.querySelector("tbody");
  const make = (i) => {
    const row = document.createElement("tr");
    const price = (i * 7919) % 10000;
    row.innerHTML =
      `<td>${i}</td><td>Product ${i}</td><td>${price}</td>` +
      `<td class="state">${i % 3 ? "in stock" : "sold out"}</td>`;
    return row;
  };
  const rows = Array.from({ length: 10000 }, (_, i) => make(i));
  body.append(...rows);
  const number = (row, column) => Number(row.cells[column].textContent);
  const sort = (column) => body.append(...rows.sort((a, b) => number(a, column) - number(b, column)));
  const filter = (wanted) => body.replaceChildren(...rows.filter(wanted));
  bench.run = async () => {
    for (const step of [
      () => sort(2),
      () => filter((row) => row.cells[3].textContent === "sold out"),
      () => filter(() => true),
      () => sort(0),
    ]) {
      step();
      await bench.pause(1500);
    }
    bench.mark();
  };
})();
