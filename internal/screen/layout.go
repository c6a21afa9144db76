package screen

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/mattn/go-runewidth"

	"portero/internal/view/told"
)

// layout chooses the columns that fit in width and how wide each is: those of the
// lowest rank first, then what is left goes to cells that are cut.
func layout(cs []column, heads []string, rows [][]string, width int) (shown []int, widths []int) {
	natural := make([]int, len(cs))
	for i := range cs {
		natural[i] = runewidth.StringWidth(heads[i])
		for _, r := range rows {
			natural[i] = max(natural[i], runewidth.StringWidth(r[i]))
		}
		natural[i] = min(natural[i], max(cs[i].max, runewidth.StringWidth(heads[i])))
	}
	left := width
	take := map[int]bool{}
	// A column with nothing in it waits until all others are in.
	for pass := range 2 {
		for rank := -1; rank < 11; rank++ {
			for i, c := range cs {
				empty := len(rows) > 0 && blank(rows, i) && c.rank > 0
				if c.rank != rank || take[i] || empty != (pass == 1) {
					continue
				}
				// Of what is shown at all, as much as is needed; the first ranks may be cut.
				need := natural[i] + 1
				if c.rank <= 0 {
					need = min(need, c.min+1)
				}
				if need > left && len(take) > 0 {
					if c.min+1 > left || c.rank > 3 {
						continue
					}
					need = c.min + 1
				}
				take[i] = true
				left -= need
			}
		}
	}
	for i := range cs {
		if take[i] {
			shown = append(shown, i)
			w := natural[i]
			if cs[i].rank <= 0 {
				w = min(w, cs[i].min)
			}
			widths = append(widths, w)
		}
	}
	// Columns over what there is shrink to their least, the last first.
	over := -left
	for k := len(shown) - 1; k >= 0 && over > 0; k-- {
		less := min(over, max(widths[k]-cs[shown[k]].min, 0))
		widths[k] -= less
		over -= less
	}
	// What is left goes to the widest needs, evenly.
	for left > 0 {
		gave := false
		for k, i := range shown {
			if left > 0 && widths[k] < natural[i] {
				widths[k]++
				left--
				gave = true
			}
		}
		if !gave {
			break
		}
	}
	return shown, widths
}

func blank(rows [][]string, i int) bool {
	for _, r := range rows {
		if r[i] != "" && r[i] != "-" {
			return false
		}
	}
	return true
}

// line joins cells to a line.
func line(cells []string, cs []column, shown, widths []int) string {
	var b strings.Builder
	for k, i := range shown {
		if k > 0 {
			b.WriteByte(' ')
		}
		s := fitCell(cells[i], widths[k])
		fill := strings.Repeat(" ", max(widths[k]-runewidth.StringWidth(s), 0))
		if cs[i].right {
			b.WriteString(fill + s)
		} else {
			b.WriteString(s + fill)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// fitCell cuts s to w columns. Endpoints lose their middle: their end tells most.
func fitCell(s string, w int) string {
	n := runewidth.StringWidth(s)
	if n <= w {
		return s
	}
	if w >= 12 && strings.ContainsAny(s, ":.") && !strings.Contains(s, " ") {
		head := (w - 1) / 3
		return runewidth.Truncate(s, head, "") + "~" + runewidth.TruncateLeft(s, n-(w-1-head), "")
	}
	return told.Cut(s, max(w, 1), "~")
}

// fit cuts a line of any kind, its colours included, to w columns.
func fit(s string, w int) string {
	if ansi.StringWidth(s) <= w {
		return s
	}
	return ansi.Truncate(s, max(w, 1), "~")
}

// wrap breaks text at spaces into lines of at most w columns; what follows the
// first line is indented as far as that line is, and two more.
func wrap(s string, w int) []string {
	indent := len(s) - len(strings.TrimLeft(s, " "))
	pad := strings.Repeat(" ", indent)
	room := max(w-indent, 10)
	lines := told.Lines(s, room, room-2)
	for i := range lines {
		if i > 0 {
			lines[i] = "  " + lines[i]
		}
		lines[i] = pad + lines[i]
	}
	return lines
}
