// The picture of RFC 9293's states, with a token for each end.

const places = {
  "CLOSED": [206, 28], "LISTEN": [64, 84], "SYN-SENT": [348, 112], "SYN-RECEIVED": [64, 168], "ESTABLISHED": [206, 228],
  "FIN-WAIT-1": [64, 296], "CLOSE-WAIT": [348, 296], "FIN-WAIT-2": [64, 384], "CLOSING": [206, 352], "LAST-ACK": [348, 384], "TIME-WAIT": [206, 432],
};
const box = { w: 114, h: 31 };

// route is the line from one state to another, from border to border.
function route(from, to) {
  const [x1, y1] = places[from], [x2, y2] = places[to];
  if (to === "CLOSED" && (from === "LAST-ACK" || from === "TIME-WAIT")) {
    const x = from === "LAST-ACK" ? 414 : 424;
    const start = from === "LAST-ACK" ? [x1 + box.w / 2, y1] : [x1 + box.w / 2, y1 + 4];
    const y = from === "LAST-ACK" ? 34 : 22;
    return { d: `M${start[0]} ${start[1]} H${x - 10} Q${x} ${start[1]} ${x} ${start[1] - 10} V${y + 10} Q${x} ${y} ${x - 10} ${y} H${x2 + box.w / 2 + 8}`, tip: [x2 + box.w / 2 + 1, y, Math.PI] };
  }
  if (from === "SYN-RECEIVED" && to === "CLOSE-WAIT") { // past ESTABLISHED, not through it
    const sx = x1 + box.w / 2 - 6, sy = y1 + box.h / 2, ex = x2 - box.w / 2, ey = y2 + 2, angle = 0.22;
    return { d: `M${sx} ${sy} Q150 290 ${ex - 7} ${ey - 2}`, tip: [ex, ey, angle] };
  }
  const dx = x2 - x1, dy = y2 - y1;
  const k = Math.min(dx ? box.w / 2 / Math.abs(dx) : Infinity, dy ? box.h / 2 / Math.abs(dy) : Infinity);
  const ax = x1 + dx * k, ay = y1 + dy * k, bx = x2 - dx * k, by = y2 - dy * k;
  const angle = Math.atan2(dy, dx);
  return { d: `M${ax} ${ay} L${bx - 7 * Math.cos(angle)} ${by - 7 * Math.sin(angle)}`, tip: [bx, by, angle] };
}

function arrowHead([x, y, angle], cls) {
  const p = (r, a) => `${x - r * Math.cos(angle + a)} ${y - r * Math.sin(angle + a)}`;
  return h("path", { class: cls, d: `M${x} ${y} L${p(9, 0.42)} L${p(9, -0.42)} Z` });
}

function drawMachine() {
  const svg = h("svg", { class: "machine", viewBox: "0 0 432 456", role: "img", "aria-label": say("machine"), id: "machine" });
  for (const [from, to] of D.edges) {
    if (!places[from] || !places[to]) continue;
    const r = route(from, to);
    svg.append(h("path", { class: "edge", d: r.d }), arrowHead(r.tip, "tip"));
  }
  svg.append(h("g", { id: "took" }));
  for (const name in places) {
    const [x, y] = places[name];
    svg.append(h("g", { class: "node", "data-state": name }, h("rect", { x: x - box.w / 2, y: y - box.h / 2, width: box.w, height: box.h, rx: 6 }), h("text", { x, y: y + 4 }, name)));
  }
  svg.append(token("a", "C"), token("b", "S"));
  return svg;
}

function token(cls, letter) {
  return h("g", { class: "token " + cls, id: "token-" + cls }, cls === "a" ? h("circle", { r: 11 }) : h("rect", { x: -10, y: -10, width: 20, height: 20, rx: 4 }), h("text", { y: 4 }, letter));
}

// standOn moves both tokens. states and took are by end: where it stands, and the
// states it went through to get there, the first being where it came from.
function standOn(states, took) {
  const svg = $("machine");
  if (!svg) return;
  for (const n of svg.querySelectorAll(".node")) n.classList.remove("in");
  states.forEach((s, e) => {
    const t = $("token-" + "ab"[e]), name = D.states[s >> 1], at = places[name];
    t.style.display = at ? "" : "none";
    if (!at) return;
    svg.querySelector('[data-state="' + name + '"]').classList.add("in");
    t.style.transform = `translate(${at[0] + (e ? box.w / 2 - 4 : 4 - box.w / 2)}px,${at[1] - box.h / 2 - 2}px)`;
    t.classList.toggle("guess", (s & 1) === 1);
  });
  const lines = [];
  took.forEach((way, e) => {
    for (let i = 1; i < way.length; i++) {
      const from = D.states[way[i - 1] >> 1], to = D.states[way[i] >> 1];
      if (places[from] && places[to] && from !== to) lines.push(h("path", { class: "took " + "ab"[e], d: route(from, to).d }));
    }
  });
  $("took").replaceChildren(...lines);
}
