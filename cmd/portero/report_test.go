package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

const firstLook = "../../testdata/first-look/in.pcap"

// report writes the page of some captures and returns its name.
func report(t *testing.T, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "r.html")
	var stdout, stderr bytes.Buffer
	if code := run(append([]string{"report", "-o", out, "--lang", "en"}, args...), nil, &stdout, &stderr); code != exitOK && code != exitDamaged {
		t.Fatalf("report %q: exit %d: %s", args, code, &stderr)
	}
	return out
}

func TestReportFile(t *testing.T) {
	out := report(t, firstLook)
	st, err := os.Stat(out)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Error(st.Mode(), err)
	}
	call := func(args ...string) (int, string) {
		var stdout, stderr bytes.Buffer
		return run(append([]string{"report"}, args...), nil, &stdout, &stderr), stdout.String() + stderr.String()
	}
	if code, said := call(firstLook, "-o", out); code != exitUsage || !strings.Contains(said, "exists already") {
		t.Error(code, said)
	}
	if code, said := call(firstLook, "-o", out, "--force", "--lang", "es"); code != exitOK || !strings.HasSuffix(said, "6 conexiones, 6 de ellas contadas paquete a paquete\n") {
		t.Error(code, said)
	}
	if code, said := call(firstLook, "-o", out, "--force", "-q"); code != exitOK || said != "" {
		t.Error(code, said)
	}
	link := filepath.Join(t.TempDir(), "link.html")
	if err := os.Symlink(out, link); err != nil {
		t.Fatal(err)
	}
	if code, said := call(firstLook, "-o", link, "--force"); code != exitUsage || !strings.Contains(said, "link") {
		t.Error(code, said)
	}
	if code, said := call(firstLook); code != exitUsage || !strings.Contains(said, "-o") {
		t.Error(code, said)
	}
	if code, said := call(firstLook, "-o", "-"); code != exitOK || !strings.HasPrefix(said, "<!doctype html>") || !strings.HasSuffix(said, "</html>\n") {
		t.Error(code, len(said))
	}
	if code, said := call("../../testdata/cut-file/in.pcap", "-o", "-"); code != exitDamaged || !strings.Contains(said, "ends inside a frame") {
		t.Error(code)
	}
	if code, said := call("../../testdata/xmas-probe/in.pcap", "-o", "-", "--rows", "0"); code != exitUsage {
		t.Error(code, said)
	}
}

// Without scripts the summary is all there, in both languages.
func TestReportWithoutScripts(t *testing.T) {
	b, err := os.ReadFile(report(t, firstLook))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b[:bytes.Index(b, []byte("<script"))])
	for _, want := range []string{"26 frames in 3.6", "26 tramas en 3.6", "half open", "semiabierta", "unfinished checksums", "suma de comprobación sin terminar", "192.0.2.9", "open", "abierto"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in the page's own markup", want)
		}
	}
	// The links to connections lead to their rows.
	for _, link := range regexp.MustCompile(`href="#(c\d+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, `<tr id="`+link[1]+`">`) {
			t.Errorf("#%s is nowhere", link[1])
		}
	}
}

// TestReportLooks opens the page at the sizes people use: nothing is wider than
// the window, nothing is loaded, nothing complains. PORTERO_SHOTS keeps pictures.
func TestReportLooks(t *testing.T) {
	file := report(t, firstLook)
	if f := os.Getenv("PORTERO_SHOTS_OF"); f != "" {
		file = report(t, f)
	}
	b := browse(t, file, "", 1280, 900, false)
	b.ready()
	if c := os.Getenv("PORTERO_SHOTS_CONN"); c != "" {
		eval[bool](b, `(location.hash = "#c`+c+`", true)`)
	}
	for _, v := range []struct {
		name   string
		w, h   int64
		scheme string
	}{{"light", 1280, 900, "light"}, {"dark", 1280, 900, "dark"}, {"phone", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}, {"zoom400", 320, 256, "light"}, {"projector", 1920, 1080, "light"}} {
		b.size(v.w, v.h)
		b.media("", v.scheme)
		if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
			t.Errorf("%s: %d pixels wider than the window", v.name, over)
		}
		b.shoot(v.name)
	}
	b.silent()
	eval[bool](b, `(document.getElementById("lang-es").click(), true)`)
	b.size(1280, 900)
	b.shoot("spanish")
	if dir := os.Getenv("PORTERO_SHOTS"); dir != "" {
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "print.pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The page of a capture with nothing in it says so and no more, with scripts as without, and its links lead somewhere.
func TestReportOfNothing(t *testing.T) {
	b, err := os.ReadFile(firstLook)
	if err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pcap")
	if err := os.WriteFile(empty, b[:24], 0o600); err != nil {
		t.Fatal(err)
	}
	p := browse(t, report(t, empty), "", 1000, 800, false)
	p.ready()
	for lang, want := range map[string]string{"en": "No connection in it.", "es": "No hay ninguna conexión."} {
		p.do(chromedp.Click("#lang-" + lang + " + label"))
		if got := eval[string](p, `document.getElementById("main").innerText`); !strings.Contains(got, want) || strings.Contains(got, "unpack") || strings.Contains(got, "desempaquetar") {
			t.Errorf("%s: %s", lang, got)
		}
		if got := eval[string](p, `document.documentElement.lang`); got != lang {
			t.Errorf("the page is in %s, want %s", got, lang)
		}
	}
	if got := eval[string](p, `[...document.querySelectorAll('a[href^="#"]')].filter(a => a.checkVisibility() && !document.getElementById(a.hash.slice(1))).map(a => a.href).join(" ")`); got != "" {
		t.Errorf("links to nothing: %s", got)
	}
	p.silent()
}

// On a phone the buttons that step through a ladder stand in one row, in both languages.
func TestReportStepsOnAPhone(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 390, 844, false)
	b.ready()
	for _, lang := range []string{"en", "es"} {
		b.do(chromedp.Click("#lang-" + lang + " + label"))
		for _, at := range []string{"first", "next", "last"} {
			eval[bool](b, `(document.getElementById("to-`+at+`").click(), true)`)
			if got := eval[string](b, `[...new Set(["to-first","to-back","to-next","to-last"].map(i => Math.round(document.getElementById(i).getBoundingClientRect().top)))].join(" ")`); strings.Contains(got, " ") {
				t.Errorf("%s, %s: the buttons begin at %s", lang, at, got)
			}
			if over := eval[int](b, `Math.max(document.documentElement.scrollWidth - innerWidth, ...["to-first","where","to-last","guess"].map(i => Math.ceil(document.getElementById(i).getBoundingClientRect().right) - innerWidth))`); over > 0 {
				t.Errorf("%s, %s: %d pixels wider than the window", lang, at, over)
			}
		}
		b.shoot("phone-steps-" + lang)
	}
	b.silent()
}

// TestReportSteps walks through a connection by mouse and keyboard, guesses a
// packet, and changes the language on the way.
func TestReportSteps(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 1280, 900, false)
	b.ready()
	text := func(sel string) string {
		return eval[string](b, `document.querySelector("`+sel+`").innerText`)
	}
	states := func() string {
		return eval[string](b, `[...document.querySelectorAll("#standings b")].map(e => e.innerText).join(" | ")`)
	}
	if got := text("#connection"); got != "Connection 2" {
		t.Fatal(got)
	}
	b.do(chromedp.Click("#to-first"))
	if got := states(); got != "CLOSED | LISTEN (inferred)" && got != "CLOSED | LISTEN" {
		t.Error("before the first packet: ", got)
	}
	b.do(chromedp.Click("#to-next"))
	if got := states(); got != "SYN-SENT | SYN-RECEIVED" {
		t.Error("after the SYN: ", got)
	}
	b.press(kb.ArrowRight)
	b.press(kb.ArrowRight)
	if got := states(); got != "ESTABLISHED | ESTABLISHED (inferred)" {
		t.Error("after the third packet: ", got)
	}
	if got := text("#rungs [aria-current=step] code"); !strings.HasPrefix(got, "ACK") {
		t.Error(got)
	}
	if got := text("#told"); !strings.Contains(got, "Step 3 of ") || !strings.Contains(got, "client: ESTABLISHED") {
		t.Error("a screen reader hears: ", got)
	}
	b.press(kb.ArrowLeft)
	if got := text("#where"); !strings.HasPrefix(got, "Step 2 of ") {
		t.Error(got)
	}
	b.do(chromedp.Click("#lang-es + label"))
	if got := text("#where"); !strings.HasPrefix(got, "Paso 2 de ") {
		t.Error("the step is lost with the language: ", got)
	}
	if lang := eval[string](b, `document.documentElement.lang`); lang != "es" {
		t.Error(lang)
	}
	for sel, want := range map[string]string{"#connection": "Conexión 2", "#openings": "Cómo se abrieron las conexiones", "#count": "6 conexiones"} {
		if got := text(sel); got != want {
			t.Errorf("%s: %q, want %q", sel, got, want)
		}
	}
	if got := text("main"); strings.Contains(got, "half open") {
		t.Error("English is still shown")
	}
	b.do(chromedp.Click("#lang-en + label"))

	// Guess: right flags and number of the SYN, then a wrong answer.
	b.do(chromedp.Click("#guess"))
	if n := eval[int](b, `[...document.querySelectorAll("#rungs .rung:not(.startline)")].filter(e => e.offsetParent).length`); n != 0 {
		t.Error(n, "packets are shown before they are guessed")
	}
	b.do(chromedp.Click("#question input[value=SYN]"), chromedp.SendKeys("#answer-seq", "0"), chromedp.Click("#question button[type=submit]"))
	if got := text(".score"); got != "Score: 2 of 2" {
		t.Error(got)
	}
	b.do(chromedp.Click("#goon"))
	b.do(chromedp.Click("#question input[value=SYN]"), chromedp.SendKeys("#answer-seq", "0"), chromedp.SendKeys("#answer-ack", "7"), chromedp.Click("#question button[type=submit]"))
	if got := text("#verdict"); !strings.Contains(got, "it was SYN,ACK") || !strings.Contains(got, "it was 1: the server has received the SYN of the client") {
		t.Error(got)
	}
	if got := text(".score"); got != "Score: 3 of 5" {
		t.Error(got)
	}
	b.shoot("guess")
	// Every change of state in the picture is one of the machine's.
	b.do(chromedp.Click("#guess"), chromedp.Click("#to-last"))
	// That nobody answers a call is for who guesses to find.
	eval[string](b, `location.hash = "#c5"`)
	const silence = "No answer to it is in this capture."
	for _, guessing := range []bool{false, true} {
		if guessing {
			b.do(chromedp.Click("#guess"), chromedp.Click("#to-next"))
		}
		if got := text("#rungs") + text("#told"); strings.Contains(got, silence) == guessing || !strings.Contains(got, "SYN") {
			t.Errorf("guessing is %v: %s", guessing, got)
		}
	}
	b.silent()
}

// The table is reached and read by keyboard alone.
func TestReportKeyboard(t *testing.T) {
	b := browse(t, report(t, firstLook), "", 1280, 900, false)
	b.ready()
	eval[bool](b, `(document.getElementById("filter").focus(), true)`)
	b.press("open")
	if got := eval[string](b, `document.getElementById("count").innerText`); got == "6 connections" {
		t.Error("the filter does nothing: ", got)
	}
	b.typed("#filter", "")
	for range 12 { // past the heads of the columns
		b.press(kb.Tab)
		if eval[string](b, `document.activeElement.id`) == "grid" {
			break
		}
	}
	if at := eval[string](b, `document.activeElement.id`); at != "grid" {
		t.Fatal("Tab leads to ", at)
	}
	b.press(kb.ArrowDown)
	b.press(kb.End)
	if got := eval[string](b, `document.getElementById("grid").getAttribute("aria-activedescendant")`); got != "r6" {
		t.Error(got)
	}
	b.press(kb.Enter)
	if got := eval[string](b, `document.activeElement.innerText`); got != "Connection 6" {
		t.Error("Enter leads to ", got)
	}
	// Every control has a name, every id is there once, every heading follows its level.
	for name, js := range map[string]string{
		"nameless controls": `[...document.querySelectorAll("button,input,a[href]")].filter(e => e.checkVisibility() && !(e.innerText.trim() || e.getAttribute("aria-label") || (e.labels && e.labels.length))).map(e => e.outerHTML.slice(0, 80)).join("\n")`,
		"ids given twice":   `[...document.querySelectorAll("[id]")].map(e => e.id).filter((x, i, all) => all.indexOf(x) !== i).join(" ")`,
		"skipped headings":  `(() => { let last = 1; return [...document.querySelectorAll("h1,h2,h3,h4")].filter(e => e.offsetParent).map(e => [Number(e.tagName[1]), e.innerText]).filter(([n]) => { const bad = n > last + 1; last = n; return bad; }).join("; ") })()`,
		"broken references": `[...document.querySelectorAll("[aria-labelledby],[aria-describedby],label[for]")].flatMap(e => [e.getAttribute("aria-labelledby"), e.getAttribute("aria-describedby"), e.getAttribute("for")]).filter(x => x && !document.getElementById(x)).join(" ")`,
	} {
		if got := eval[string](b, js); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	b.silent()
}

// Text and what it stands on differ by 4.5 to 1 at least (WCAG 2.2, 1.4.3), in
// both colour schemes.
func TestReportContrast(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c4", 1280, 900, false)
	b.ready()
	for _, scheme := range []string{"light", "dark"} {
		b.media("", scheme)
		if got := eval[string](b, contrastJS); got != "" {
			t.Errorf("%s:\n%s", scheme, got)
		}
	}
}

const contrastJS = `(() => {
  const ctx = Object.assign(document.createElement("canvas"), {width: 1, height: 1}).getContext("2d", {willReadFrequently: true});
  const rgb = (c) => { ctx.clearRect(0, 0, 1, 1); ctx.fillStyle = c; ctx.fillRect(0, 0, 1, 1); return [...ctx.getImageData(0, 0, 1, 1).data]; };
  const lum = (c) => c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const bad = new Set();
  let seen = 0;
  for (const e of document.querySelectorAll("body *")) {
    if (!e.offsetParent || e.closest("svg,:disabled,.rung.later") || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    let under = e, back;
    for (; under; under = under.parentElement) { back = rgb(getComputedStyle(under).backgroundColor); if (back[3] === 255) break; }
    const a = lum(rgb(getComputedStyle(e).color)), b = lum(back);
    const k = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    seen++;
    if (k < 4.5) bad.add(k.toFixed(2) + " " + e.tagName + "." + e.className + " " + e.innerText.slice(0, 30));
  }
  return seen < 100 ? "only " + seen + " texts were looked at" : [...bad].join("\n");
})()`

// TestReportPrints makes a PDF of the page: the table and the open ladder are in it.
func TestReportPrints(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 1280, 900, true)
	b.ready()
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4)))
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20_000 {
		t.Fatal(len(pdf), err)
	}
	b.media("print", "dark")
	if got := eval[int](b, `document.querySelectorAll("#printrows tbody tr").length`); got != 6 {
		t.Errorf("%d rows on paper", got)
	}
	for sel, want := range map[string]bool{"#grid": false, ".controls": false, "#printrows": true, "#rungs": true, ".proof": true, "nav": false} {
		if got := eval[bool](b, `document.querySelector("`+sel+`").offsetHeight > 0`); got != want {
			t.Errorf("%s is on paper: %v", sel, got)
		}
	}
	if paper := eval[string](b, `getComputedStyle(document.documentElement).backgroundColor`); paper != "rgb(255, 255, 255)" {
		t.Error("paper is ", paper)
	}
	b.silent()
}

// TestReportLarge fills the table with 50,000 connections (10,000 where
// PORTERO_TIME is not set, which CI does): any filter answers within 100 ms, and
// scrolling keeps few rows in the document.
func TestReportLarge(t *testing.T) {
	chromium(t)
	total := 50_000
	if os.Getenv("PORTERO_TIME") == "" {
		total = 10_000
	}
	of := func(n int) string { return fmt.Sprintf("%d of %d connections", n, total) }
	capture := filepath.Join(t.TempDir(), "large.pcap")
	w := newWire(t, capture)
	for i := range total {
		c := end{net.IPv4(10, byte(i>>14), byte(i>>6), byte(i)).To4(), uint16(20000 + i%40000)}
		s := end{net.IPv4(192, 0, 2, byte(i%200)).To4(), []uint16{80, 443, 22, 8080, 25}[i%5]}
		switch i % 4 {
		case 0:
			w.tcp(c, s, "S", uint32(i), 0, nil)
			w.tcp(s, c, "RA", 0, uint32(i)+1, nil)
		case 1:
			w.tcp(c, s, "S", uint32(i), 0, nil)
		case 2:
			w.tcp(s, c, "SA", uint32(i), uint32(i)+1, nil)
		default:
			w.tcp(c, s, "S", uint32(i), 0, nil)
			w.tcp(s, c, "SA", 5, uint32(i)+1, nil)
			w.tcp(c, s, "A", uint32(i)+1, 6, nil)
		}
	}
	w.close()
	file := report(t, capture, "--told", "100")
	st, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d octets of page for %d connections", st.Size(), total)
	if st.Size() > 8<<20 {
		t.Error("the page is too large to send to anybody")
	}
	began := time.Now()
	b := browse(t, file, "", 1280, 900, false)
	b.ready()
	t.Logf("open and ready after %d ms", time.Since(began).Milliseconds())
	took := func(line string) float64 {
		before := b.busy()
		eval[bool](b, `(() => { const f = document.getElementById("filter"); f.value = `+fmt.Sprintf("%q", line)+`; f.dispatchEvent(new Event("input")); document.body.offsetHeight; return true })()`)
		return b.busy() - before
	}
	t.Logf("first filter %.1f ms", took("10.0.0"))
	for line, want := range map[string]string{"": fmt.Sprintf("%d connections", total), "handshake=refused": of(total / 4), "refused": of(total / 4), "resp_port<100 -refused": of(total * 9 / 20),
		"192.0.2.7": of(total / 200), "192.0.2.7:22": of(total / 200), "no answer": of(total / 4), "t<0.1": "",
		"#77": of(1), "nonsense": "no connection matches", "nokey=1": "the record has no key “nokey”", "http 10.1 orig_port>=30000": ""} {
		// The best of three: what the browser does now and then, as its collection of garbage, is not the filter's.
		best := took(line)
		for try := 0; best > 100 && try < 2; try++ {
			took("")
			best = min(best, took(line))
		}
		got := eval[string](b, `document.getElementById("count").innerText`)
		t.Logf("%-28q %5.1f ms  %s", line, best, got)
		if best > 100 {
			t.Errorf("%q takes %.0f ms", line, best)
		}
		if want != "" && got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
	took("")
	eval[bool](b, `(document.getElementById("gridbody").scrollTop = 1e9, true)`)
	eval[bool](b, `new Promise(r => requestAnimationFrame(() => setTimeout(() => r(true), 50)))`)
	if got := eval[string](b, `[...document.querySelectorAll("#rows .row")].at(-1).id`); got != fmt.Sprint("r", total) {
		t.Error("the end of the table is ", got)
	}
	if n := eval[int](b, `document.querySelectorAll("#rows .row").length`); n > 60 {
		t.Error(n, "rows are in the document")
	}
	before := b.busy()
	eval[bool](b, `(() => { document.querySelector("[data-sort=ends]").click(); document.body.offsetHeight; return true })()`)
	t.Logf("sorting by ends %.1f ms", b.busy()-before)
	b.silent()
}

// What is worth a look is in the page as findings lists it, also what packets told that are
// in no connection, and it counts for --fail-on.
func TestReportHasEveryFinding(t *testing.T) {
	for name, title := range map[string]string{"arp-sweep": "neighbour after neighbour was asked for", "dns-tunnel": "the phone book is being used to send letters", "port-scan": "many doors of one machine were tried"} {
		in := "../../testdata/" + name + "/in.pcap"
		_, all, _ := portero(t, "findings", "--format", "tsv", in)
		code, page, errs := portero(t, "report", in, "-o", "-", "--fail-on", "low")
		if code != exitFound || !strings.Contains(strings.ToLower(page), title) {
			t.Errorf("%s: exit status %d, title there: %v %s\nwant in it: %s", name, code, strings.Contains(strings.ToLower(page), title), errs, all)
		}
	}
}

// However long the addresses and narrow the window, both ends of every connection are read
// whole in the table, no row covers another, and the window is not left.
func TestReportShowsBothEnds(t *testing.T) {
	for name, addrs := range map[string][2]string{
		"short": {"10.0.0.1", "10.0.0.2"},
		"IPv4":  {"192.168.100.117", "239.255.255.250"},
		"IPv6":  {"2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"},
	} {
		file := filepath.Join(t.TempDir(), "in.pcap")
		if err := os.WriteFile(file, questions(t, addrs[0], addrs[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		b := browse(t, report(t, file), "", 1280, 900, false)
		b.ready()
		for _, w := range []int64{1280, 1041, 1024, 1000, 861, 860, 768, 761, 700, 390, 320} {
			b.size(w, 900)
			for _, lang := range []string{"en", "es"} {
				eval[bool](b, `(document.getElementById("lang-`+lang+`").click(), true)`)
				eval[bool](b, `new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))`)
				if got := eval[string](b, `[...document.querySelectorAll("#rows .ends")].filter(e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight + 1 || e.getBoundingClientRect().bottom > e.parentElement.getBoundingClientRect().bottom + 1).map(e => e.textContent).join(" ")`); got != "" {
					t.Errorf("%s, %d pixels, %s: cut: %s", name, w, lang, got)
				}
				if over := eval[int](b, `document.getElementById("gridbody").scrollWidth - document.getElementById("gridbody").clientWidth`); over > 0 {
					t.Errorf("%s, %d pixels, %s: the table is %d pixels wider than its room", name, w, lang, over)
				}
				if got := eval[string](b, `[...document.querySelectorAll("#rows .row")].map(e => Math.round(e.getBoundingClientRect().top)).filter((y, i, all) => i && Math.abs(y - all[i-1] - document.querySelector("#rows .row").offsetHeight) > 1).join(" ")`); got != "" {
					t.Errorf("%s, %d pixels, %s: rows do not follow each other: %s", name, w, lang, got)
				}
				if n, over := eval[int](b, `document.querySelectorAll("#rows .ends").length`), eval[int](b, `document.documentElement.scrollWidth - innerWidth`); n != 3 || over > 0 {
					t.Errorf("%s, %d pixels, %s: %d rows, %d pixels too wide: %s", name, w, lang, n, over, eval[string](b, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().left + e.scrollWidth > innerWidth + 1 && getComputedStyle(e).overflowX === "visible" && !e.closest(".scroll,.top")).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 60)).join("; ")`))
				}
			}
			b.shoot(fmt.Sprintf("ends-%s-%d", name, w))
		}
		b.silent()
	}
}

// questions are three datagrams from a to b, each from another port.
func questions(t *testing.T, a, b string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(65535, layers.LinkTypeRaw); err != nil {
		t.Fatal(err)
	}
	src, dst := net.ParseIP(a), net.ParseIP(b)
	for i := range 3 {
		udp := &layers.UDP{SrcPort: layers.UDPPort(51514 + i), DstPort: 61900}
		var ip gopacket.SerializableLayer
		if v4 := src.To4(); v4 != nil {
			l := &layers.IPv4{Version: 4, TTL: 64, Id: uint16(i + 1), Protocol: layers.IPProtocolUDP, SrcIP: v4, DstIP: dst.To4()}
			_, ip = udp.SetNetworkLayerForChecksum(l), l
		} else {
			l := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP, SrcIP: src, DstIP: dst}
			_, ip = udp.SetNetworkLayerForChecksum(l), l
		}
		buf := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, udp, gopacket.Payload("question")); err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 24, 13, 0, i, 0, time.UTC)
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(buf.Bytes()), Length: len(buf.Bytes())}, buf.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// A long name of a damaged input breaks rather than making the page wider than a phone.
func TestReportOfALongName(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "cut-file", "in.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), strings.Repeat("long_", 20)+".pcap")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	b := browse(t, report(t, name, firstLook), "", 390, 844, false)
	b.ready()
	b.size(390, 844)
	if got := eval[string](b, `[...document.querySelectorAll("main *")].filter(e => e.checkVisibility() && !e.closest(".scroll,.rows,#rows,.top") && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).join("; ")`); got != "" {
		t.Errorf("wider than the phone: %s", got)
	}
}

// What is wider than a phone can be scrolled by the keyboard, and a state that is only
// inferred stays beside the line it belongs to.
func TestReportOnAPhoneByKeyboard(t *testing.T) {
	b := browse(t, report(t, filepath.Join("..", "..", "testdata", "midstream", "in.pcap")), "#c1", 1280, 900, false)
	b.ready()
	for _, w := range []int64{1280, 390} {
		b.size(w, 900)
		for _, lang := range []string{"en", "es"} {
			eval[bool](b, `(document.getElementById("lang-`+lang+`").click(), true)`)
			if got := eval[string](b, `[...document.querySelectorAll(".scroll")].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth && (e.tabIndex < 0 || !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")))).map(e => e.innerText.slice(0, 40)).join("; ")`); got != "" {
				t.Errorf("%d pixels, %s: only a pointer scrolls %q", w, lang, got)
			}
			if got := eval[string](b, `[...document.querySelectorAll(".state")].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map(e => e.innerText).join("; ")`); got != "" {
				t.Errorf("%d pixels, %s: leaves its column: %q", w, lang, got)
			}
		}
	}
	b.silent()
}
