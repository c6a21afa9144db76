// The table of connections. Only the rows in sight are in the document.

const grid = { order: null, rows: null, active: 0, shown: -1, sort: "id", down: false, filter: "" };

const columnsOf = [
  { key: "id", cls: "c-id" }, { key: "opening", cls: "c-op" }, { key: "ends", cls: "ends" }, { key: "service", cls: "c-svc" },
  { key: "start", cls: "c-num c-start" }, { key: "rtt", cls: "c-num" }, { key: "data", cls: "c-num" },
];

// trip is the round trip of a row, microseconds: a SYN's, or a question's where nothing
// opens; null for none.
function trip(row) {
  const v = value("server_rtt_us", row);
  return v === null && value("proto", row) !== "tcp" ? value("ttfb_us", row) : v;
}

const data = (row) => (value("orig_payload", row) || 0) + (value("resp_payload", row) || 0);

// sortKey is what a column is sorted by, computed once for all rows.
function sortKey(key) {
  const n = D.n, out = new Array(n);
  const ranks = (k) => {
    const c = D.col[k];
    if (!c) return () => 0;
    const rank = new Map([...c.w].sort().map((v, i) => [v, i]));
    return (i) => rank.get(c.w[c.x ? c.x[i] : c.w.length - 1]);
  };
  const by = {
    id: (i) => value("id", i), start: (i) => value("first", i), data,
    rtt: (i) => { const v = trip(i); return v === null ? Infinity : v; },
    opening: (() => { const a = ranks("handshake"), b = ranks("exchange"); return (i) => a(i) * 100 + b(i); })(),
    ends: (() => { const a = ranks("orig_addr"), b = ranks("resp_addr"); return (i) => a(i) * 1e6 + b(i); })(),
    service: ranks("service"),
  }[key];
  for (let i = 0; i < n; i++) out[i] = by(i);
  return out;
}

function sortRows() {
  const k = sortKey(grid.sort), sign = grid.down ? -1 : 1;
  const order = new Uint32Array(D.n);
  for (let i = 0; i < D.n; i++) order[i] = i;
  grid.order = order.sort((a, b) => k[a] === k[b] ? a - b : (k[a] < k[b] ? -sign : sign));
}

const both = (from, to) => [h("bdi", null, from), h("i", null, "→"), h("bdi", null, to)];

// fit gives both ends of a connection one line where the longest ones have room on it, else
// a line each, else as many as they take. All rows are of one height, so the longest decide.
function fit() {
  if (!grid.longest) {
    grid.longest = ["", ""];
    for (let i = 0; i < D.n; i++) [end("orig", i), target(i)].forEach((s, k) => { if (s.length > grid.longest[k].length) grid.longest[k] = s; });
  }
  const g = $("grid"), cell = h("div", { class: "ends" }, both(...grid.longest));
  const probe = h("div", { class: "row probe", "aria-hidden": "true" }, cell);
  $("gridbody").append(probe);
  g.classList.remove("paired", "broken");
  for (const c of ["paired", "broken"]) if (cell.scrollWidth > cell.clientWidth) g.classList.add(c);
  probe.remove();
}

function cells(row) {
  const o = opening(row), at = stamp(value("first", row), 3), rtt = trip(row), n = data(row);
  return [
    String(value("id", row)), h("span", { class: "word " + tone(row), title: o.word }, o.word),
    both(end("orig", row), target(row)),
    service(row), grid.days ? at.day.slice(5) + " " + at.time.slice(0, 8) : at.time, rtt === null ? "" : millis(rtt * 1e3), n ? octets(n) : "",
  ];
}

function drawTable() {
  if (grid.days === undefined) {
    let a = Infinity, b = -Infinity;
    for (const x of D.col.first.x) { if (x < a) a = x; if (x > b) b = x; }
    grid.days = b - a > 86400e9;
  }
  const box = $("browser");
  const head = h("div", { class: "gridhead", role: "row", "aria-rowindex": 1 }, columnsOf.map((c) =>
    h("div", { role: "columnheader", class: c.cls.includes("c-num") || c.cls === "c-id" ? "num" : null, "aria-sort": c.key === grid.sort ? (grid.down ? "descending" : "ascending") : "none" },
      h("button", { type: "button", onclick: () => sortBy(c.key), "data-sort": c.key }, say("col-" + c.key)))));
  const body = h("div", { class: "gridbody", id: "gridbody", role: "rowgroup", onscroll: paint }, h("div", { id: "space" }), h("div", { class: "rows", id: "rows", role: "presentation" }));
  const g = h("div", { class: "grid", id: "grid", role: "grid", tabindex: 0, "aria-labelledby": "connections", "aria-colcount": columnsOf.length, onkeydown: gridKeys, onclick: gridClick }, head, body);
  const input = h("input", { type: "search", id: "filter", autocomplete: "off", spellcheck: "false", autocapitalize: "off", "aria-describedby": "filterhint", oninput: () => setFilter($("filter").value) });
  const old = $("filter"), typed = old ? old.value : grid.filter, focused = old && document.activeElement === old;
  box.replaceChildren(
    h("div", { class: "tools", role: "search" }, h("div", { class: "ask" }, h("label", { class: "over", for: "filter" }, spanish() ? "Buscar" : "Search"), input),
      h("p", { class: "count", id: "count", role: "status", "aria-live": "polite" })),
    h("p", { class: "hint", id: "filterhint" }, ...hint()), g, h("table", { class: "list printrows", id: "printrows" }));
  input.value = typed;
  if (focused) input.focus();
  box.hidden = false;
  fit();
  refresh(true);
}

function hint() {
  const c = (s) => h("code", null, s);
  return spanish() ? ["Todas las palabras deben aparecer: ", c("semiabierta 10.0.0.7"), ". Claves del registro: ", c("resp_port<1024 service=http"), ". Un menos delante excluye: ", c("-dns"), ". Flechas para recorrer, Intro para abrir."]
    : ["All words must occur: ", c("half open 10.0.0.7"), ". Keys of the record: ", c("resp_port<1024 service=http"), ". A minus leaves out: ", c("-dns"), ". Arrow keys to move, Enter to open."];
}

function setFilter(line) {
  grid.filter = line;
  refresh(true);
}

function refresh(top) {
  if (!grid.order) sortRows();
  const found = matching(grid.filter, grid.order);
  grid.rows = found.rows;
  if (top) { grid.active = 0; $("gridbody").scrollTop = 0; }
  const n = grid.rows.length;
  $("count").textContent = found.unknown ? say("nokey", found.unknown) : n === D.n ? said("all", n) : n === 0 ? say("nothing") : say("some", n, D.n);
  $("grid").setAttribute("aria-rowcount", n + 1);
  paint();
  for (const g of document.querySelectorAll("#bars g")) g.classList.toggle("on", g.dataset.filter === grid.filter);
}

let rowHeight = 0;

function paint() {
  const body = $("gridbody");
  rowHeight = parseFloat(getComputedStyle($("grid")).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
  const n = grid.rows.length;
  const space = $("space");
  space.style.height = n * rowHeight + "px";
  const from = Math.max(0, Math.floor(body.scrollTop / rowHeight) - 6), to = Math.min(n, from + Math.ceil(body.clientHeight / rowHeight) + 12);
  const rows = $("rows");
  rows.style.transform = "translateY(" + from * rowHeight + "px)";
  const out = [];
  for (let i = from; i < to; i++) {
    const row = grid.rows[i], id = value("id", row);
    out.push(h("div", { class: "row" + (i === grid.active ? " active" : "") + (id === grid.shown ? " shown" : ""), role: "row", id: "r" + id, "aria-rowindex": i + 2, "aria-selected": id === grid.shown ? "true" : "false", "data-i": i },
      cells(row).map((c, k) => h("div", { class: columnsOf[k].cls, role: "gridcell" }, c))));
  }
  if (n === 0) out.push(h("div", { class: "empty" }, say("nothing")));
  rows.replaceChildren(...out);
  const act = n ? value("id", grid.rows[grid.active]) : null;
  if (act !== null && grid.active >= from && grid.active < to) $("grid").setAttribute("aria-activedescendant", "r" + act);
  else $("grid").removeAttribute("aria-activedescendant");
}

function sortBy(key) {
  if (grid.sort === key) grid.down = !grid.down;
  else { grid.sort = key; grid.down = key === "data" || key === "rtt"; }
  sortRows();
  drawTable();
  document.querySelector('[data-sort="' + key + '"]').focus();
}

function reveal(i) {
  const body = $("gridbody"), top = i * rowHeight;
  if (top < body.scrollTop) body.scrollTop = top;
  else if (top + rowHeight > body.scrollTop + body.clientHeight) body.scrollTop = top + rowHeight - body.clientHeight;
}

function gridKeys(e) {
  if (e.target.closest("button") || !grid.rows.length) return;
  const page = Math.max(1, Math.floor($("gridbody").clientHeight / rowHeight) - 1), n = grid.rows.length;
  const to = { ArrowDown: grid.active + 1, ArrowUp: grid.active - 1, PageDown: grid.active + page, PageUp: grid.active - page, Home: 0, End: n - 1 }[e.key];
  if (to !== undefined) {
    grid.active = Math.min(n - 1, Math.max(0, to));
    reveal(grid.active);
    paint();
    e.preventDefault();
  } else if (e.key === "Enter" || e.key === " ") {
    e.preventDefault();
    go(value("id", grid.rows[grid.active]));
  }
}

function gridClick(e) {
  const r = e.target.closest(".row");
  if (!r) return;
  grid.active = Number(r.dataset.i);
  paint();
  if (!String(getSelection())) go(value("id", grid.rows[grid.active]));
}

// neighbour is the connection before or after one in the table as it stands.
function neighbour(id, step) {
  const i = grid.rows.indexOf(D.row.get(id));
  const j = i < 0 ? -1 : i + step;
  return j >= 0 && j < grid.rows.length ? value("id", grid.rows[j]) : null;
}

// forPrint fills the table that only paper shows.
function forPrint() {
  const most = 100, rows = Array.from(grid.rows.slice(0, most));
  $("printrows").replaceChildren(
    h("thead", null, h("tr", null, columnsOf.map((c) => h("th", { scope: "col", class: c.cls.includes("c-num") || c.cls === "c-id" ? "num" : null }, say("col-" + c.key))))),
    h("tbody", null, rows.map((row) => h("tr", null, cells(row).map((c, k) => h("td", { class: columnsOf[k].cls.includes("c-num") || k === 0 ? "num" : null }, c)))),
      grid.rows.length > most ? h("tr", null, h("td", { colspan: columnsOf.length }, said("more", grid.rows.length - most))) : null));
}
