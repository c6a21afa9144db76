package told

import (
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/internal/fold"
	"portero/internal/record"
)

// Cut is s in at most w columns, with sign where something is left out. The mark of a service that only the port speaks
// for stays: without it a guess would be told as what was spoken.
func Cut(s string, w int, sign string) string {
	if runewidth.StringWidth(s) <= w {
		return s
	}
	if name, ok := strings.CutSuffix(s, record.PortMark); ok && w > runewidth.StringWidth(sign)+len(record.PortMark) {
		return runewidth.Truncate(name, w-len(record.PortMark), sign) + record.PortMark
	}
	return runewidth.Truncate(s, w, sign)
}

// Lines breaks s at its spaces into lines: the first of at most first columns, the others of at most rest. A word that is
// longer than a line is broken too, since a name from the wire may be of any length. Both widths are at least two columns,
// the widest that one letter takes.
func Lines(s string, first, rest int) []string {
	var lines []string
	line := ""
	width := func() int {
		if len(lines) == 0 {
			return first
		}
		return rest
	}
	fits := func(s string) bool { return runewidth.StringWidth(s) <= min(first, rest) }
	for _, f := range fold.Bound(strings.Fields(s), fits) {
		if line != "" {
			if runewidth.StringWidth(line)+1+runewidth.StringWidth(f) <= width() {
				line += " " + f
				continue
			}
			lines = append(lines, line)
		}
		for runewidth.StringWidth(f) > width() {
			head := runewidth.Truncate(f, width(), "")
			lines = append(lines, head)
			f = f[len(head):]
		}
		line = f
	}
	return append(lines, line)
}
