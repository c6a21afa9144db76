// The filter: words that all must occur, key=value on the record's keys, a minus
// in front for "not". Every word is looked for among the distinct values of each
// column, never row by row, so that it stays fast.

const operators = /^([a-z_]+)(>=|<=|!=|=|<|>)(.*)$/;

// parse splits what was typed into tokens; quotation marks keep spaces together.
function parse(line) {
  const out = [];
  for (const m of line.matchAll(/(-?)((?:[a-z_]+(?:>=|<=|!=|=|<|>))?"[^"]*"?|\S+)/gi)) {
    const t = { not: m[1] === "-", raw: m[2].replace(/"/g, "") };
    if (!t.raw) continue;
    const op = operators.exec(t.raw);
    if (op && (D.col[op[1]] || op[1] === "t")) Object.assign(t, { key: op[1], op: op[2], val: op[3] });
    else if (op) t.unknown = op[1];
    t.text = fold(t.raw);
    out.push(t);
  }
  return out;
}

const fold = (s) => s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");

// searchable are the columns that a bare word is looked for in, with what is
// searched for each distinct value: made once.
let index = null;

function build() {
  index = [];
  for (const c of D.cols) {
    if (c.as !== "word" || c.k === "community_id" || c.k === "history") continue;
    const words = D.words[c.k];
    index.push({ c, texts: c.w.map((v) => {
      if (!v) return "";
      const parts = [v, ...v.split("; ").flatMap((x) => words && words[x] ? [words[x][0], words[x][1]] : [])];
      return fold(parts.join(" "));
    }) });
  }
}

// A whole address is not found inside a longer one: 192.0.2.7 is not 192.0.2.77, and 2001:db8::1 is not 2001:db8::12.
const whole4 = /^\d+\.\d+\.\d+\.\d+$/, whole6 = /^(?=[^.]*::.*[^:]$|(?:[^:]+:){7}[^:]+$)[\da-f:.]+$/;
const holds = (s, w) => s.includes(w);
const holdsWhole = (beside) => (s, w) => {
  for (let i = s.indexOf(w); i >= 0; i = s.indexOf(w, i + 1)) {
    if (!beside.test(s[i - 1] || "") && !beside.test(s[i + w.length] || "")) return true;
  }
  return false;
};
const holds4 = holdsWhole(/\d/), holds6 = holdsWhole(/[\da-f:]/);

// bare finds the rows that hold a word.
function bare(t, hit) {
  const at = whole6.test(t.text) ? null : /^(.+):(\d+)$/.exec(t.text), number = /^#?(\d+)$/.exec(t.text);
  if (at) {
    const addr = fold(at[1].replace(/^\[|\]$/g, "")), port = Number(at[2]);
    for (const side of ["orig", "resp"]) {
      const a = D.col[side + "_addr"], p = D.col[side + "_port"];
      if (!a || !p) continue;
      const same = a.w.map((v) => v === addr);
      for (let i = 0; i < D.n; i++) if (p.x[i] === port && same[a.x ? a.x[i] : a.w.length - 1]) hit[i] = 1;
    }
  }
  if (number) {
    const n = Number(number[1]);
    for (const key of t.text[0] === "#" ? ["id"] : ["id", "orig_port", "resp_port"]) {
      const x = D.col[key] && D.col[key].x;
      if (x) for (let i = 0; i < D.n; i++) if (x[i] === n) hit[i] = 1;
    }
  }
  if (t.text.startsWith("1:")) {
    for (let i = 0; i < D.n; i++) if ((value("community_id", i) || "").startsWith(t.raw)) hit[i] = 1;
  }
  const has = whole4.test(t.text) ? holds4 : whole6.test(t.text) ? holds6 : holds;
  for (const { c, texts } of index) {
    let any = false;
    const same = new Uint8Array(texts.length);
    for (let k = 1; k < texts.length; k++) if (has(texts[k], t.text)) any = same[k] = 1;
    if (!any) continue;
    if (!c.x) { hit.fill(1); continue; }
    for (let i = 0; i < D.n; i++) if (same[c.x[i]]) hit[i] = 1;
  }
}

const compare = { "=": (a, b) => a === b, "!=": (a, b) => a !== b, "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b };

// keyed finds the rows whose key compares as asked. t is seconds after the
// capture's first frame.
function keyed(t, hit) {
  const cmp = compare[t.op], c = D.col[t.key === "t" ? "first" : t.key];
  if (!c) return;
  if (c.as === "number" || c.as === "time") {
    const n = Number(t.val) * (c.as === "time" ? 1e9 : 1);
    for (let i = 0; i < D.n; i++) if (c.x[i] !== null && cmp(c.x[i], n)) hit[i] = 1;
    return;
  }
  const want = fold(t.val).replace(/ /g, "_"), n = Number(t.val);
  const ok = c.w.map((v) => {
    const parts = c.as === "risks" ? (v || []).flatMap((r) => [r[0], r[1], r[2]]) : v.split("; ");
    const has = parts.some((x) => {
      if (t.op !== "=" && t.op !== "!=") return x !== "" && cmp(isNaN(n) ? x : Number(x), isNaN(n) ? t.val : n);
      const m = D.words[t.key] && D.words[t.key][x];
      return fold(x) === want || (m && m.slice(0, 2).some((s) => fold(s).replace(/ /g, "_") === want));
    });
    return t.op === "!=" ? !has : has;
  });
  for (let i = 0; i < D.n; i++) if (ok[c.x ? c.x[i] : c.w.length - 1]) hit[i] = 1;
}

// matching lists the rows of order that the line selects, and the first key that
// there is none of.
function matching(line, order) {
  if (!index) build();
  let keep = null, unknown = null;
  for (const t of parse(line)) {
    const hit = new Uint8Array(D.n);
    if (t.unknown) unknown = unknown || t.unknown;
    if (t.key) keyed(t, hit);
    else bare(t, hit);
    if (!keep) keep = new Uint8Array(D.n).fill(1);
    for (let i = 0; i < D.n; i++) keep[i] &= t.not ? 1 - hit[i] : hit[i];
  }
  if (!keep) return { rows: order, unknown };
  return { rows: order.filter((i) => keep[i]), unknown };
}
