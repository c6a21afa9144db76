package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/manual"
)

// Every verb and flag explains itself in Spanish too.
func TestHelpInSpanish(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard}
	lacking, idle := manual.Gaps(a.root(), spanishHelp)
	for _, s := range lacking {
		t.Errorf("has no Spanish: %q", s)
	}
	for _, s := range idle {
		t.Errorf("nothing says %q any more", s)
	}
}

// Where the locale is Spanish, help and what cannot be done are told in Spanish.
func TestSpanishOfAll(t *testing.T) {
	t.Setenv("LC_ALL", "es_ES.UTF-8")
	t.Setenv("PORTERO_FLEET_URL", "")
	dir := t.TempDir()
	t.Chdir(dir) // where a spool goes that nobody named
	secret := filepath.Join(dir, "seed")
	os.WriteFile(secret, []byte("SUAX"), 0o644)
	for args, want := range map[string]string{
		"--help":                     "Uso:\n  portero-fleet",
		"hub --help":                 "carpeta para los lotes",
		"completion bash --help":     "source <(portero-fleet completion bash)",
		"sensor --nosuch":            "opción desconocida: --nosuch (véase `portero-fleet sensor --help`)",
		"nosuch":                     `orden "nosuch" desconocida en "portero-fleet"`,
		"help nosuch":                `"nosuch" no es ningún verbo de portero-fleet`,
		"sensor --site x typo.pcap":  "typo.pcap: no existe ese fichero",
		"sensor --site x!y lo":       "--name",
		"sensor --site x " + dir:     "es un directorio (los lee portero-fleet ingest)",
		"sensor --spool-size 1X lo":  `"1X" no es un tamaño`,
		"hub":                        "un hub sin almacén tiraría los registros",
		"hub --clickhouse http://h/": "h es otro equipo: hace falta https://",
		"hub --clickhouse ::":        "no es una dirección",
		"query nosuch":               `no hay ninguna pregunta "nosuch"`,
		"query doors host":           "escríbase NOMBRE=VALOR",
		"status --format xml":        `"xml" no es table, json ni prometheus`,
		"status --url x":             "--url: \"x\" no es una dirección",
		"status --url nats://h:4222": "es otro equipo, y sin --ca",
		"status --seed " + secret:    "otros pueden leer este secreto (modo 0644)",
		"broker --listen 0.0.0.0:4222 --dir " + dir: "--listen 0.0.0.0:4222 está abierto a otros equipos",
		"broker --listen nosuch --dir " + dir:       `"nosuch" no`,
	} {
		var out, errw bytes.Buffer
		run(strings.Fields(args), &out, &errw)
		said := out.String() + errw.String()
		if !strings.Contains(said, want) {
			t.Errorf("%s: %q, want %q", args, said, want)
		}
		for _, english := range []string{"Usage", "there is", " is no ", "Flags:", "file with", "unknown"} {
			if strings.Contains(said, english) {
				t.Errorf("%s says %q: %s", args, english, said)
			}
		}
	}
	var out, errw bytes.Buffer
	for _, args := range []string{"status --lang en --help", "help hub --lang en", "--help --lang=en", "sensor --help --lang en"} {
		out.Reset()
		if code := run(strings.Fields(args), &out, &errw); code != 0 || !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%s: %d %s", args, code, &out)
		}
	}
	if code := run([]string{"query", "--lang", "tlh"}, &out, &errw); code != 2 || !strings.Contains(errw.String(), "tlh") {
		t.Errorf("--lang tlh: %d %s", code, &errw)
	}
}
