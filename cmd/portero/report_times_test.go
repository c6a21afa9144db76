package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Packets have the times on the page that teach and why print.
func TestReportHasTheTimesOfTheLadder(t *testing.T) {
	times := regexp.MustCompile(`\+\d+\.\d{3} ms`)
	file := report(t, firstLook)
	for _, id := range []string{"2", "4"} {
		_, out, _ := portero(t, "teach", firstLook, id)
		want := strings.Join(times.FindAllString(out, -1), " ")
		b := browse(t, file, "#c"+id, 1280, 900, false)
		b.ready()
		got := eval[string](b, `document.getElementById("rungs").innerText`)
		if s := strings.Join(times.FindAllString(got, -1), " "); s != want || strings.Count(want, "+") < 4 {
			t.Errorf("connection %s: %s, and teach says %s", id, s, want)
		}
		_, out, _ = portero(t, "why", firstLook, id)
		proof := eval[string](b, `[...document.querySelectorAll(".proof table:first-of-type td:nth-child(2)")].map(e => e.innerText.replace(" ms", "")).join(" ")`)
		for _, at := range strings.Fields(proof) {
			if strings.HasPrefix(at, "+") && !strings.Contains(out, fmt.Sprintf(" %s ", at)) {
				t.Errorf("connection %s: %s in the proof, and why says\n%s", id, at, out)
			}
		}
	}
}
