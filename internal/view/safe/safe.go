// Package safe makes text from the wire harmless on a terminal.
package safe

import (
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
