package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"portero/internal/fleet/bus"
	"portero/internal/manual"
	"portero/internal/words"
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

// TestManual: the command has a page of its own, and so has each verb, in both languages; what --help says of a flag
// is on it.
func TestManual(t *testing.T) {
	flag := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`)
	for _, l := range []string{"en", "es"} {
		see := map[string]string{"en": ".SH SEE ALSO\n", "es": ".SH VÉASE TAMBIÉN\n"}[l]
		for _, verb := range strings.Fields("- sensor broker hub ingest query status key man version") {
			args := []string{"man", "--lang", l}
			if verb != "-" {
				args = append(args, verb)
			}
			var page, help, errw bytes.Buffer
			if code := run(args, &page, &errw); code != 0 {
				t.Fatalf("%s: %d %s", args, code, &errw)
			}
			if verb != "-" && !strings.Contains(page.String(), "PORTERO-FLEET-"+strings.ToUpper(verb)) || !strings.Contains(page.String(), see) {
				t.Errorf("%s: %s", args, &page)
			}
			run(append(args[3:], "--help", "--lang", l), &help, &errw)
			flags := flag.FindAllStringSubmatch(help.String(), -1)
			for _, f := range flags {
				if !strings.Contains(strings.ReplaceAll(page.String(), `\-`, "-"), f[1]) {
					t.Errorf("%s does not explain %s", args, f[1])
				}
			}
			if len(flags) == 0 {
				t.Errorf("%s: no flags in\n%s", args, &help)
			}
		}
		var out, errw bytes.Buffer
		want := map[string]string{"en": `man: there is no verb "senso"; did you mean sensor?`, "es": `man: no hay ningún verbo "senso"; ¿quizá sensor?`}[l]
		if code := run([]string{"man", "senso", "--lang", l}, &out, &errw); code != 2 || !strings.Contains(errw.String(), want) {
			t.Errorf("%d %s%s, want %s", code, &out, &errw, want)
		}
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
		"sensor --memory 1k lo":      "--memory: 1k es demasiado poco",
		"sensor --spool-size 1X lo":  `"1X" no es un tamaño`,
		"hub":                        "un hub sin almacén tiraría los registros",
		"hub --clickhouse http://h/": "h es otro equipo: hace falta https://",
		"hub --clickhouse ::":        "no es una dirección",
		"query nosuch":               `no hay ninguna pregunta "nosuch"`,
		"query doors host":           "escríbase NOMBRE=VALOR",
		"query doors host=10.0.0.1 --clickhouse http://127.0.0.1:1": "http://127.0.0.1:1: allí no escucha nadie",
		"key":                           "hace falta un argumento exactamente y no hay ninguno (véase `portero-fleet key --help`): portero-fleet key FICHERO",
		"key " + secret:                 secret + " ya existe; hace falta otro nombre",
		"key " + dir + "/no/seed":       dir + "/no/seed: no existe ese fichero",
		"hub --seed nosuch --parquet x": "nosuch: no existe ese fichero",
		"broker --dir x --listen 127.0.0.1:99999": "no tiene un puerto de hasta 65535",
		"version":                    "portero-fleet devel",
		"--version":                  "portero-fleet devel",
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

// TestWorkIsToldInSpanish: what sensors, brokers, hubs and workers say while they work, and why they stop, has its
// Spanish form. The sentences are read from the source, so that a new one cannot be forgotten.
func TestWorkIsToldInSpanish(t *testing.T) {
	var files []string
	for _, dir := range []string{"sensor", "broker", "hub", "archive", "bus", "spool", "batch", "lake", "house", "status"} {
		more, err := filepath.Glob("../../internal/fleet/" + dir + "/*.go")
		if err != nil || len(more) == 0 {
			t.Fatal(dir, err)
		}
		files = append(files, more...)
	}
	word, sql := regexp.MustCompile(`(?:^|[ (])[a-zA-Z]{2,}`), regexp.MustCompile(`^[A-Z]+ [A-Z]+ `)
	half := regexp.MustCompile(`\b(again|and|found|has|is|it|lost|not|of|says|the|was|which|with)\b`) // said in both languages
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fs := token.NewFileSet()
		f, err := parser.ParseFile(fs, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			said, called := call.Args, ""
			switch fun := call.Fun.(type) {
			case *ast.SelectorExpr:
				called = fun.Sel.Name
			case *ast.Ident:
				called = fun.Name
			}
			switch called {
			case "Fprintf", "Appendf":
				said = said[1:]
			case "Errorf", "New", "Say", "say", "Sprintf":
			default:
				return true
			}
			var lit *ast.BasicLit
			for _, first := range said {
				for { // of what is put together, how it begins
					sum, ok := first.(*ast.BinaryExpr)
					if !ok {
						break
					}
					first = sum.X
				}
				if lit, _ = first.(*ast.BasicLit); lit != nil || called != "Say" {
					break
				}
			}
			if lit == nil {
				return true
			}
			s, err := strconv.Unquote(lit.Value)
			// Names of files, queries and what is for programs have no sentence in them.
			if err != nil || len(word.FindAllString(s, -1)) < 2 || strings.Contains(s, "\n") || strings.Contains(s, "=") || sql.MatchString(s) {
				return true
			}
			seen++
			for _, what := range []string{"x", "7 records are", "7 wait", "7 records wait", "7 records"} {
				said := strings.NewReplacer("%s", what, "%d", "7", "%q", `"x"`, "%.60q", `"x"`, "%v", "y", "%w", "y", "%04o", "0644", ", %s on", ", 7 wait on", "%s, %d ack", "7 records, 7 ack").Replace(s)
				if es := words.FleetMessage(words.Spanish, said); es != said && !half.MatchString(es) {
					return true
				}
			}
			t.Errorf("%s: %q has no Spanish form (internal/words/fleet.go)", fs.Position(lit.Pos()), s)
			return true
		})
	}
	if seen < 60 {
		t.Errorf("only %d sentences were looked at", seen)
	}
	for en, es := range map[string]string{
		// What the client says of a server that it never met.
		bus.Unsent(nats.ErrHeadersNotSupported).Error(): "no hay conexión con el intermediario",

		"spool: sp/1.seg: no space left on device; it waits until what is there was sent": "spool: sp/1.seg: no queda sitio en el disco; se espera a que se envíe lo que hay en la cola",
		"broker lost: EOF":                                                          "se perdió la conexión con el intermediario: EOF",
		"broker found: nats://127.0.0.1:4222":                                       "hay intermediario: nats://127.0.0.1:4222",
		"broker found again: tls://b1:4222":                                         "vuelve a haber intermediario: tls://b1:4222",
		"broker says: nats: slow consumer":                                          "el intermediario dice: nats: slow consumer",
		"open x: no space left on device; 7 records are LOST so far":                "open x: no queda sitio en el disco; ya se PERDIERON 7 registros",
		"1 record is LEFT OUT: a batch of 9 octets is longer than the broker takes": "1 registro OMITIDO: un lote de 9 octetos es más largo de lo que admite el intermediario",
		"39 records, 0 acknowledged by the broker, 32 wait on the spool; 7 LOST because the disk was too slow":        "39 registros; confirmados por el intermediario: 0; esperan en la cola: 32; PERDIDOS por ser el disco demasiado lento: 7",
		"1 record, 0 acknowledged by the broker, 1 waits on the spool; 1 LOST because the spool could not be written": "1 registro; confirmados por el intermediario: 0; espera en la cola: 1; PERDIDOS por no poder escribirse la cola: 1",
		"a/b.pcap: 2 records are LEFT OUT: a batch of 9 octets is longer than the broker takes":                       "a/b.pcap: 2 registros OMITIDOS: un lote de 9 octetos es más largo de lo que admite el intermediario",
		"3 batches cannot be read; the last was put aside as /x/1.bad: damaged batch":                                 "3 lotes no se pueden leer; el último se apartó como /x/1.bad: lote dañado",
		"a batch cannot be read; it was THROWN AWAY, there is no folder for it: damaged batch":                        "un lote no se puede leer; se TIRÓ, porque no hay carpeta para él: lote dañado",
		"a batch cannot be read; it was THROWN AWAY, /x holds 1024 MB of them already: a batch without a name":        "un lote no se puede leer; se TIRÓ, porque /x ya tiene 1024 MB de ellos: un lote sin nombre",
	} {
		if got := words.FleetMessage(words.Spanish, en); got != es {
			t.Errorf("%q: %q, want %q", en, got, es)
		}
	}
	// What the library says is told in English as people speak it, too.
	for _, said := range []error{nats.ErrNoServers, nats.ErrDisconnected, nats.ErrTimeout, nats.ErrAuthorization, bus.Unsent(nats.ErrHeadersNotSupported)} {
		for _, l := range []words.Lang{words.English, words.Spanish} {
			if got := words.FleetMessage(l, "broker x: "+said.Error()); strings.Contains(got, "nats") || strings.Contains(got, "server") {
				t.Errorf("%q is told as %q", said, got)
			}
		}
	}
}
