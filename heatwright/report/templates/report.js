"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("js");

  // What is shown: a kind, heat or not, numbers or not.
  for (const page of all(".page")) {
    page.addEventListener("change", ({ target }) => {
      if (target.type === "radio") page.dataset.kind = target.value;
      const name = target.dataset.toggle;
      if (name) page.classList.toggle(name, target.checked !== "inverted" in target.dataset);
    });
    // A browser that restores form fields on reload does not restore attributes.
    const chosen = page.querySelector(".switch input:checked");
    if (chosen) page.dataset.kind = chosen.value;
    for (const box of all("[data-toggle]", page)) {
      page.classList.toggle(box.dataset.toggle, box.checked !== "inverted" in box.dataset);
    }
  }

  // A row of the table and its element in the pictures.
  const marks = new Map();
  for (const mark of all("[data-mark]")) {
    marks.set(mark.dataset.mark, [...(marks.get(mark.dataset.mark) ?? []), mark]);
  }
  const light = (row, on) => {
    const lit = on || "pinned" in row.dataset;
    for (const mark of marks.get(row.dataset.row) ?? []) mark.classList.toggle("lit", lit);
  };
  const pin = (row) => {
    for (const other of all("[data-pinned]")) {
      delete other.dataset.pinned;
      light(other, false);
    }
    row.dataset.pinned = "";
    light(row, true);
    reveal(row);
  };
  const reveal = (row) => {
    const mine = marks.get(row.dataset.row) ?? [];
    for (const mark of mine) {
      const frame = mark.closest(".frame");
      const box = mark.querySelector(".edge").getBoundingClientRect();
      const middle = box.top + box.height / 2 - frame.getBoundingClientRect().top;
      frame.scrollTo({ top: frame.scrollTop + middle - frame.clientHeight / 2, behavior: "smooth" });
    }
    if (mine.length) row.closest(".page").querySelector(".tools").scrollIntoView({ behavior: "smooth" });
  };
  for (const row of all("[data-row]")) {
    row.tabIndex = 0;
    for (const event of ["mouseenter", "focus"]) row.addEventListener(event, () => light(row, true));
    for (const event of ["mouseleave", "blur"]) row.addEventListener(event, () => light(row, false));
    row.addEventListener("click", () => pin(row));
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter") pin(row);
    });
  }

  // Tables that sort.
  for (const table of all("table.sortable")) {
    const heads = all("thead th", table);
    const sort = (head) => {
      const number = head.dataset.sort === "number";
      const down = head.ariaSort ? head.ariaSort === "ascending" : number;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.ariaSort = down ? "descending" : "ascending";
      const at = heads.indexOf(head);
      const value = (row) => row.cells[at].dataset.value ?? "";
      const order = (a, b) => (number ? value(a) - value(b) : value(a).localeCompare(value(b)));
      const rows = all("tbody tr", table).sort((a, b) => (down ? -order(a, b) : order(a, b)));
      table.tBodies[0].append(...rows);
      rows.forEach((row, place) => row.classList.toggle("more", place >= 10));
    };
    for (const head of heads) {
      if (!head.dataset.sort) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head));
      head.append(button);
    }
  }
  for (const button of all("[data-all]")) {
    const table = button.closest("[data-for]").querySelector("table");
    const words = button.textContent;
    button.addEventListener("click", () => {
      button.textContent = table.classList.toggle("whole") ? "Show the first 10" : words;
    });
  }

  // A picture at full size.
  const zoom = document.getElementById("zoom");
  const body = zoom.querySelector(".zoom-body");
  const buttons = Object.fromEntries(all("[data-act]", zoom).map((one) => [one.dataset.act, one]));
  let shot = null;
  const sizes = () => {
    const full = buttons.size.ariaPressed === "true";
    const ground = shot.querySelector(".ground");
    body.classList.toggle("full", full);
    const picture = body.querySelector(".picture");
    const wide = Number(ground.getAttribute("width"));
    picture.style.width = `${full ? wide : Math.min(wide, body.clientWidth - 40)}px`;
  };
  const show = (figure) => {
    shot = figure;
    const picture = figure.querySelector(".picture").cloneNode(true);
    for (const image of all("img", picture)) image.loading = "eager";
    // Only what the page shows now: the clone is outside of the section that hides the rest.
    const kind = figure.closest(".page").dataset.kind;
    for (const one of all("[data-for]", picture)) {
      if (!one.dataset.for.split(" ").includes(kind)) one.remove();
    }
    body.replaceChildren(picture);
    body.scrollTop = 0;
    document.getElementById("zoom-title").textContent = figure.dataset.name;
    sizes();
  };
  const step = (by) => {
    const shots = all(".shot", shot.closest(".row"));
    show(shots[(shots.indexOf(shot) + by + shots.length) % shots.length]);
  };
  const flip = (name) => {
    if (!buttons[name]) return;
    buttons[name].ariaPressed = String(buttons[name].ariaPressed !== "true");
    body.classList.toggle("no-heat", buttons.heat?.ariaPressed === "false");
    sizes();
  };
  const acts = {
    previous: () => step(-1),
    next: () => step(1),
    heat: () => flip("heat"),
    size: () => flip("size"),
    close: () => zoom.close(),
  };
  for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", acts[name]);
  const keys = { ArrowLeft: "previous", ArrowRight: "next", h: "heat", z: "size" };
  zoom.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (!act) return;
    event.preventDefault();
    acts[act]();
  });
  zoom.addEventListener("close", () => body.replaceChildren());
  window.addEventListener("resize", () => zoom.open && sizes());
  const open = (figure) => {
    zoom.showModal();
    show(figure);
  };
  for (const figure of all(".shot")) {
    figure.querySelector(".picture").addEventListener("click", () => open(figure));
    for (const link of all("[data-zoom]", figure)) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open(figure);
      });
    }
  }
})();
