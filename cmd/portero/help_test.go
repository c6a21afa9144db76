package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"portero/internal/manual"
	"portero/internal/words"
)

// Every verb and flag explains itself in Spanish too.
func TestHelpInSpanish(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	lacking, idle := manual.Gaps(a.root(), spanishHelp)
	for _, s := range lacking {
		t.Errorf("has no Spanish: %q", s)
	}
	for _, s := range idle {
		t.Errorf("nothing says %q any more", s)
	}
}

// What there is no help for, and no completion, is a mistake in the command line.
func TestUnknownTopics(t *testing.T) {
	for _, args := range [][]string{{"help", "nosuch"}, {"help", "read", "nosuch"}, {"completion", "nosuch"}} {
		code, out, errs := portero(t, args...)
		if code != exitUsage || !strings.Contains(errs, "unknown command") || !strings.HasSuffix(errs, " --help`)\n") || out != "" {
			t.Errorf("%v: exit status %d, %q, says %q", args, code, out, errs)
		}
	}
	for _, args := range [][]string{{"help"}, {"help", "read"}, {"help", "completion", "bash"}, {"completion"}, {"completion", "bash"}} {
		if code, out, errs := portero(t, args...); code != exitOK || out == "" || errs != "" {
			t.Errorf("%v: exit status %d, says %q", args, code, errs)
		}
	}
}

func TestHelpSpeaksTheLocale(t *testing.T) {
	t.Setenv("LC_ALL", "es_ES.UTF-8")
	if _, out, _ := portero(t, "--help"); !strings.Contains(out, "Nunca envía un paquete") || !strings.Contains(out, "Opciones:") || strings.Contains(out, "Usage:") {
		t.Error(out)
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	if _, out, _ := portero(t, "--help"); !strings.Contains(out, "never sends a packet") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "man", "--lang", "es"); !strings.Contains(out, "Nunca envía un paquete") || !strings.Contains(out, ".SH OPCIONES") || strings.Contains(out, "Auto generated") || strings.Contains(out, "[=false]") {
		t.Error(out)
	}
	// Each option is a paragraph with its name beside or above what it does.
	if _, out, _ := portero(t, "man", "--lang", "en", "why"); !strings.Contains(out, ".TP\n\\fB--ascii\\fP\nfor terminals") || !strings.Contains(out, ".TP\n\\fB-f\\fP, \\fB--filter\\fP=...\na tcpdump") || strings.Contains(out, "\n\tevery") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "man", "live", "--lang", "es"); !strings.Contains(out, "pantalla") {
		t.Error(out)
	}
}

// TestHelpFitsTheTerminal: no line of any help, in either language, goes beyond the terminal, but for a word
// that is longer and for the name of a file that a shell makes up.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	for _, l := range words.Langs() {
		for _, w := range []int{60, 80, 120} {
			var out bytes.Buffer
			a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
			root := a.root()
			root.SetOut(&out)
			root.InitDefaultHelpCmd()
			root.InitDefaultCompletionCmd()
			manual.Speak(root, l, spanishHelp)
			manual.Layout(root, w)
			var walk func(*cobra.Command)
			walk = func(cmd *cobra.Command) {
				out.Reset()
				cmd.InitDefaultHelpFlag()
				cmd.Help()
				if !strings.Contains(out.String(), "--help") {
					t.Errorf("%s says %q", cmd.CommandPath(), &out)
				}
				for _, line := range strings.Split(out.String(), "\n") {
					if n := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "        ")); n > w && strings.Contains(strings.TrimSpace(line), " ") && !strings.Contains(line, "> $(brew") {
						t.Errorf("%s: %d columns of %d: %q", cmd.CommandPath(), n, w, line)
					}
				}
				for _, sub := range cmd.Commands() {
					walk(sub)
				}
			}
			walk(root)
		}
	}
}

// TestHelpSpeaks: the verb help takes the language as every other verb does.
func TestHelpSpeaks(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	if code, out, errs := portero(t, "help", "live", "--lang", "es"); code != exitOK || !strings.Contains(out, "pantalla") || errs != "" {
		t.Errorf("%d %q %q", code, out, errs)
	}
	if code, _, errs := portero(t, "help", "--lang", "tlh"); code != exitUsage || !strings.Contains(errs, "tlh") {
		t.Errorf("%d %q", code, errs)
	}
}

// TestMisspeltVerb: a word that is no file and all but a verb is told as that, before anything is read or written.
func TestMisspeltVerb(t *testing.T) {
	t.Setenv("LC_ALL", "C.UTF-8")
	page := filepath.Join(t.TempDir(), "x.html")
	for args, want := range map[string]string{
		"reprot " + look + " -o " + page: "reprot: there is no file and no verb of this name; did you mean report?",
		"finding " + look + " --lang es": "finding: no hay ningún fichero ni verbo con ese nombre; ¿quizá findings?",
		"tech " + look:                   "did you mean teach?",
		"nosuch.pcap":                    "nosuch.pcap: there is no such file",
		"live.pcap " + look:              "live.pcap: there is no such file",
	} {
		code, out, errs := portero(t, strings.Fields(args)...)
		if !strings.Contains(errs, want) || strings.Contains(want, "verb") && (code != exitUsage || out != "") {
			t.Errorf("%s: %d %q %q, want %q", args, code, out, errs, want)
		}
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("something was written in its name")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("reprot", []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, errs := portero(t, "reprot"); !strings.Contains(errs, "looks like text") {
		t.Errorf("of a file with that name: %q", errs)
	}
}

// TestFormatsAreSaid: the help of a verb that lists things names every form that it takes, and no other; so does
// the refusal of one that it does not.
func TestFormatsAreSaid(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy")
	if err := os.WriteFile(policy, []byte("192.0.2.1 80/tcp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for verb, args := range map[string][]string{"findings": {look}, "interfaces": nil, "hosts": {look}, "ports": {look}, "diff": {look, look}, "policy": {policy, look}} {
		cmd, _, err := testApp(t).root().Find([]string{verb})
		if err != nil {
			t.Fatal(err)
		}
		said := strings.FieldsFunc(cmd.Flags().Lookup("format").Usage, func(r rune) bool { return strings.ContainsRune(" ,()", r) })
		for _, f := range []string{"text", "table", "wide", "ndjson", "jsonl", "json", "csv", "tsv", "zeek", "ecs", "eve", "xml"} {
			code, _, errs := portero(t, append([]string{verb, "--lang", "en", "--format", f}, args...)...)
			if taken := code != exitUsage; taken != slices.Contains(said, f) {
				t.Errorf("%s --format %s is taken: %v; help says %q", verb, f, taken, said)
			}
			if code == exitUsage {
				for _, s := range said {
					if !strings.Contains(errs, s) {
						t.Errorf("%s --format %s: %q does not say %s", verb, f, errs, s)
					}
				}
			}
		}
	}
}

// Every verb takes --lang, beside --help too, and knows no others.
func TestEveryVerbTakesLang(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	root := a.root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var verbs func(c *cobra.Command)
	verbs = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			verbs(sub)
			if sub.Hidden {
				continue
			}
			args := append(strings.Fields(sub.CommandPath())[1:], "--help", "--lang")
			if code, out, errs := portero(t, append(args, "es")...); code != exitOK || !strings.Contains(out, "Uso:") || errs != "" {
				t.Errorf("%q es: %d %s", args, code, errs)
			}
		}
	}
	verbs(root)
	if code, out, errs := portero(t, "completion", "bash", "--lang", "xx"); code != exitUsage || out != "" || !strings.Contains(errs, "xx") {
		t.Errorf("%d %q %s", code, out, errs)
	}
	if code, out, _ := portero(t, "completion", "bash", "--lang", "es"); code != exitOK || !strings.Contains(out, "__portero_debug") {
		t.Errorf("%d %q", code, out)
	}
}

// A size that is refused, or not kept to, when it is too small says so before it is tried.
func TestHelpSaysTheLeast(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	found := 0
	for _, c := range a.root().Commands() {
		for flag, want := range map[string]string{"memory": "8M at least", "buffer-size": "1M to 1G"} {
			if f := c.Flags().Lookup(flag); f != nil {
				if found++; !strings.Contains(f.Usage, want) {
					t.Errorf("%s: --%s does not say %q: %s", c.Name(), flag, want, f.Usage)
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d flags", found)
	}
}

// Every page of the manual that another names is there, under its own title; a release makes them all.
func TestManPagesThatAreNamedAreThere(t *testing.T) {
	names := regexp.MustCompile(`portero((?:-[a-z0-9]+)*)\(1\)`)
	for _, lang := range []string{"en", "es"} {
		done, todo := map[string]bool{"": true}, []string{""}
		for len(todo) > 0 {
			name := todo[0]
			todo = todo[1:]
			args := append([]string{"man", "--lang", lang}, strings.FieldsFunc(name, func(r rune) bool { return r == '-' })...)
			code, page, errs := portero(t, args...)
			if title := strings.ToUpper(`.TH "PORTERO` + name + `" "1"`); code != 0 || !strings.Contains(page, title) || strings.Contains(page, "enerated by") {
				t.Errorf("portero%s(1), in %s: status %d, %s%.200s", name, lang, code, errs, page)
			}
			for _, m := range names.FindAllStringSubmatch(page, -1) {
				if !done[m[1]] {
					done[m[1]] = true
					todo = append(todo, m[1])
				}
			}
		}
		if len(done) < 24 || !done["-live"] || !done["-catalog-check"] {
			t.Errorf("pages in %s: %v", lang, done)
		}
	}
	if code, _, errs := portero(t, "man", "why", "not"); code != 2 || !strings.Contains(errs, `no verb "why not"`) {
		t.Errorf("status %d, %s", code, errs)
	}
}
