package words

import (
	"slices"
	"strings"
	"testing"
)

func TestMessage(t *testing.T) {
	for en, es := range map[string]string{
		"/proc/self/exe: /proc is not mounted here, and this needs it (mount -t proc proc /proc); saved captures can be read without": "/proc/self/exe: /proc no está montado aquí y esto lo necesita (mount -t proc proc /proc); las capturas guardadas se leen sin él",
		"x.pcap: there is no such file":                                  "x.pcap: no existe ese fichero",
		`--state: "opne" is none of open, closed, filtered, silent`:      `--state: "opne" no es open, closed, filtered ni silent`,
		`--format: "x" is none of a, b (see ` + "`portero read --help`)": `--format: "x" no es ninguno de a, b (véase ` + "`portero read --help`)",
		"x: damaged at byte 7 after 2 frames: zeros begin here in place of frames: room that was never written, or a disk that lost what was (everything before them is in the result; what may lie behind them is not read)": "x: dañado en el octeto 7, tras 2 tramas: aquí empiezan ceros en lugar de tramas: sitio que nunca se escribió, o un disco que perdió lo escrito (todo lo anterior está en el resultado; lo que pueda haber detrás no se lee)",
		"x: damaged at byte 7 after 2 frames: the compressed stream is cut short": "x: dañado en el octeto 7, tras 2 tramas: el flujo comprimido está cortado",
		`explain: "$1" is no word that portero knows; did you mean a, b?`:         `explain: portero no conoce la palabra "$1"; ¿quizá a, b?`,
		"what is not known stays": "what is not known stays",
	} {
		if got := Message(Spanish, en); got != es {
			t.Errorf("%q: %q, want %q", en, got, es)
		}
		if got := Message(English, en); got != en {
			t.Errorf("%q is changed in English: %q", en, got)
		}
	}
	for _, m := range messages {
		if strings.Count(m[0], "%") != strings.Count(m[1], "%") && m[1] != "" {
			t.Errorf("%q has other verbs in Spanish", m[0])
		}
	}
}

func TestCount(t *testing.T) {
	for _, x := range []struct {
		n    uint64
		w, s string
	}{{1, "completada", "1 completada"}, {2, "completada", "2 completadas"}, {3, "sin respuesta", "3 sin respuesta"}, {2, "completada, no vista entera", "2 completadas, no vistas enteras"}} {
		if got := Count(Spanish, x.n, x.w); got != x.s {
			t.Errorf("%q, want %q", got, x.s)
		}
	}
	for _, table := range []map[string]string{verdicts, exchanges} {
		for _, w := range table {
			if w != "" && strings.HasSuffix(Count(Spanish, 2, w), "ss") {
				t.Error(w)
			}
		}
	}
}

// A message has one Spanish form, wherever it is listed.
func TestMessagesAreListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range slices.Concat(messages, filterMessages, elsewhereMessages) {
		if seen[m[0]] {
			t.Errorf("%q is listed twice", m[0])
		}
		seen[m[0]] = true
	}
}
