package main

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestReportInForcedColours: where the system chooses the colours, arrows keep their heads, the two ends their lines, and
// the language that is chosen differs from the other.
func TestReportInForcedColours(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 1280, 900, false)
	b.ready()
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}}); err != nil {
		t.Fatal(err)
	}
	for what, js := range map[string]string{
		"heads of arrows are blocks":      `getComputedStyle(document.querySelector(".to-b .arrow"), "::after").borderTopColor !== "rgba(0, 0, 0, 0)"`,
		"the lines of the ends are gone":  `getComputedStyle(document.getElementById("rungs"), "::before").backgroundColor === getComputedStyle(document.body).backgroundColor`,
		"no language looks as if chosen":  `getComputedStyle(document.querySelector("[for=lang-en]")).backgroundColor === getComputedStyle(document.querySelector("[for=lang-es]")).backgroundColor`,
		"forced colours are not in force": `!matchMedia("(forced-colors: active)").matches`,
	} {
		if eval[bool](b, js) {
			t.Error(what)
		}
	}
}

// TestReportKeepsTheKeyboardsPlace: a button that has nothing left to do, a question that is answered and the way back
// from a connection leave the keyboard where it goes on, not at the top of the page.
func TestReportKeepsTheKeyboardsPlace(t *testing.T) {
	b := browse(t, report(t, firstLook), "", 1280, 900, false)
	b.ready()
	at := func(when, want string) {
		t.Helper()
		// Going back is told to the page when it gets to it.
		for range 100 {
			if eval[string](b, `document.activeElement.id`) == want {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Errorf("%s: the keyboard is at %q, want %q", when, eval[string](b, `document.activeElement.outerHTML.slice(0, 80)`), want)
	}
	focus := func(id string) { eval[bool](b, `(document.getElementById("`+id+`").focus(), true)`) }
	focus("grid")
	b.press(kb.ArrowDown)
	b.press(kb.Enter)
	at("opened", "connection")
	focus("to-first")
	b.press(kb.Enter)
	at("before the first packet", "to-next")
	b.press(kb.ArrowRight)
	if got := eval[string](b, `document.getElementById("where").textContent`); got != "Step 1 of 10" {
		t.Error(got)
	}
	focus("to-last")
	b.press(kb.Enter)
	at("at the last packet", "to-back")
	eval[bool](b, `(document.getElementById("guess").click(), true)`)
	eval[bool](b, `(document.querySelector("#question button[type=button]").focus(), true)`)
	b.press(kb.Enter)
	if got := eval[bool](b, `document.activeElement.matches("#question input")`); !got {
		t.Error("what was shown leaves the keyboard at ", eval[string](b, `document.activeElement.outerHTML.slice(0, 80)`))
	}
	eval[bool](b, `(history.back(), true)`)
	at("back", "grid")
	eval[bool](b, `(document.querySelector('.list a[href="#c4"]').focus(), true)`)
	b.press(kb.Enter)
	at("opened from a door", "connection")
	eval[bool](b, `(history.back(), true)`)
	for range 100 {
		if eval[string](b, `document.activeElement.getAttribute("href") || ""`) == "#c4" {
			b.silent()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("back leads to ", eval[string](b, `document.activeElement.outerHTML.slice(0, 80)`))
}
