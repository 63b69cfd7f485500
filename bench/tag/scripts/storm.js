// What frameworks do all day: rows come and go, texts, attributes and styles change. The number of
// operations is fixed, so that a slower page takes longer instead of doing less. 48 an animation
// frame are 2,900 a second, below the rate at which the tag would end the recording.
bench.run = async () => {
  const list = document.querySelector("#list");
  for (let frame = 0; frame < 300; frame++) {
    await bench.frame();
    for (let i = 0; i < 12; i++) {
      const row = document.createElement("li");
      row.className = `row kind-${i}`;
      row.innerHTML = `<a href="#${frame}"><b>Item ${frame}.${i}</b> is new</a>`;
      list.append(row);
      if (list.children.length > 400) list.firstChild.remove();
      const at = (n) => list.children[(frame * 7 + i * n) % list.children.length];
      at(13).querySelector("b").firstChild.data = `Changed in ${frame}`;
      at(17).setAttribute("data-state", frame % 2 ? "open" : "closed");
      at(19).style.paddingLeft = `${frame % 20}px`;
    }
  }
  bench.mark();
};
