package certificate

import "strings"

// column is where a cell begins and how wide it may be; it is folded where it is longer.
type column struct{ at, width int }

// row writes cells under one another where they do not fit beside one another. paint
// colours the last.
func (p *printer) row(cols []column, cells []string, paint func(string) string) {
	folded := make([][]string, len(cells))
	lines := 1
	for i, s := range cells {
		folded[i] = fold(s, cols[i].width)
		lines = max(lines, len(folded[i]))
	}
	for n := range lines {
		var b strings.Builder
		at := 0
		for i := range cells {
			if n >= len(folded[i]) || folded[i][n] == "" {
				continue
			}
			s := folded[i][n]
			if gap := cols[i].at - at; gap > 0 {
				b.WriteString(strings.Repeat(" ", gap))
				at = cols[i].at
			}
			at += runes(s)
			if paint != nil && i == len(cells)-1 {
				s = paint(s)
			}
			b.WriteString(s)
		}
		p.line(b.String())
	}
}

// fold breaks s behind blanks and commas, so that its lines have at most width columns; a
// piece that is longer stands alone, whole.
func fold(s string, width int) []string {
	var out []string
	line := ""
	for _, piece := range pieces(s) {
		if line != "" && runes(line)+runes(strings.TrimRight(piece, " ")) > width {
			out = append(out, strings.TrimRight(line, " "))
			line = ""
		}
		line += piece
	}
	return append(out, strings.TrimRight(line, " "))
}

// pieces are what fold does not break, each with the sign behind which it ends.
func pieces(s string) []string {
	var out []string
	from := 0
	for i := range len(s) {
		if s[i] == ' ' || s[i] == ',' {
			out = append(out, s[from:i+1])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// longest is the width of the widest piece of s.
func longest(s string) int {
	n := 0
	for _, piece := range pieces(s) {
		n = max(n, runes(strings.TrimRight(piece, " ")))
	}
	return n
}

func runes(s string) int { return len([]rune(s)) }
