package main

import (
	"path/filepath"
	"testing"
)

// On a narrow screen a sheet's words stay whole: its tables scroll, the page does not.
func TestSheetOnAPhone(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		dir := t.TempDir()
		if code, _, errs := portero(t, "exercise", "--format", "html", "--lang", lang, "-o", dir+"/s.html", look); code != exitOK {
			t.Fatal(code, errs)
		}
		for _, name := range []string{"s.html", "s.key.html"} {
			for _, w := range []int64{390, 500, 1280} {
				b := browse(t, filepath.Join(dir, name), "", w, 844, false)
				if over := eval[int](b, `document.documentElement.scrollWidth - innerWidth`); over > 0 {
					t.Errorf("%s, %s, %d: %d pixels wider than the window", name, lang, w, over)
				}
				// A word is broken where it stands in two lines.
				if got := eval[string](b, `[...document.querySelectorAll("th,td")].filter(e => e.firstChild && e.firstChild.nodeType === 3 && /^[A-Za-záéíóúñ0-9]+$/.test(e.textContent)).filter(e => { const r = document.createRange(); r.selectNodeContents(e); return new Set([...r.getClientRects()].map(x => Math.round(x.top))).size > 1 }).map(e => e.textContent).join(" ")`); got != "" {
					t.Errorf("%s, %s, %d: broken: %s", name, lang, w, got)
				}
			}
		}
	}
}

// On paper, where nothing scrolls, a sheet's words and numbers stay whole too, and its tables within the page.
func TestSheetOnPaper(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := portero(t, "exercise", "--format", "html", "--level", "hard", "--lang", "es", "-o", dir+"/s.html", look); code != exitOK {
		t.Fatal(code, errs)
	}
	for _, name := range []string{"s.html", "s.key.html"} {
		b := browse(t, filepath.Join(dir, name), "", 718, 1000, false) // A4 with the margins of browsers
		b.media("print", "light")
		if over := eval[int](b, `Math.max(...[...document.querySelectorAll("table")].map(e => Math.ceil(e.getBoundingClientRect().right) - innerWidth))`); over > 0 {
			t.Errorf("%s: %d pixels wider than the paper", name, over)
		}
		if got := eval[string](b, brokenWords); got != "" {
			t.Errorf("%s: broken: %s", name, got)
		}
	}
}

// brokenWords are the words of tables that begin in one line and end in another, but for those that have a hyphen to
// break at.
const brokenWords = `(() => {
  const bad = [];
  for (const e of document.querySelectorAll("th,td")) for (const n of e.childNodes) {
    if (n.nodeType !== 3) continue;
    for (const m of n.data.matchAll(/[^\s-]+/g)) {
      const r = document.createRange();
      r.setStart(n, m.index);
      r.setEnd(n, m.index + m[0].length);
      if (new Set([...r.getClientRects()].map(x => Math.round(x.top))).size > 1) bad.push(m[0]);
    }
  }
  return bad.join(" ");
})()`

// A ladder as a page fits on a phone, on a tablet and on paper, large or not: nothing is wider than its
// rung, and no state lies over an arrow or the words under it.
func TestLadderOnAPhone(t *testing.T) {
	for _, args := range [][]string{{"--lang", "en"}, {"--lang", "es", "--large"}} {
		page := filepath.Join(t.TempDir(), "l.html")
		if code, _, errs := portero(t, append([]string{"teach", "--format", "html", "-o", page, firstLook, "2"}, args...)...); code != exitOK {
			t.Fatal(code, errs)
		}
		b := browse(t, page, "", 360, 740, false)
		for _, at := range []struct {
			w     int64
			media string
		}{{360, "screen"}, {700, "screen"}, {1280, "screen"}, {718, "print"}} {
			b.size(at.w, 740)
			b.media(at.media, "light")
			if got := eval[string](b, `(() => {
				const bad = [], box = e => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect() };
				if (document.documentElement.scrollWidth > innerWidth) bad.push("wider than the window");
				for (const rung of document.querySelectorAll(".rung")) {
					const R = rung.getBoundingClientRect(), words = [...rung.querySelectorAll(".label,blockquote,p,.wire,.frame,.time")].map(box);
					for (const s of rung.querySelectorAll(".state,.label,.time")) {
						const r = box(s);
						if (r.left < R.left || r.right > R.right + 1) bad.push(s.textContent + " is out of its rung");
						if (s.classList.contains("state") && words.some(w => r.left < w.right && w.left < r.right && r.top < w.bottom - 2 && w.top < r.bottom - 2)) bad.push(s.textContent + " lies over words");
					}
				}
				return bad.join("\n");
			})()`); got != "" {
				t.Errorf("%v, %d, %s: %s", args, at.w, at.media, got)
			}
		}
		b.silent()
	}
}
