// Package safe makes text from the wire harmless on a terminal.
package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
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
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == 0x2028, r == 0x2029:
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
func Hidden(r rune) bool {
	return r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == 0x61c
}

// JSON escapes the hidden characters in a JSON text, which means the same afterwards.
func JSON(b []byte) []byte {
	var out []byte
	from := 0
	for i, r := range string(b) {
		if Hidden(r) {
			out = fmt.Appendf(append(out, b[from:i]...), "\\u%04x", r)
			from = i + utf8.RuneLen(r)
		}
	}
	if from == 0 {
		return b
	}
	return append(out, b[from:]...)
}

// Shell is a file's name as one types it in a command line: a name with spaces is one
// word, and what a name says is not carried out by whoever copies the line.
func Shell(name string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._/-:@%+,=", r)
	}
	if name != "" && strings.IndexFunc(name, func(r rune) bool { return !plain(r) }) < 0 {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
