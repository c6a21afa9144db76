package fold

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Writer folds lines on a terminal. Each Write is of whole lines; what steers the
// terminal passes as it is.
type Writer struct {
	to io.Writer
	at *os.File // the terminal
}

// On returns w, or what folds lines on it where it is a terminal.
func On(w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return Writer{f, f}
	}
	return w
}

// Below is what On was given for w.
func Below(w io.Writer) io.Writer {
	if f, ok := w.(Writer); ok {
		return f.to
	}
	return w
}

// Through folds what is written to other as w does, where w is a Writer.
func Through(w, other io.Writer) io.Writer {
	if f, ok := w.(Writer); ok {
		return Writer{other, f.at}
	}
	return other
}

// Columns is how wide the terminal of w is, 80 where there is none.
func Columns(w io.Writer) int {
	if f, ok := w.(Writer); ok {
		if n, _, err := term.GetSize(int(f.at.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 80
}

// Terminal is how many columns w has where it is a terminal, else 0.
func Terminal(w io.Writer) int {
	if f, ok := On(w).(Writer); ok {
		return Columns(f)
	}
	return 0
}

// Write implements io.Writer.
func (f Writer) Write(b []byte) (int, error) {
	w := Columns(f)
	if bytes.ContainsAny(b, "\r\x1b") {
		return f.to.Write(b)
	}
	if _, err := f.to.Write([]byte(Lines(string(b), w))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Lines breaks lines of s that are longer than w columns between words. What goes
// on is indented by two columns, as far as its line, or as far as the text after a first word that stands
// in a column of its own.
func Lines(s string, w int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) > w {
			lines[i] = strings.Join(fold(line, w), "\n")
		}
	}
	return strings.Join(lines, "\n")
}

func fold(line string, w int) []string {
	indent := "  "
	if n := len(line) - len(strings.TrimLeft(line, " ")); n > 2 && n < w/2 {
		indent = line[:n]
	}
	if word, text, ok := strings.Cut(strings.TrimLeft(line, " "), "  "); ok && word != "" && !strings.Contains(word, " ") {
		text = strings.TrimLeft(text, " ")
		if n := utf8.RuneCountInString(line) - utf8.RuneCountInString(text); n < w/2 {
			indent = strings.Repeat(" ", n)
		}
	}
	var out []string
	// A command to be copied stays in one line where one is long enough.
	for _, part := range unbroken(line, w-len(indent)) {
		switch last := len(out) - 1; {
		case last < 0:
			out = append(out, part)
		case utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(part) > w:
			out[last] = strings.TrimRight(out[last], " ")
			if part != "" { // of several spaces
				out = append(out, indent+part)
			}
		default:
			out[last] += " " + part
		}
	}
	return out
}

// unbroken are the words of line, of which those of a command between back quotes, or
// that begins with sudo, are one word where they fit in w columns.
func unbroken(line string, w int) []string {
	words := Bound(strings.Split(line, " "), func(s string) bool { return utf8.RuneCountInString(s) <= w })
	var out []string
	for i := 0; i < len(words); i++ {
		end := i
		switch word := words[i]; {
		case strings.Count(word, "`") == 1:
			for end++; end < len(words) && !strings.Contains(words[end], "`"); end++ {
			}
		case word == "sudo":
			for end++; end < len(words) && !strings.ContainsAny(words[end][max(len(words[end])-1, 0):], ".;,)"); end++ {
			}
			end = min(end, len(words)-1)
		}
		if end < len(words) && end > i {
			if all := strings.Join(words[i:end+1], " "); utf8.RuneCountInString(all) <= w {
				out = append(out, all)
				i = end
				continue
			}
		}
		out = append(out, words[i])
	}
	return out
}
