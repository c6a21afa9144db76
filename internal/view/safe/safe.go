// Package safe makes text from the wire harmless on a terminal.
package safe

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Terminal replaces everything in s that could steer a terminal or mislead its
// reader: control characters, escape sequences, characters that change the
// direction of text or are invisible, and bytes that are no UTF-8.
func Terminal(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if s[i] < 32 || s[i] > 126 {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == utf8.RuneError, r < 32, Hidden(r):
			b.WriteRune('\ufffd')
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
			// Marks pile up on what comes before them.
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Hidden reports whether a character steers a terminal, turns the direction of text or is
// invisible, and is to be escaped in formats for programs.
func Hidden(r rune) bool { return r >= 0x7f && (r < 0xa0 || blind(r)) }

// blind takes what beyond Latin formats text, is nobody's, ends a line, or is a letter that shows nothing: a filler of Hangul,
// a pattern of Braille without dots.
func blind(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == 0x2800 || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !unicode.Is(unicode.Mn, r)
}

// JSON escapes the hidden characters in a JSON text, which means the same afterwards.
func JSON(b []byte) []byte {
	var out []byte
	from := 0
	for i, r := range string(b) {
		if Hidden(r) {
			out = append(out, b[from:i]...)
			if r < 0x10000 {
				out = fmt.Appendf(out, "\\u%04x", r)
			} else {
				hi, lo := utf16.EncodeRune(r)
				out = fmt.Appendf(out, "\\u%04x\\u%04x", hi, lo)
			}
			from = i + utf8.RuneLen(r)
		}
	}
	if from == 0 {
		return b
	}
	return append(out, b[from:]...)
}

// Shell is a file's name as one types it in a command line: a name with spaces is one
// word, what begins like a flag is none, and what a name says is not carried out by whoever
// copies the line. What Terminal would not let through is escaped as bash, zsh and ksh read it:
// nothing is lost, and nothing steers the terminal. On Windows it is for PowerShell and cmd.exe.
func Shell(name string) string {
	if runtime.GOOS == "windows" {
		return shellOfWindows(name)
	}
	return shellOfUnix(name)
}

// shellOfWindows takes double quotes, which both shells know; cmd.exe takes single ones for letters. Only PowerShell
// looks into double ones for $ and `. A file's name has neither " nor characters that steer.
func shellOfWindows(name string) string {
	if strings.HasPrefix(name, "-") {
		name = `.\` + name
	}
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`._/\-:+`, r)
	}
	switch name = Terminal(name); {
	case strings.ContainsAny(name, "$`\""):
		return "'" + strings.ReplaceAll(name, "'", "''") + "'"
	case name == "" || strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) >= 0:
		return `"` + name + `"`
	}
	return name
}

func shellOfUnix(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._/-:@%+,=", r)
	}
	switch {
	case Terminal(name) != name || strings.ContainsRune(name, utf8.RuneError):
		return escaped(name)
	case name == "" || name[0] == '=' || strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) >= 0: // zsh looks for a program behind =
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}

// escaped is name between $' and ', each octet that a terminal must not see as its octal number.
func escaped(name string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i, r := range name {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(name[i:])
		}
		switch c := name[i : i+n]; {
		case c == "'", c == `\`:
			b.WriteString(`\` + c)
		case r != utf8.RuneError && Terminal(c) == c:
			b.WriteString(c)
		default:
			for _, x := range []byte(c) {
				fmt.Fprintf(&b, `\%03o`, x)
			}
		}
	}
	b.WriteString("'")
	return b.String()
}

// Command is a line that proposes a command: label and the words of the command. Where a
// terminal of w columns (0 for none) would break it, the command has lines of its own, of which
// each but the last ends with a backslash: copied together, they are that command. A word that is
// longer than a line stays whole.
func Command(w int, label string, words ...string) string {
	line := label + " " + strings.Join(words, " ")
	if w <= 0 || runewidth.StringWidth(line) <= w {
		return line
	}
	lines := []string{label, words[0]}
	for i, word := range words[1:] {
		room := w
		if i < len(words)-2 {
			room -= len(` \`)
		}
		if last := &lines[len(lines)-1]; runewidth.StringWidth(*last)+1+runewidth.StringWidth(word) <= room {
			*last += " " + word
		} else {
			*last += ` \`
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n")
}

// Several takes apart errors that came together (errors.Join): each is told in a line of its own, and a name in one of
// them, whatever it holds, makes none.
func Several(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var out []error
	var text []string
	for _, e := range joined.Unwrap() {
		out = append(out, Several(e)...)
		text = append(text, e.Error())
	}
	if err.Error() != strings.Join(text, "\n") {
		return []error{err} // one that says more than they do
	}
	return out
}
