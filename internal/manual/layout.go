package manual

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// Layout makes the help of root and of its verbs fit into w columns; 0 is no terminal, where lines
// stay whole.
func Layout(root *cobra.Command, w int) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		to := cmd.OutOrStdout()
		var text bytes.Buffer
		root.SetOut(&text)
		help(cmd, args)
		root.SetOut(to)
		io.WriteString(to, layout(text.String(), w))
	})
}

// option is a line of pflag's listing: the flag with the kind of its value, and what it does.
var option = regexp.MustCompile(`^( {2,6}(?:-\w, )?--[\w-]+)(?:\[=true\|false\])?( \S+)? {2,}(\S.*)$`)

// layout makes what cobra prints as help fit into w columns; 0 leaves lines as long as they are. Prose that
// is too wide is filled anew. What a flag or a verb does goes on below where it begins. A command
// goes on behind a backslash, so that it can be copied. Tables and what has no space stay as they are.
func layout(help string, w int) string {
	var out []string
	usage, prose := false, true // what the lines are: of "Usage:", before it
	lines := strings.Split(help, "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		end := i + 1
		switch {
		case option.MatchString(line):
			for end < len(lines) && option.MatchString(lines[end]) {
				end++
			}
			out = append(out, options(lines[i:end], w)...)
		case line == "Usage:" || line == "Uso:":
			usage, prose = true, false
			out = append(out, line)
		case line == "":
			usage = false
			out = append(out, line)
		case line[0] == '\t':
			out = append(out, command(line, w, "\t    ", ` \`)...)
		case line[0] == ' ' && prose:
			out = append(out, line)
		case line[0] == ' ' && usage:
			out = append(out, command(line, w, "      ", "")...)
		case line[0] == ' ':
			if name, text, ok := columns(line); ok {
				out = append(out, row(name, text, utf8.RuneCountInString(line)-utf8.RuneCountInString(text), w)...)
			} else {
				out = append(out, command(line, w, "      ", ` \`)...)
			}
		default:
			for end < len(lines) && lines[end] != "" && lines[end][0] != ' ' && lines[end][0] != '\t' {
				end++
			}
			out = append(out, paragraph(lines[i:end], w)...)
		}
		i = end
	}
	return strings.Join(out, "\n")
}

// options are lines of a listing of flags, with what they do in one column. That --x and
// --x=true are the same goes without saying.
func options(lines []string, w int) []string {
	names, texts, at := make([]string, len(lines)), make([]string, len(lines)), 0
	for i, line := range lines {
		m := option.FindStringSubmatch(line)
		names[i], texts[i] = m[1]+m[2], m[3]
		at = max(at, utf8.RuneCountInString(names[i])+2)
	}
	if w > 0 {
		at = min(at, w*2/5)
	}
	var out []string
	for i := range lines {
		out = append(out, row(names[i], texts[i], at, w)...)
	}
	return out
}

// columns are the two columns of a line: a verb or a command, and what it does.
func columns(line string) (name, text string, ok bool) {
	inner := strings.TrimLeft(line, " ")
	name, text, ok = strings.Cut(inner, "  ")
	return line[:len(line)-len(inner)] + name, strings.TrimLeft(text, " "), ok
}

// row is a name and, from column at on, what it means: in the next line where the name is longer.
func row(name, text string, at, w int) []string {
	words := strings.Fields(text)
	if w == 0 {
		words = []string{text}
	} else if at > w*2/3 {
		at = w * 2 / 5
	}
	for _, word := range words {
		if w > 0 && utf8.RuneCountInString(word) > w-at {
			at = min(at, 8)
		}
	}
	parts := fill(words, w-at)
	var out []string
	if n := utf8.RuneCountInString(name); n+2 > at {
		out = append(out, name)
	} else {
		out = append(out, name+strings.Repeat(" ", at-n)+parts[0])
		parts = parts[1:]
	}
	indent := strings.Repeat(" ", at)
	for _, p := range parts {
		out = append(out, indent+p)
	}
	return out
}

// paragraph is prose, filled anew where a line of it is too wide.
func paragraph(lines []string, w int) []string {
	for _, line := range lines {
		if w > 0 && utf8.RuneCountInString(line) > w {
			return fill(strings.Fields(strings.Join(lines, " ")), w)
		}
	}
	return lines
}

// command is a line to be typed. What goes on after the end of a line of w columns is marked by behind.
func command(line string, w int, indent, behind string) []string {
	inner := strings.TrimLeft(line, " \t")
	lead := line[:len(line)-len(inner)]
	wide := func(s string) int { return utf8.RuneCountInString(s) + 7*strings.Count(s, "\t") }
	if w == 0 || wide(line) <= w {
		return []string{line}
	}
	parts := fill(quoted(inner), w-wide(indent)-len(behind))
	for i := range parts {
		if i == 0 {
			parts[i] = lead + parts[i]
		} else {
			parts[i] = indent + parts[i]
		}
		if i < len(parts)-1 {
			parts[i] += behind
		}
	}
	return parts
}

// quoted are the words of a command as a shell splits it: what stands between quotes or
// brackets is in one word, and so are a flag and what may be its value.
func quoted(s string) []string {
	var words []string
	var quote rune
	deep, from := 0, 0
	for i, c := range s {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case strings.ContainsRune("([{", c):
			deep++
		case strings.ContainsRune(")]}", c):
			deep--
		case c == ' ' && deep <= 0:
			if word := s[from:i]; (word[:min(1, len(word))] == "-" || word == ">") && !strings.Contains(word, " ") && !strings.ContainsAny(s[i+1:min(i+2, len(s))], "-|>") {
				continue
			}
			words = append(words, s[from:i])
			from = i + 1
		}
	}
	return append(words, s[from:])
}

// fill puts words into lines of w columns; a word that is longer has a line of its own.
func fill(words []string, w int) []string {
	var out []string
	for _, word := range words {
		if last := len(out) - 1; last >= 0 && utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(word) <= w {
			out[last] += " " + word
		} else {
			out = append(out, word)
		}
	}
	return out
}
