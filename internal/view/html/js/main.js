// What happens when.

let going = null; // the connection that this page itself put into the address

function go(id) {
  if (id === null) return;
  if (location.hash !== "#c" + id) {
    going = "#c" + id;
    location.hash = going;
  }
  showConnection(id, true);
}

function fromHash(focus) {
  const m = /^#c(\d+)$/.exec(location.hash);
  if (!m) return false;
  showConnection(Number(m[1]), focus);
  return true;
}

function filterBy(line) {
  $("filter").value = line;
  setFilter(line);
  $("all").scrollIntoView({ block: "start" });
  $("filter").focus({ preventScroll: true });
}

function language() {
  document.documentElement.lang = spanish() ? "es" : "en";
  if (!D) return;
  drawTable();
  if (lad.id) {
    const at = lad.at, guessing = lad.guessing;
    showConnection(lad.id, false);
    if (lad.story && !guessing) stepTo(at, true);
  }
}

function readout(g) {
  const n = g.dataset.n.split(",").map(Number), names = ["opened", "failed", "wrong", "beside"];
  const said = n.map((k, i) => k ? k + " " + say("tone-" + names[i]) : "").filter(Boolean).join(", ");
  $("readout").textContent = said ? g.dataset.from + ": " + said : "";
}

async function begin() {
  document.documentElement.classList.add("scripted");
  document.documentElement.lang = spanish() ? "es" : "en";
  for (const id of ["lang-en", "lang-es"]) $(id).addEventListener("change", language);
  if (!$("browser")) { // there is no connection, and so no table
    document.documentElement.classList.add("ready");
    return;
  }
  try {
    await unpack();
  } catch (err) {
    const p = document.createElement("p");
    p.textContent = (spanish() ? "Este navegador no puede desempaquetar la tabla. El resumen de arriba está completo." : "This browser cannot unpack the table. The summary above is complete.");
    $("browser").append(p);
    $("browser").hidden = false;
    return;
  }
  if (!D.n) return;
  drawTable();
  document.addEventListener("click", (e) => {
    const a = e.target.closest("[data-filter]"), link = e.target.closest("a");
    if (a) {
      e.preventDefault();
      filterBy(a.dataset.filter);
    } else if (link && link.hash === location.hash) fromHash(true); // no change of the address tells of it
  });
  const bars = $("bars");
  if (bars) bars.addEventListener("pointerover", (e) => { const g = e.target.closest("g"); if (g) readout(g); });
  addEventListener("hashchange", () => {
    if (location.hash === "" && D.n) goBack();
    else if (location.hash !== going) fromHash(true);
    going = null;
  });
  addEventListener("resize", () => { fit(); paint(); });
  addEventListener("beforeprint", forPrint);
  if (!fromHash(false) && D.start) showConnection(D.start, false);
  (window.requestIdleCallback || setTimeout)(() => { if (!index) build(); });
  document.documentElement.classList.add("ready");
}

begin();
