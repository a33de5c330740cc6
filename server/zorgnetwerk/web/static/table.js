/* Progressive enhancement of a table of answers: sort by a column, filter the rows. The table is complete without it. */

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function comparer(rows, column, language) {
  const key = (row) => row.cells[column].dataset.key;
  const filled = rows.map(key).filter((text) => text !== "");
  const words = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const compare = filled.length > 0 && filled.every((text) => numeric.test(text))
    ? (one, other) => Number(one) - Number(other)
    : words.compare;
  /* Rows without a value stand last in either direction. */
  return (direction) => (one, other) => {
    const [left, right] = [key(one), key(other)];
    if (left === "" || right === "") return Number(left === "") - Number(right === "");
    return direction * compare(left, right);
  };
}

function makeSortable(table, language) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sorter";
    button.append(...head.childNodes);
    head.append(button);
    const compare = comparer(original, column, language);
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: "" }[head.getAttribute("aria-sort")] ?? "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      if (next) head.setAttribute("aria-sort", next);
      const rows = next ? [...original].sort(compare(next === "ascending" ? 1 : -1)) : original;
      body.append(...rows);
    });
  });
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}

function makeFilterable(region, table) {
  const rows = [...table.tBodies[0].rows];
  const line = document.createElement("p");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("span");
  line.className = "filter";
  label.textContent = region.dataset.filter;
  input.type = "search";
  input.autocomplete = "off";
  count.className = "hint";
  count.setAttribute("role", "status");
  label.append(input);
  line.append(label, count);
  region.before(line);
  const texts = rows.map((row) => plain(row.textContent));
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = words.length
      ? region.dataset.counted.replace("{shown}", shown).replace("{total}", rows.length)
      : "";
  });
}

function enhance(part) {
  for (const region of part.querySelectorAll(".grid-scroll[data-filter]")) {
    const table = region.querySelector("table.grid");
    makeSortable(table, region.dataset.language);
    if (table.tBodies[0].rows.length > 1) makeFilterable(region, table);
  }
}

enhance(document);
document.addEventListener("shown", (event) => enhance(event.target));
