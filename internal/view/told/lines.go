package told

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

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
	for _, f := range strings.Fields(s) {
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
