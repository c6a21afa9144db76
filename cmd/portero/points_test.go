package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestFilesOfTwoPlaces holds that files which were captured at the same time have each packet once, though nothing but that tells
// copies, and that pieces of one capture have none.
func TestFilesOfTwoPlaces(t *testing.T) {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(`
		c S 1000 0 0 id0
		s SA 5000 1001 0 id0
		c A 1001 5001 0 id0
		c PA 1001 5001 100 id0
		+5 c PA 1001 5001 100 id0
		s A 5001 1101 0 id0
		s PA 5001 1101 200 id0
		c A 1101 5201 0 id0
		c PA 1101 5201 300 id0
		s A 5201 1401 0 id0
		s FA 5201 1401 0 id0
		c FA 1401 5202 0 id0
		s A 5202 1402 0 id0`), "\t", ""), "\n")
	// place is what one place has of them, so late, from the first to the last but those that it missed.
	place := func(late float64, first, last int, missed ...int) string {
		at, before, kept := 0.0, 0.0, []string(nil)
		for i, l := range lines {
			step := 10.0
			if strings.HasPrefix(l, "+") {
				fmt.Sscanf(l, "+%f", &step)
				_, l, _ = strings.Cut(l, " ")
			}
			at += step
			lost := i < first || i > last
			for _, m := range missed {
				lost = lost || i == m
			}
			if !lost {
				kept = append(kept, fmt.Sprintf("+%v %s", at+late-before, l))
				before = at + late
			}
		}
		return acted(t, strings.Join(kept, "\n"))
	}
	all := len(lines) - 1
	for _, x := range []struct {
		name  string
		files []string
		want  string
	}{
		{"each has all", []string{place(0, 0, all), place(0.2, 0, all)}, "7 6 1 13"},
		{"both missed some", []string{place(0, 0, all, 5, 7, 9), place(0.2, 0, all, 1, 3, 8)}, "7 6 1 7"},
		{"the second began later", []string{place(0, 0, all), place(0.2, 6, all, 8)}, "7 6 1 6"},
		{"the second is named first", []string{place(0.2, 0, all, 3), place(0, 0, all, 6, 8)}, "7 6 1 10"},
		{"pieces of one capture", []string{place(0, 0, 3), place(0, 4, all)}, "7 6 1 0"},
		{"pieces in another order", []string{place(0, 4, all), place(0, 0, 3)}, "7 6 1 0"},
	} {
		r := records(t, append([]string{"--frames", "merged"}, x.files...)...)[1]
		if got := strings.TrimSpace(fmt.Sprintln(r["orig_pkts"], r["resp_pkts"], r["orig_retrans"], r["duplicates"])); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

// TestClocksOfTwoPlaces holds that it is told by how much the clocks of two captures of the same packets differ, and that pieces of
// one capture, and what was sent again, tell no such thing.
func TestClocksOfTwoPlaces(t *testing.T) {
	talk := func(late int, again bool) string {
		var b strings.Builder
		fmt.Fprintf(&b, "+%d c S 1000 0 0 id0\ns SA 5000 1001 0 id0\nc A 1001 5001 0 id0\n", 10+late)
		for i := range 20 {
			fmt.Fprintf(&b, "c PA %d %d 100 id0\ns PA %d %d 50 id0\n", 1001+100*i, 5001+50*i, 5001+50*i, 1101+100*i)
			if again {
				fmt.Fprintf(&b, "+200 c PA %d %d 100 id0\n", 1001+100*i, 5001+50*i)
			}
		}
		return acted(t, b.String())
	}
	for _, x := range []struct {
		name  string
		files []string
		want  string
	}{
		{"one clock", []string{talk(0, false), talk(0, false)}, ""},
		{"one runs 300 ms ahead", []string{talk(0, false), talk(300, false)}, "the clocks of captures with the same packets differ by some 300 ms"},
		{"the one that is named first", []string{talk(300, false), talk(0, false)}, "differ by some 300 ms"},
		{"much is sent again", []string{talk(0, true), talk(0, true)}, ""},
		{"one capture alone, in which much is sent again", []string{talk(0, true)}, ""},
		{"one behind the other", []string{talk(0, false), talk(900_000, false)}, ""},
	} {
		_, out, _ := portero(t, x.files...)
		out = strings.Join(strings.Fields(out), " ")
		if got := strings.Contains(out, "the clocks of captures"); got != (x.want != "") || !strings.Contains(out, x.want) {
			t.Errorf("%s: %s", x.name, out)
		}
	}
	_, out, _ := portero(t, "--lang", "es", talk(0, false), talk(300, false))
	if out = strings.Join(strings.Fields(out), " "); !strings.Contains(out, "los relojes de capturas con los mismos paquetes difieren en unos 300 ms") {
		t.Error(out)
	}
}
