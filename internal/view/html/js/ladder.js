// One connection packet by packet: the ladder, the game of prediction, and where
// both ends stand.

const lad = { id: 0, story: null, at: 0, guessing: false, points: 0, most: 0, answered: null };

const sides = ["a", "b"];
const whoIs = (e) => say(["client", "server", "way"][e]);

function standingText(s) {
  const name = D.states[s >> 1];
  if (name === "unknown") return say("unknown");
  return name + (s & 1 ? " (" + say("inferred") + ")" : "");
}

function laneOf(g, e, before) {
  const way = g.p[e] || [], moved = way.length || g.a[e] !== before[e];
  const lane = h("div", { class: "lane " + sides[e] });
  if (!moved || !lad.story.st) return lane;
  const last = D.states[g.a[e] >> 1];
  const names = way.map((s) => D.states[s >> 1]);
  if (names[names.length - 1] !== last) names.push(last);
  for (const n of names) lane.append(h("div", { class: "state" }, n === "unknown" ? say("unknown") : n));
  if (g.a[e] & 1) lane.append(h("em", null, say("inferred")));
  return lane;
}

function rungItem(g, i, before) {
  const cls = ["rung", ["to-b", "to-a", "way to-a"][g.e]];
  if (g.m) cls.push("missed");
  if (g.i) cls.push("stopped");
  if (g.n) cls.push("folded");
  const mid = h("div", { class: "mid" });
  if (!g.n) {
    const meta = g.m ? say("notin") : say("frame") + " " + g.f + " · " + after(g.t);
    mid.append(h("div", { class: "flagline" }, h("span", null, h("span", { class: "hide" }, whoIs(g.e) + ": "), h("code", null, text(g.l))), h("span", { class: "meta" }, meta)),
      h("div", { class: "arrow", "aria-hidden": "true" }));
  }
  const told = h("p", { class: "say sayrow" });
  if (g.q) told.append(h("q", null, text(g.q)));
  if (g.u === undefined) told.append(text(g.s));
  else told.append(h("span", { class: "whole" }, text(g.s)), h("span", { class: "hushed" }, text(g.u))); // it tells of later packets
  if (g.i) told.append(" (" + say("ignored") + ")");
  if (g.k) told.append(" ", h("span", { class: "eq" }, text(g.k), " ", h("span", { class: g.h ? "good" : "bad", role: "img", "aria-label": say(g.h ? "yes" : "no") }, g.h ? "✓" : "✗")));
  if (g.w) told.append(h("span", { class: "wire" }, text(g.w)));
  return h("li", { class: cls.join(" "), "data-step": i + 1, onclick: () => { if (!lad.guessing && !String(getSelection())) stepTo(i + 1); } }, laneOf(g, 0, before), mid, laneOf(g, 1, before), told);
}

const icons = { first: "M5 4v12M15 4l-7 6 7 6", back: "M16 10H5m5-6-6 6 6 6", next: "M4 10h11m-5-6 6 6-6 6", last: "M15 4v12M5 4l7 6-7 6" };
const icon = (name) => h("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, h("path", { d: icons[name], fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" }));

function drawLadder() {
  const s = lad.story;
  const heads = h("div", { class: "heads pair" }, h("div", { class: "a" }, h("b", null, whoIs(0)), h("bdi", null, s.l)), h("div", { class: "b" }, h("b", null, whoIs(1)), h("bdi", null, s.r)));
  const list = h("ol", { class: "rungs", id: "rungs" });
  if (s.st) {
    const lane = (e) => h("div", { class: "lane " + sides[e] }, h("div", { class: "state" }, standingText(s.b[e])));
    list.append(h("li", { class: "rung startline", "data-step": 0 }, lane(0), h("div", { class: "mid" }), lane(1)));
  }
  let before = s.b;
  s.g.forEach((g, i) => { list.append(rungItem(g, i, before)); before = g.a; });
  const outro = h("div", { class: "outro" }, (s.out || []).map((i) => h("p", null, text(i))),
    s.dev ? [h("h4", null, say("differs")), h("ul", null, s.dev.map((i) => h("li", null, text(i))))] : null);
  const button = (id, label, sign, to) => h("button", { type: "button", id, "aria-label": label, title: label, onclick: to }, sign);
  const controls = h("div", { class: "controls", role: "group", "aria-label": say("ladder") },
    button("to-first", say("first"), icon("first"), () => stepTo(0)), button("to-back", say("back"), icon("back"), () => stepTo(lad.at - 1)),
    h("span", { class: "where", id: "where" }),
    h("button", { type: "button", id: "to-next", onclick: () => stepTo(lad.at + 1) }, say("next"), " ", icon("next")), button("to-last", say("last"), icon("last"), () => stepTo(s.g.length)),
    h("span", { class: "wide" }), s.st ? h("button", { type: "button", id: "guess", "aria-pressed": "false", onclick: toggleGuess }, say("guess")) : null);
  const box = h("div", { class: "ladder", id: "ladder", onkeydown: ladderKeys }, (s.in || []).map((i) => h("p", { class: "intro" }, text(i))), controls, heads, list, h("div", { id: "quiz" }), outro,
    h("p", { class: "hide", id: "told", role: "status", "aria-live": "polite" }));
  return box;
}

function ladderKeys(e) {
  if (e.target.matches("input") || e.altKey || e.ctrlKey || e.metaKey) return;
  const to = { ArrowRight: lad.at + 1, ArrowLeft: lad.at - 1 }[e.key];
  if (to === undefined) return;
  e.preventDefault();
  stepTo(to);
}

// stepTo makes step n the current one: 0 is before the first packet.
function stepTo(n, quiet) {
  const s = lad.story;
  n = Math.max(0, Math.min(s.g.length, n));
  lad.at = n;
  const held = document.activeElement;
  const g = n ? s.g[n - 1] : null, before = n > 1 ? s.g[n - 2].a : s.b;
  const now = g ? g.a : s.b;
  for (const li of document.querySelectorAll("#rungs > li")) {
    const k = Number(li.dataset.step);
    li.classList.toggle("now", k === n && n > 0);
    li.classList.toggle("later", k > n);
    if (k === n && n > 0) li.setAttribute("aria-current", "step");
    else li.removeAttribute("aria-current");
  }
  $("where").textContent = n ? say("step", n, s.g.length) : say("start");
  $("to-first").disabled = $("to-back").disabled = n === 0;
  $("to-last").disabled = $("to-next").disabled = n === s.g.length;
  if (held && held.disabled) $(n ? "to-back" : "to-next").focus(); // the keyboard keeps its place
  if (s.st) {
    standOn(now, [0, 1].map((e) => g ? [before[e], ...(g.p[e] && g.p[e].length ? g.p[e] : [g.a[e]])] : [now[e]]));
    $("standings").replaceChildren(...[0, 1].map((e) => {
      const name = D.states[now[e] >> 1];
      return h("div", { class: sides[e] }, whoIs(e), h("b", null, standingText(now[e])), h("span", null, D.means[name] ? pick(D.means[name]) : ""));
    }));
  }
  drawQuiz();
  if (quiet) return;
  const li = document.querySelector('#rungs > li[data-step="' + n + '"]');
  if (li) li.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  let told = $("where").textContent + ". ";
  if (g) told += (g.n ? "" : whoIs(g.e) + ": " + text(g.l) + ". ") + (g.q ? text(g.q) + " " : "") + text(lad.guessing && g.u !== undefined ? g.u : g.s) + " ";
  if (s.st) told += whoIs(0) + ": " + standingText(now[0]) + ", " + whoIs(1) + ": " + standingText(now[1]) + ".";
  $("told").textContent = told;
}

function toggleGuess() {
  lad.guessing = !lad.guessing;
  lad.points = lad.most = 0;
  lad.answered = new Set();
  $("ladder").classList.toggle("guessing", lad.guessing);
  const b = $("guess");
  b.setAttribute("aria-pressed", String(lad.guessing));
  b.textContent = say(lad.guessing ? "unguess" : "guess");
  stepTo(lad.guessing ? 0 : lad.story.g.length, true);
}

// drawQuiz asks for the packet after the current one.
function drawQuiz() {
  const q = $("quiz");
  if (!q) return;
  if (!lad.guessing) return q.replaceChildren();
  const score = () => h("p", { class: "score" }, say("score", lad.points, lad.most));
  const next = lad.story.g[lad.at];
  if (!next) return q.replaceChildren(h("div", { class: "quiz" }, h("p", null, say("over")), score()));
  if (!next.ask) return q.replaceChildren(h("div", { class: "quiz" }, h("p", null, say("cannot")), score()));
  const a = next.ask;
  const box = (f) => h("label", null, h("input", { type: "checkbox", name: "flag", value: f }), " ", f);
  const field = (name) => h("label", null, name, h("input", { type: "text", inputmode: "numeric", autocomplete: "off", name, id: "answer-" + name }));
  const form = h("form", { class: "quiz", id: "question", onsubmit: (e) => { e.preventDefault(); checkAnswer(); } },
    h("p", null, h("b", null, text(a.p))),
    h("fieldset", null, h("legend", null, say("flags")), ["SYN", "ACK", "FIN", "RST"].map(box)),
    h("div", { class: "nums" }, field("seq"), field("ack"), h("button", { type: "submit" }, say("check")), h("button", { type: "button", onclick: () => { stepTo(lad.at + 1); focusNext(); } }, say("showme"))),
    h("div", { id: "verdict", role: "status", "aria-live": "polite" }), score());
  q.replaceChildren(form);
}

// outcome compares an answer with what really came, part by part.
function outcome(a, flags, seq, ack) {
  // A number may be written with zeros or a sign in front, as where it is typed on a terminal.
  const num = (s) => /^\s*[+-]?\d+\s*$/.test(s) ? String(BigInt(s.trim().replace(/^\+/, ""))) : s.trim() || null;
  const parts = [{ name: say("flags"), right: flags.join(",") === a.w[0].split(",").filter((f) => ["SYN", "ACK", "FIN", "RST"].includes(f)).join(","), want: a.w[0], why: a.y[0] },
    { name: "seq", right: num(seq) === a.w[1], want: a.w[1], why: a.y[1] }];
  const none = a.w[2] === "-" || a.w[2] === undefined;
  if (!none || num(ack) !== null) parts.push({ name: "ack", right: !none && num(ack) === a.w[2], want: none ? say("none") : a.w[2], why: a.y[2] });
  return parts;
}

function checkAnswer() {
  const form = $("question"), a = lad.story.g[lad.at].ask;
  const flags = [...form.querySelectorAll("[name=flag]:checked")].map((x) => x.value);
  const inOrder = (l) => a.w[0].split(",").filter((f) => l.includes(f)).concat(l.filter((f) => !a.w[0].split(",").includes(f)));
  const parts = outcome(a, inOrder(flags), $("answer-seq").value, $("answer-ack").value);
  if (!lad.answered.has(lad.at)) {
    lad.answered.add(lad.at);
    lad.points += parts.filter((p) => p.right).length;
    lad.most += parts.length;
  }
  $("verdict").replaceChildren(h("ul", { class: "marks" }, parts.map((p) => h("li", null,
    h("span", { class: p.right ? "good" : "bad" }, p.right ? "✓ " : "✗ "), p.name + ": ", p.right ? h("b", null, p.want) : "", " ", p.right ? say("right") : [say("itwas", p.want), p.why ? ": " + text(p.why) : "", "."]))),
    h("p", null, h("button", { type: "button", id: "goon", onclick: () => { stepTo(lad.at + 1); focusNext(); } }, say("next"), " →")));
  form.querySelector(".score").textContent = say("score", lad.points, lad.most);
  for (const b of form.querySelectorAll("input,button[type=submit]")) b.disabled = true;
  $("goon").focus();
}

// focusNext goes where the game goes on: a button that is disabled would lose the keyboard's place.
function focusNext() {
  const next = $("to-next");
  (document.querySelector("#question input") || (next.disabled ? $("guess") : next)).focus();
}
