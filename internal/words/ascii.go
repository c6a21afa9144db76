package words

import "strings"

// plainer are letters and signs of the project's sentences that are no ASCII, each as one
// that is and takes no more columns. The signs that open a Spanish question or
// exclamation are left out, as in telegrams.
var plainer = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n", "Á", "A", "É", "E", "Í", "I", "Ó", "O", "Ú", "U", "Ü", "U", "Ñ", "N", "¿", "", "¡", "",
	"“", `"`, "”", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "µ", "u", "×", "x", "·", "-", "–", "-", "—", "-", "…", ".", "→", ">", "←", "<", "≠", "#")

// ASCII is s for a terminal that shows ASCII alone. What no sentence of the project has,
// as in a name from the wire, becomes a question mark.
func ASCII(s string) string {
	s = plainer.Replace(s)
	return strings.Map(func(r rune) rune {
		if r > '~' {
			return '?'
		}
		return r
	}, s)
}
