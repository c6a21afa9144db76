// Everything about one connection: what it was, its ladder, its proof, its record.

let came = null; // from where the last connection was opened

// goBack is where the keyboard goes on when the address tells of no connection any more.
function goBack() {
  if (came && came.isConnected && came !== document.body) came.focus();
  else toTable();
}

function showConnection(id, focus) {
  const row = D.row.get(id), box = $("detail");
  box.hidden = false;
  if (row === undefined) {
    box.replaceChildren(h("h2", { id: "connection", tabindex: -1 }, say("unknownid", id)));
    return;
  }
  grid.shown = id;
  const o = opening(row), story = D.stories[id] || null, m = D.words[o.key] && D.words[o.key][o.value];
  const gist = story ? proofItem(story, "means") : m ? m[spanish() ? 3 : 2] : "";
  const hop = (label, to, sign) => h("button", { type: "button", disabled: to === null, onclick: () => go(to) }, ...(sign < 0 ? ["← ", label] : [label, " →"]));
  const parts = [
    h("div", { class: "who" }, h("h2", { id: "connection", tabindex: -1 }, say("open") + " " + id), h("span", { class: "ends" }, h("bdi", null, end("orig", row)), h("i", null, "→"), h("bdi", null, target(row))),
      h("span", { class: "word " + tone(row) }, o.word), service(row) ? h("span", null, service(row)) : null),
    gist ? h("p", { class: "gist" }, rich(gist)) : null,
    h("p", { class: "hops" }, hop(say("previous"), neighbour(id, -1), -1), hop(say("following"), neighbour(id, 1), 1), h("button", { type: "button", class: "totable", onclick: toTable }, "↑ ", say("totable"))),
  ];
  lad.story = story;
  lad.id = id;
  lad.guessing = false;
  if (story) {
    const states = story.st ? [h("h3", null, say("states")), drawMachine(), h("div", { class: "standings", id: "standings" })] : [h("p", { class: "hint" }, say("nostates"))];
    parts.push(h("div", { class: "two" }, h("div", null, h("h3", null, say("ladder")), drawLadder()), h("div", { class: "stick" }, ...states)), drawProof(story.c));
  } else {
    parts.push(h("p", { class: "more" }, said("untold", Object.keys(D.stories).length), " ", h("code", { class: "sel" }, "portero teach " + D.inputs + " " + id)));
  }
  parts.push(h("h3", null, say("fields")), drawFields(row));
  box.replaceChildren(...parts.filter(Boolean));
  if (story) stepTo(story.g.length, true);
  paint();
  if (focus) {
    if (!box.contains(document.activeElement)) came = document.activeElement;
    box.scrollIntoView({ block: "start" });
    $("connection").focus({ preventScroll: true });
  }
}

function toTable() {
  $("all").scrollIntoView({ block: "start" });
  $("grid").focus({ preventScroll: true });
}

const proofItem = (story, label) => {
  for (const [l, t] of story.c.i || []) if (D.texts[l][0] === label) return text(t);
  return "";
};

// wide is a table that may be wider than the window: the keyboard scrolls it, too.
const wide = (table) => h("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": say("proof") }, table);

function drawProof(c) {
  const col = (k, num) => h("th", { scope: "col", class: num ? "num" : null }, say(k));
  const who = (e) => say(["originator", "responder", "way"][e]);
  const numbers = (c.o || []).some((r) => r.q !== undefined);
  const rows = (c.o || []).map((r) => h("tr", { class: r.f ? null : "gone" }, h("td", { class: "num" }, r.f ? String(r.f) : "–"), h("td", { class: "num" }, r.f ? after(r.t || 0) : "–"), h("td", null, who(r.e)), h("td", null, h("code", null, text(r.s))),
    numbers ? [h("td", { class: "num" }, r.q === undefined ? "" : String(r.q)), h("td", { class: "num" }, r.a === undefined ? (r.f ? "" : say("notin")) : String(r.a))] : null));
  const marks = { yes: ["good", "✓ "], no: ["bad", "✗ "], absent: ["lack", ""], unknown: ["lack", ""] };
  return h("div", { class: "proof" }, h("h3", null, say("proof")),
    rows.length ? wide(h("table", null, h("thead", null, h("tr", null, col("frame", 1), col("time", 1), col("sender"), col("says"), numbers ? [h("th", { scope: "col", class: "num" }, "seq"), h("th", { scope: "col", class: "num" }, "ack")] : null)), h("tbody", null, rows))) : null,
    c.x ? h("p", { class: "more" }, said("leftout", c.x)) : null,
    c.e ? wide(h("table", { class: "equations" }, h("tbody", null, c.e.map((e) => h("tr", null, h("th", { scope: "row" }, text(e.w)), h("td", null, h("code", null, e.n)), h("td", { class: marks[e.m][0] }, marks[e.m][1] + say(e.m))))))) : null,
    h("dl", null, (c.i || []).map(([l, t]) => [h("dt", null, text(l)), h("dd", null, text(t))]), c.d ? [h("dt", null, say("wireshark")), h("dd", null, h("code", { class: "sel" }, c.d), c.fr ? h("code", { class: "sel" }, c.fr) : null)] : null));
}

// drawFields shows every key of the record that this connection has, whatever keys
// there are.
function drawFields(row) {
  const list = h("dl", { class: "fields" });
  for (const c of D.cols) {
    let v = value(c.k, row);
    if (v === null || (Array.isArray(v) && v.length === 0)) continue;
    const dd = h("dd");
    if (c.as === "time") { const t = stamp(v, 9); dd.append(t.day + " " + t.time + " UTC"); }
    else if (c.as === "risks") dd.append(...v.map(([id, severity, basis, frames, t]) => h("span", null, h("b", null, id), ` (${severity}, ${basis}) `, h("bdi", null, t), frames.length ? " (" + say("frame") + " " + frames.join(", ") + ")" : "", h("br"))));
    else if (D.words[c.k]) {
      for (const x of v.split("; ")) {
        const m = D.words[c.k][x], w = m ? m[spanish() ? 1 : 0] : x;
        dd.append(h("span", null, w, w !== x && w.replace(/ /g, "_") !== x ? h("code", null, " " + x) : null, m && m[spanish() ? 3 : 2] ? h("small", null, rich(m[spanish() ? 3 : 2])) : null, " "));
      }
    } else if (c.k === "reuses") dd.append(h("a", { href: "#c" + v }, "#" + v));
    else dd.append(h("bdi", null, String(v)));
    list.append(h("div", null, h("dt", null, c.k), dd));
  }
  return list;
}
