package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A number in the game is right however it is written; where the game is over the keyboard is not lost.
func TestReportGameByKeyboard(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 1280, 900, false)
	b.ready()
	b.do(chromedp.Click("#guess"))
	b.do(chromedp.Click("#question input[value=SYN]"), chromedp.SendKeys("#answer-seq", " 00"), chromedp.Click("#question button[type=submit]"))
	if got := eval[string](b, `document.querySelector(".score").innerText`); got != "Score: 2 of 2" {
		t.Errorf("00 is not 0: %s", got)
	}
	b.do(chromedp.Click("#to-last"), chromedp.Click("#to-back"), chromedp.Click("#question button[type=submit]"), chromedp.Click("#goon"))
	if got := eval[string](b, `document.activeElement.id`); got != "guess" {
		t.Errorf("behind the last packet the keyboard is at %q", got)
	}
	b.silent()
}

// A link to the connection that is shown leads there again.
func TestReportLinkAgain(t *testing.T) {
	b := browse(t, report(t, firstLook), "#c2", 1280, 500, false)
	b.ready()
	if got := eval[string](b, `(() => {
		const a = document.createElement("a");
		a.href = "#c2";
		document.querySelector("main").prepend(a);
		document.getElementById("filter").focus();
		a.click();
		return document.activeElement.id;
	})()`); got != "connection" {
		t.Errorf("it leads to %q", got)
	}
	b.silent()
}

// Paper does not unfold: doors and hosts beyond the first are printed, too.
func TestReportPrintsWhatIsFolded(t *testing.T) {
	b := browse(t, report(t, "../../testdata/port-scan/in.pcap"), "", 1280, 900, false)
	b.ready()
	const last = `document.querySelector("section[aria-labelledby=doors] details tbody tr:last-child")`
	seen := func() bool {
		return eval[bool](b, last+`.checkVisibility() && `+last+`.offsetHeight > 0`)
	}
	if seen() {
		t.Fatal("nothing is folded on the screen")
	}
	b.media("print", "light")
	if !seen() {
		t.Error("what is folded is not on paper")
	}
	b.silent()
}
