package main

import (
	"strings"
	"testing"
)

// What has no meaning is refused, in both languages, and nothing is begun.
func TestLiveRefusesNonsense(t *testing.T) {
	for _, x := range []struct {
		args   string
		en, es string
	}{
		{"--duration -1s", "--duration: -1s is no time", "--duration: -1s no es un tiempo"},
		{"--interim -1s", "--interim: -1s is no interval", "--interim: -1s no es un intervalo"},
		{"--interim 1ms", "--interim: at least", "--interim: un segundo como mínimo"},
		{"-B 100G", "--buffer-size: 100G is none of", "--buffer-size: 100G no está entre"},
		{"-B 1", "--buffer-size: 1 is none of", "--buffer-size: 1 no está entre"},
		{"--lanes 100", "--lanes: 100 is none of 0 to 16", "--lanes: 100 no está entre 0 y 16"},
		{"--lanes -3", "--lanes: -3 is none", "--lanes: -3 no está"},
		{"-s -1", "--snaplen: -1 is none of 0 to 262144", "--snaplen: -1 no está entre 0 y 262144"},
		{"--memory 1K", "--memory: 1K is too little", "--memory: 1K es demasiado poco"},
		{"--speed 2", "--speed is for --replay", "--speed es para --replay"},
		{"--fsync file", "--fsync is for -w", "--fsync es para -w"},
		{"--fsync foo -w x.pcapng", `--fsync: "foo" is none of`, `--fsync: "foo" no es file`},
		{"lo --plain --format ndjson", "--plain and --format ndjson are two forms", "--plain y --format ndjson son dos formas"},
		{"lo -o ./x -w x --force", "x: is read or written by the same command", "x: la misma orden lo lee o lo escribe"},
		{"--replay " + look + " lo", "leave the interface out", "sobra la interfaz"},
		{"--replay " + look + " --speed 0", "--speed: 0 is no speed", "--speed: 0 no es una velocidad"},
		{"--replay " + look + " --speed NaN", "--speed: NaN is no speed", "--speed: NaN no es una velocidad"},
		{"--replay " + look + " --speed 2e6", "--speed: 2e+06 is no speed", "--speed: 2e+06 no es una velocidad"},
	} {
		for lang, want := range map[string]string{"en": x.en, "es": x.es} {
			code, _, errs := portero(t, append([]string{"live", "--lang", lang}, strings.Fields(x.args)...)...)
			if code != exitUsage || !strings.Contains(errs, want) {
				t.Errorf("%s, %s: exit status %d, says %q", x.args, lang, code, errs)
			}
		}
	}
}
