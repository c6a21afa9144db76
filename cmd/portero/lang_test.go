package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portero/internal/words"
)

// TestMessagesAreTranslated: every sentence that the command line or the reader of
// captures gives up with has its Spanish form. The sentences are taken from the
// source, so that a new one cannot be forgotten.
func TestMessagesAreTranslated(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, _ := filepath.Glob("../../capture/pcapfile/*.go")
	seen := 0
	for _, name := range append(files, more...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fs := token.NewFileSet()
		f, err := parser.ParseFile(fs, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var look func(e ast.Expr)
		look = func(e ast.Expr) {
			switch x := e.(type) {
			case *ast.BasicLit:
				s, err := strconv.Unquote(x.Value)
				if err != nil || !strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") {
					return
				}
				seen++
				if !words.HasMessage(s) {
					t.Errorf("%s: %q has no Spanish form (internal/words/message.go)", fs.Position(x.Pos()), s)
				}
			case *ast.BinaryExpr:
				look(x.X)
				look(x.Y)
			case *ast.CallExpr:
				if s, ok := x.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Sprintf" {
					look(x.Args[0])
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "usage" {
					look(x.Args[0])
				}
				if s, ok := x.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "stop" && len(x.Args) == 2 {
					look(x.Args[1])
				}
			case *ast.CompositeLit:
				if id, ok := x.Type.(*ast.Ident); ok && id.Name == "FormatError" && len(x.Elts) == 2 {
					look(x.Elts[1])
				}
			}
			return true
		})
	}
	if seen < 60 {
		t.Errorf("only %d messages were looked at", seen)
	}
}

// TestFilterMessagesAreTranslated: every sentence of the filter's errors and hints has its
// Spanish form. They are the literals with a space in them.
func TestFilterMessagesAreTranslated(t *testing.T) {
	files, err := filepath.Glob("../../capture/filter/*.go")
	if err != nil {
		t.Fatal(err)
	}
	other := []string{" (", " !()\n\t", "no ethernet", "no tsft"} // punctuation, and labels of programs
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "link.go" { // names of link types
			continue
		}
		fs := token.NewFileSet()
		f, err := parser.ParseFile(fs, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			x, ok := n.(*ast.BasicLit)
			if !ok || x.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(x.Value)
			if err != nil || !strings.Contains(s, " ") || slices.Contains(other, s) {
				return true
			}
			if seen++; !words.HasMessage(s) {
				t.Errorf("%s: %q has no Spanish form (internal/words/filter.go)", fs.Position(x.Pos()), s)
			}
			return true
		})
	}
	if seen < 100 {
		t.Errorf("only %d messages were looked at", seen)
	}
}

// TestExpressionsFailInSpanish: what is wrong with a filter or a --where is said in Spanish,
// with the words of the expression as they are.
func TestExpressionsFailInSpanish(t *testing.T) {
	in := "../../testdata/first-look/in.pcap"
	for _, x := range [][3]string{
		{"--filter", "tcp and (", `filtro: columna 9: "(" que no se cierra`},
		{"--filter", "port 99999", "filtro: columna 6: 99999 no es un puerto: pasa de 65535"},
		{"--filter", "prt 80", `filtro: columna 1: "prt" donde se espera una expresión (¿quizá port?)`},
		{"--filter", "wlan subtype", "filtro: columna 13: la expresión acaba donde se espera un subtipo de 802.11"},
		{"--filter", "inbound", "filtro: columna 1: las tramas de este tipo de enlace no dicen su dirección en una captura guardada [enlace de tipo 1, Ethernet] (en un fichero solo lo dicen las capturas «Linux cooked» y pocas más)"},
		{"--where", "resp_port <", "--where: columna 11: la expresión acaba donde se espera algo más"},
		{"--where", "handshak == completed", "--where: columna 1: nombre desconocido: handshak; ¿quizá handshake?"},
		{"--where", "resp_port == 'a'", `--where: columna 11: "==" no va entre un número y un texto`},
		{"--where", "resp_port", "--where: la expresión da un número, no verdadero o falso"},
		{"--where", "resp_port > 1,", `--where: columna 14: "," no encaja aquí`},
	} {
		code, _, errs := portero(t, "read", in, "--lang", "es", x[0], x[1])
		if code != 2 || strings.TrimSpace(errs) != "portero: "+x[2] {
			t.Errorf("%s %q: %d %q, want %q", x[0], x[1], code, errs, x[2])
		}
	}
}

// TestElsewhereIsTranslated: what is said of policies, overrides, collectors and columns
// has its Spanish form too.
func TestElsewhereIsTranslated(t *testing.T) {
	seen := 0
	for _, name := range []string{"../../internal/policy/policy.go", "../../catalog/override.go", "../../internal/export/export.go", "../../internal/record/schema.go"} {
		fs := token.NewFileSet()
		f, err := parser.ParseFile(fs, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			x, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			var lit ast.Expr
			switch fun := x.Fun.(type) {
			case *ast.SelectorExpr:
				if fun.Sel.Name == "Errorf" || fun.Sel.Name == "New" {
					lit = x.Args[0]
				}
			case *ast.Ident:
				if fun.Name == "bad" {
					lit = x.Args[1]
				}
			}
			b, ok := lit.(*ast.BasicLit)
			if !ok || b.Kind != token.STRING {
				return true
			}
			s, _ := strconv.Unquote(b.Value)
			if !strings.Contains(s, " ") || strings.TrimLeft(s, "%:swdv ") == "" {
				return true
			}
			seen++
			for _, form := range []string{s, ": " + s, strings.TrimPrefix(s, "%s"), strings.TrimSuffix(s, "%s"), strings.TrimPrefix(s, "%s") + "%s"} {
				if words.HasMessage(form) {
					return true
				}
			}
			t.Errorf("%s: %q has no Spanish form (internal/words/elsewhere.go)", fs.Position(b.Pos()), s)
			return true
		})
	}
	if seen < 25 {
		t.Errorf("only %d messages were looked at", seen)
	}
}

// TestWrongUseInSpanish: what the libraries that read command lines say is said in Spanish,
// and no part of it for something else.
func TestWrongUseInSpanish(t *testing.T) {
	in := "../../testdata/first-look/in.pcap"
	cut := filepath.Join(t.TempDir(), "cut.gz")
	if err := os.WriteFile(cut, []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	rules := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(rules, []byte("10.0.0.0/33 80/tcp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"why", in}, "falta una de sus conexiones: portero why " + in + " 1, con los números de: portero " + in + " (véase `portero why --help`)"},
		{[]string{"extract"}, "faltan la captura y una de sus conexiones: portero extract captura.pcap 4 -w x.pcapng (véase `portero extract --help`)"},
		{[]string{"teach"}, "falta la captura: portero teach captura.pcap 4 (véase `portero teach --help`)"},
		{[]string{"diff", in, in, in}, "hacen falta 2 argumentos exactamente y hay 3 (véase `portero diff --help`): portero diff A B"},
		{[]string{"teach", in, "1", "2"}, "admite de 1 a 2 argumentos y hay 3 (véase `portero teach --help`): portero teach FICHERO [CONN]"},
		{[]string{"read", "--limit", "abc", in}, "\"abc\" no vale para la opción \"--limit\": hace falta un número entero (véase `portero read --help`)"},
		{[]string{"read", "--stats=maybe", in}, "\"maybe\" no vale para la opción \"--stats\": se escribe true o false (véase `portero read --help`)"},
		{[]string{"read", "-Z", in}, "opción desconocida: 'Z' en -Z (véase `portero read --help`)"},
		{[]string{"read", "--nosuch", in}, "opción desconocida: --nosuch (véase `portero read --help`)"},
		{[]string{"version", "--nosuch"}, "opción desconocida: --nosuch (véase `portero version --help`)"},
		{[]string{"read", in, "--format", "csv", "--fields", "foo"}, "--fields: no hay ninguna columna \"foo\"; ¿quizá tfo, id, proto?"},
		{[]string{"read", in, "--format", "csv", "--fields", "no_such_name"}, "--fields: no hay ninguna columna \"no_such_name\" (portero explain fields las enumera)"},
		{[]string{"read", in, "--format", "csv", "--fields", "sni"}, "--fields: no hay ninguna columna \"sni\"; ¿quizá server_name?"},
		{[]string{"read", in, "--where", "service == http"}, "--where: columna 12: nombre desconocido: http (los nombres son las claves del registro: portero explain fields; las demás palabras van entre comillas: \"http\")"},
		{[]string{"read", in, "--to", "foo"}, "--to: \"foo\": escríbase ipfix://EQUIPO:PUERTO, ipfix+tcp://, syslog:// o syslog+tcp://"},
		{[]string{"read", in, "--to", "ipfix://127.0.0.1:99999"}, "--to: ipfix://127.0.0.1:99999: el puerto 99999 no es válido"},
		{[]string{"hosts", in, "--mmdb", "/none"}, "--mmdb: /none: no existe ese fichero"},
		{[]string{"hosts", in, "--mmdb", in}, "--mmdb: " + in + ": no es una base de datos en el formato de MaxMind"},
		{[]string{"live", "--replay", in, "--speed", "0"}, "--speed: 0 no es una velocidad (escríbase 0.5, 1, 10)"},
		{[]string{"live", "nosuch0"}, "no hay aquí ninguna interfaz \"nosuch0\"; las hay: "},
		{[]string{"read", cut}, cut + ": no se puede descomprimir: el flujo comprimido está cortado"},
		{[]string{"policy", rules, in}, rules + ":1: \"10.0.0.0/33\" no es una dirección, una red ni *"},
	} {
		code, _, errs := portero(t, append(x.args, "--lang", "es")...)
		if got := strings.TrimPrefix(strings.TrimSpace(errs), "portero: "); code == 0 || got != x.want && (!strings.HasSuffix(x.want, " ") || !strings.HasPrefix(got, x.want)) {
			t.Errorf("%v: %d %q, want %q", x.args, code, got, x.want)
		}
	}
	if _, out, _ := portero(t, "--lang", "es", "extract", "--help"); !strings.Contains(out, "portero extract FICHERO CONN -w X [opciones]") || !strings.Contains(out, "ayuda de extract") || !strings.Contains(out, "(si falta, \"1G\")") || strings.Contains(out, "string") {
		t.Error(out)
	}
	for _, args := range [][]string{{"--help"}, {"help", "completion"}, {"completion", "bash", "--help"}, {"help", "help"}, {"version", "--help"}} {
		_, out, _ := portero(t, append(args, "--lang", "es")...)
		for _, w := range []string{"[flags]", "[command]", "help for", "Help about", "Generate", "stringArray", "default", "disable", "what happened"} {
			if strings.Contains(out, w) {
				t.Errorf("%v: %q in\n%s", args, w, out)
			}
		}
	}
}

// english are words of sentences that Spanish does not have.
var english = regexp.MustCompile(`(?i)\b(the|and|of|with|from|that|this|was|were|not|nothing|answer(s|ed)?|frames?|packets?|bytes?|octets?|host|ports|closed|open|silent|seen|means|next|before|after|which|who|whom|what|usually|into|found|many|connections?|exchanges?|checksums?|tried|opened|peers|hidden|more|here|is|are|it|its|their|somebody|nobody|machine)\b`)

// Data, and names that are the same in every language.
var (
	named  = regexp.MustCompile("(?i)`[^`]*`|\"[^\"]*\"|portero (why|findings) \\S+|\\S*\\.(pcap|example|csv)\\S*|https?://\\S+|ESTABLISHED|LISTEN|FIN-WAIT|CLOSE-WAIT|LAST-ACK|TIME-WAIT|SYN-SENT|SYN-RECEIVED|[a-z]+-[a-z0-9-]+|\\b[a-z]+_[a-z_]+|--[a-z-]+")
	aliens = regexp.MustCompile(`(?m)^  (registro|en la práctica|historia|nota):.*$|\((IANA|Simovits|.*RFC).*$|Follow TCP Stream|no (?:es|hay|se)\b`)
)

// TestNothingIsLeftInEnglish shows every scenario in Spanish in every view for
// people, and looks for English words.
func TestNothingIsLeftInEnglish(t *testing.T) {
	t.Parallel()
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	check := func(args []string, out string) {
		for _, line := range strings.Split(out, "\n") {
			plain := named.ReplaceAllString(aliens.ReplaceAllString(line, ""), "")
			if w := english.FindString(plain); w != "" {
				t.Errorf("%v: %q in %q", args, w, line)
			}
		}
	}
	for _, in := range dirs {
		for _, args := range [][]string{{"read", in}, {"read", "--format", "wide", in}, {"findings", in}, {"ports", in}, {"hosts", in}} {
			args = append(args, "--lang", "es", "--utc")
			_, out, errs := portero(t, args...)
			check(args, out+errs)
		}
	}
	for _, w := range []string{"completed", "S1", "ShADadFf", "port", "netstat", "exposure", "beacon", "weak-crypto"} {
		_, out, _ := portero(t, "explain", "--lang", "es", w)
		check([]string{"explain", w}, out)
	}
	for _, args := range [][]string{{"catalog"}, {"catalog", "check"}, {"catalog", "selftest"}, {"catalog", "kinds"}, {"diff", dirs[0], dirs[1]}, {"policy", "none", dirs[0]}, {"read", "none.pcap"}, {"read", "--format", "x", dirs[0]}} {
		args = append(args, "--lang", "es")
		_, out, errs := portero(t, args...)
		check(args, out+errs)
	}
}

// TestLocale: without --lang the locale decides.
func TestLocale(t *testing.T) {
	for _, env := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(env, "")
	}
	t.Setenv("LANG", "es_AR.UTF-8")
	if _, out, _ := portero(t, look); !strings.Contains(out, "completada") {
		t.Error("a Spanish locale is not heard")
	}
	if _, _, errs := portero(t, "none.pcap"); !strings.Contains(errs, "no existe") {
		t.Errorf("errors do not follow the locale: %s", errs)
	}
	if _, out, _ := portero(t, "--lang", "en", look); !strings.Contains(out, "completed") {
		t.Error("--lang does not win over the locale")
	}
	t.Setenv("LC_ALL", "C")
	if _, out, _ := portero(t, look); !strings.Contains(out, "completed") {
		t.Error("LC_ALL does not win over LANG")
	}
}
