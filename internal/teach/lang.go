package teach

import (
	"fmt"
	"strconv"
	"strings"

	"portero/internal/trace"
)

// Lang is the language of what is taught.
type Lang uint8

// The languages.
const (
	English Lang = iota
	Spanish
)

// ParseLang reads "en" or "es".
func ParseLang(s string) (Lang, bool) {
	switch s {
	case "", "en":
		return English, true
	case "es":
		return Spanish, true
	}
	return English, false
}

// String returns the language's code.
func (l Lang) String() string { return [...]string{"en", "es"}[l] }

// t chooses between the two languages.
func (l Lang) t(en, es string) string {
	if l == Spanish {
		return es
	}
	return en
}

// f is t with arguments; both forms take the same ones in the same order.
func (l Lang) f(en, es string, args ...any) string {
	s := fmt.Sprintf(l.t(en, es), args...)
	if l == Spanish {
		s = contractions.Replace(s)
	}
	return s
}

// contractions are those of Spanish, where a name with its article was put in.
var contractions = strings.NewReplacer(" de el ", " del ", " a el ", " al ")

// who names an end in the middle of a sentence.
func (l Lang) who(e trace.End) string {
	switch e {
	case trace.Orig:
		return l.t("the client", "el cliente")
	case trace.Resp:
		return l.t("the server", "el servidor")
	}
	return l.t("somebody on the way", "alguien en el camino")
}

// Who names an end at the start of a sentence.
func (l Lang) Who(e trace.End) string {
	switch e {
	case trace.Orig:
		return l.t("The client", "El cliente")
	case trace.Resp:
		return l.t("The server", "El servidor")
	}
	return l.t("Somebody on the way", "Alguien en el camino")
}

// octets counts bytes in words.
func (l Lang) octets(n int64) string {
	if n == 1 {
		return l.t("1 byte", "1 byte")
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// repeated says how often a call was made again.
func (l Lang) repeated(n int) string {
	if n == 1 {
		return l.t("The call was repeated once.", "La llamada se repitió una vez.")
	}
	return l.f("The call was repeated %d times.", "La llamada se repitió %d veces.", n)
}

// span is a length of time in words.
func (l Lang) span(ns int64) string {
	if ns < 0 {
		ns = -ns
	}
	switch {
	case ns < 1e3:
		return strconv.FormatInt(ns, 10) + " ns"
	case ns < 1e6:
		return strconv.FormatFloat(float64(ns)/1e3, 'f', 0, 64) + " µs"
	case ns < 1e9:
		return l.number(float64(ns)/1e6, 3) + " ms"
	case ns < 600e9:
		return l.number(float64(ns)/1e9, 1) + " s"
	case ns < 7200e9:
		return l.number(float64(ns)/60e9, 0) + " min"
	case ns < 48*3600e9:
		return l.number(float64(ns)/3600e9, 1) + " h"
	}
	return l.number(float64(ns)/86400e9, 1) + " d"
}

// number writes x with at most n decimals.
func (l Lang) number(x float64, n int) string {
	return strconv.FormatFloat(float64(int64(x*pow10[n]+0.5))/pow10[n], 'f', -1, 64)
}

var pow10 = [...]float64{1, 10, 100, 1000}
