package fold

import (
	"slices"
	"strings"
)

// units stand behind a number, from which no line parts them.
var units = []string{"B", "kB", "MB", "GB", "TB", "ns", "us", "µs", "ms", "s", "min", "h", "d", "%", "kB/s", "MB/s", "bit/s", "kbit/s", "Mbit/s", "Gbit/s"}

// Bound joins of words those that are read as one, where fits says that they fit a line: a number and its unit, and what went
// either way, as in 2 kB > < 0 B.
func Bound(words []string, fits func(string) bool) []string {
	var out []string
	// join makes one of the last and w.
	join := func(w string) bool {
		n := len(out) - 1
		if n < 0 || !fits(out[n]+" "+w) {
			return false
		}
		out[n] += " " + w
		return true
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "<" && i > 1 && words[i-1] == ">" && i+1 < len(words):
			there, back, end := len(out)-2, w+" "+words[i+1], i+1
			if i+2 < len(words) && isUnit(words[i+2]) {
				back, end = back+" "+words[i+2], i+2
			}
			if there >= 0 && fits(out[there]+" > "+back) {
				out = append(out[:there], out[there]+" > "+back)
				i = end
				continue
			}
		case i > 0 && isUnit(w) && number(words[i-1]) && join(w):
			continue
		}
		out = append(out, w)
	}
	return out
}

// isUnit reports whether w is a unit, whatever ends the sentence behind it.
func isUnit(w string) bool { return slices.Contains(units, strings.TrimRight(w, ".,;:)")) }

// number reports whether w ends with a digit and begins with one, or a sign or bracket before it.
func number(w string) bool {
	w = strings.TrimLeft(w, "(<~+-")
	return w != "" && w[0] >= '0' && w[0] <= '9' && w[len(w)-1] >= '0' && w[len(w)-1] <= '9'
}
