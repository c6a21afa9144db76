// The page's data and the small tools that everything else is made of. Text
// reaches the page as text only: there is no innerHTML anywhere.

const $ = (id) => document.getElementById(id);
const spanish = () => $("lang-es").checked;
const pick = (pair) => Array.isArray(pair) ? pair[spanish() ? 1 : 0] : pair;

let D = null; // what the program wrote

// say is a sentence of the page in the language chosen.
function say(key, ...args) {
  return pick(D.said[key]).replace(/%(\d)/g, (_, n) => args[n - 1]);
}

// said is a sentence about n of something, which has another form for one.
const said = (key, n) => say(n === 1 ? key + "-one" : key, n);

const text = (i) => i ? pick(D.texts[i]) : "";

const svgNames = new Set(["svg", "g", "path", "rect", "circle", "text", "line", "title"]);

// h makes an element: attributes by name, "on" + event for listeners, children as
// nodes or text.
function h(name, attrs, ...children) {
  const e = svgNames.has(name) ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const k in attrs || {}) {
    const v = attrs[k];
    if (v === null || v === undefined || v === false) continue;
    if (typeof v === "function") e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v === true ? "" : v);
  }
  e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== "" && c !== false));
  return e;
}

async function unpack() {
  const raw = atob($("data").textContent.trim());
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  D = JSON.parse(await new Response(stream).text());
  $("data").remove();
  D.col = {};
  for (const c of D.cols) {
    D.col[c.k] = c;
    if (c.as === "time") {
      let at = 0;
      c.x = c.x.map((d) => d === null ? null : (at += d));
    }
  }
  D.row = new Map();
  const id = D.col.id;
  for (let i = 0; i < D.n; i++) D.row.set(id.x[i], i);
}

// value is a field of a row: text, a number, a list of findings, or null where it
// is unknown. Times are nanoseconds after the capture's first frame.
function value(key, row) {
  const c = D.col[key];
  if (!c) return null;
  if (c.as === "number" || c.as === "time") return c.x[row];
  const v = c.w[c.x ? c.x[row] : c.w.length - 1];
  return v === "" ? null : v;
}

// service is what was spoken; a question mark stands behind what is only what the port is for.
function service(row) {
  const v = value("service", row) || "";
  return v && value("service_by", row) === "port" ? say("byport", v) : v;
}

// word is a value as people read it.
function word(key, v) {
  const m = D.words[key];
  return m && m[v] ? m[v][spanish() ? 1 : 0] : v;
}

const tones = ["beside", "opened", "failed", "wrong"];
const tone = (row) => tones[D.tones.charCodeAt(row) - 48];

// opening is the verdict or exchange of a row, its key and its word.
function opening(row) {
  for (const key of ["handshake", "exchange"]) {
    const v = value(key, row);
    if (v && v !== "none") return { key, value: v, word: word(key, v) };
  }
  const p = value("proto", row);
  return { key: "proto", value: p, word: word("proto", p) };
}

function end(side, row) {
  const a = value(side + "_addr", row), p = value(side + "_port", row);
  if (p === null) return a;
  return a.includes(":") ? "[" + a + "]:" + p : a + ":" + p;
}

const target = (row) => {
  const p = value("proto", row);
  return end("resp", row) + (p === "tcp" ? "" : "/" + p);
};

// stamp is a time of day, UTC, of ns after the first frame.
function stamp(ns, digits) {
  const t = BigInt(D.t0) + BigInt(Math.round(ns));
  const iso = new Date(Number(t / 1000000n)).toISOString();
  const frac = String(((t % 1000000000n) + 1000000000n) % 1000000000n).padStart(9, "0");
  return { day: iso.slice(0, 10), time: iso.slice(11, 19) + (digits ? "." + frac.slice(0, digits) : "") };
}

function millis(ns) {
  const ms = ns / 1e6, a = Math.abs(ms);
  if (a > 0 && a < 0.0005) return "<0.001 ms";
  if (a > 0 && a < 0.01) return ms.toFixed(3) + " ms";
  if (a < 10) return ms.toFixed(2) + " ms";
  if (a < 100000) return ms.toFixed(0) + " ms";
  return (ms / 1e3).toFixed(0) + " s";
}

function octets(n) {
  if (n < 1e4) return n + " B";
  if (n < 1e7) return Math.floor(n / 1e3) + " kB";
  if (n < 1e10) return Math.floor(n / 1e6) + " MB";
  return Math.floor(n / 1e9) + " GB";
}

// after is the time of a packet after the first, as in the ladder of the command.
function after(ns) {
  const sign = ns < 0 ? "-" : "+", a = Math.abs(ns), cut = (unit) => (Math.trunc(a / (unit / 1e3)) / 1e3).toFixed(3);
  return a < 100e9 ? sign + cut(1e6) + " ms" : sign + cut(1e9) + " s";
}

// rich is a sentence of the program's own with its commands as code.
const rich = (s) => s.split("`").map((part, i) => i % 2 ? h("code", null, part) : part);
