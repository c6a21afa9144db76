package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What reads its captures twice keeps standard input in a file meanwhile: nobody is told
// that name, neither in an error nor in a heading.
func TestStandardInputIsCalledSo(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	for _, args := range [][]string{
		{"why", "-", "2"}, {"teach", "-", "2"}, {"exercise", "-"}, {"report", "-", "-o", "-"}, {"extract", "-", "2", "-w", filepath.Join(dir, "x.pcapng")},
		{"read", "-", "--where", "id == 2", "-w", filepath.Join(dir, "y.pcapng")},
	} {
		var o, e bytes.Buffer
		if code := run(args, bytes.NewReader(b[:1500]), &o, &e); code != exitDamaged || !strings.Contains(e.String(), "portero: standard input: damaged at byte 1500") {
			t.Errorf("%v: %d %s", args, code, e.String())
		}
		if s := o.String() + e.String(); strings.Contains(strings.ReplaceAll(s, args[len(args)-1], ""), dir) || strings.Contains(s, "portero-") {
			t.Errorf("%v tells the name of a file that is gone: %s", args, s)
		}
	}
	for _, c := range []struct{ lang, want string }{{"en", "standard input   26 frames"}, {"es", "entrada estándar   26 tramas"}} {
		var o, e bytes.Buffer
		if code := run([]string{"read", "-", "--lang", c.lang}, bytes.NewReader(b), &o, &e); code != 0 || !strings.HasPrefix(o.String(), c.want) {
			t.Errorf("%d %s%s", code, o.String(), e.String())
		}
	}
}

// What a table of a directory proposes next is there: its numbers are not those of the first
// capture in it.
func TestNextOfADirectory(t *testing.T) {
	dir := t.TempDir()
	for name, from := range map[string]string{"a.pcap": "../../testdata/completed/in.pcap", "b.pcap": look} {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		os.WriteFile(filepath.Join(dir, name), b, 0o600)
	}
	_, out, _ := portero(t, "read", dir)
	_, next, ok := strings.Cut(out, "next: portero why ")
	if !ok {
		t.Fatal(out)
	}
	if code, _, errs := portero(t, append([]string{"why"}, strings.Fields(next)...)...); code != 0 {
		t.Errorf("why %s: %s", next, errs)
	}
}

// -r names a capture in every verb that takes it.
func TestReadFlagEverywhere(t *testing.T) {
	t.Parallel()
	other := "../../testdata/refused/in.pcap"
	for _, words := range [][]string{{"why", look, "4"}, {"teach", look}, {"teach", look, "4"}, {"extract", look, "4", "-w", "-"}, {"diff", look, other}, {"ports", look}, {"exercise", look}, {"findings", look}, {"why", look, other, "4"}} {
		code, out, errs := portero(t, words...)
		with := append([]string{words[0], "-r", look}, words[2:]...)
		if c, o, e := portero(t, with...); c != code || o != out || e != errs || out == "" && words[0] != "findings" {
			t.Errorf("%q: %d %s%s\nwithout -r: %d %s%s", with, c, o, e, code, out, errs)
		}
	}
	for _, words := range [][]string{{"why", "-r", look}, {"teach", "-r", look, "4", "5"}, {"diff", "-r", look, look, look}, {"why", look}} {
		if code, out, errs := portero(t, words...); code != exitUsage || out != "" || !strings.Contains(errs, "--help`") {
			t.Errorf("%q: %d %s%s", words, code, out, errs)
		}
	}
}

// Verbs of one connection, and diff, take a directory as the others do.
func TestDirectoriesEverywhere(t *testing.T) {
	dir, none := t.TempDir(), t.TempDir()
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(dir, "a.pcap"), b, 0o600)
	for _, args := range [][]string{{"why", "FILE", "4"}, {"teach", "FILE", "4"}, {"teach", "FILE"}, {"diff", "FILE", "FILE"}, {"diff", "../../testdata/refused/in.pcap", "FILE"}} {
		of := func(name string) (int, string, string) {
			var words []string
			for _, w := range args {
				words = append(words, strings.Replace(w, "FILE", name, 1))
			}
			return portero(t, words...)
		}
		code, out, errs := of(look)
		if c, o, e := of(dir); c != code || o != out || e != errs {
			t.Errorf("%q: %d %s%s\nof the directory: %d %s%s", args, code, out, errs, c, o, e)
		}
		if c, _, e := of(none); c != exitUsage || !strings.Contains(e, none+": no capture in this directory") {
			t.Errorf("%q of an empty directory: %d %s", args, c, e)
		}
	}
}

// What can be read only once, as what a shell puts in place of <(command), is read by every
// verb as a file is, and told of by its own name.
func TestPipesAreReadAsFiles(t *testing.T) {
	dir := t.TempDir()
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	pipe, file := filepath.Join(dir, "pipe"), filepath.Join(dir, "file")
	os.WriteFile(file, b, 0o600)
	t.Setenv("TMPDIR", dir)
	for i, verb := range [][]string{{"why", "FILE", "4"}, {"teach", "FILE", "4"}, {"exercise", "FILE"}, {"report", "FILE", "-o", "-"}, {"extract", "FILE", "4", "-w", "-"}, {"FILE"},
		{"--where", "id == 4", "-w", filepath.Join(dir, "saved-N"), "FILE"}, {"why", "FILE", "99"}} {
		of := func(name, n string) (int, string, string) {
			var words []string
			for _, w := range verb {
				words = append(words, strings.NewReplacer("FILE", name, "-N", n).Replace(w))
			}
			code, out, errs := portero(t, words...)
			if before, _, ok := strings.Cut(out, "next: "); ok && name == file {
				out = before
			}
			errs = strings.ReplaceAll(errs, filepath.Join(dir, "saved"+n), "SAVED") // each has its own
			return code, strings.ReplaceAll(out, name, "NAME"), strings.ReplaceAll(errs, name, "NAME")
		}
		code, out, errs := of(file, fmt.Sprint(i))
		os.Remove(pipe)
		if err := exec.Command("mkfifo", pipe).Run(); err != nil {
			t.Skip(err)
		}
		go os.WriteFile(pipe, b, 0)
		c, o, e := of(pipe, fmt.Sprint(i, "p"))
		if c != code || e != errs || o != out && verb[0] != "report" {
			t.Errorf("%q: %d %s%s\nof the pipe: %d %s%s", verb, code, out, errs, c, o, e)
		}
	}
	whole, _ := os.ReadFile(filepath.Join(dir, "saved6"))
	if piped, err := os.ReadFile(filepath.Join(dir, "saved6p")); err != nil || !bytes.Equal(piped, whole) || len(whole) < 500 {
		t.Errorf("%d octets saved of the file, %d of the pipe, %v", len(whole), len(piped), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "portero-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A connection that may lie behind a damage is not told as if the capture were whole.
func TestNoConnectionOfADamagedCapture(t *testing.T) {
	const cut = "../../testdata/cut-file/in.pcap"
	for _, args := range [][]string{{"why", cut, "99"}, {"teach", cut, "99"}, {"extract", cut, "99", "-w", filepath.Join(t.TempDir(), "x")}} {
		code, _, errs := portero(t, args...)
		if code != exitUsage || !strings.Contains(errs, "ends inside a frame") || !strings.Contains(errs, "there is no connection 99") {
			t.Errorf("%q: %d %s", args, code, errs)
		}
		if _, _, errs := portero(t, append(args, "-q")...); strings.Contains(errs, "ends inside a frame") {
			t.Errorf("%q -q: %s", args, errs)
		}
	}
}

// --version says what the verb says, as people expect of a command.
func TestVersionFlag(t *testing.T) {
	_, want, _ := portero(t, "version")
	if code, out, errs := portero(t, "--version"); code != 0 || out != want || !strings.HasPrefix(out, "portero ") {
		t.Errorf("%d %s%s", code, out, errs)
	}
}

// A message names the file, counts one as one, and says where to read on.
func TestMessagesForNewcomers(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	one, text := filepath.Join(dir, "one.pcap"), filepath.Join(dir, "text")
	os.WriteFile(one, b[:24+16+0x48+20], 0o600)
	os.WriteFile(text, []byte("this is no capture at all"), 0o600)
	for _, c := range []struct{ args, en, es string }{
		{one, "after 1 frame: ", "tras una trama: "},
		{text, "pcap, pcapng and snoop files", "ficheros pcap, pcapng y snoop"},
		{"why " + look + " 99", look + ": there is no connection 99", look + ": no hay ninguna conexión 99"},
		{"why ../../testdata/reuse/in.pcap 192.0.2.10:40000>198.51.100.20:80", "2 connections match 192.0.2.10:40000>198.51.100.20:80: this is the first", "2 conexiones coinciden"},
		{"why " + look, "portero: name one of its connections: portero why " + look + " 1, as numbered by: portero " + look + " (see `portero why --help`)\n", "portero: falta una de sus conexiones: portero why " + look + " 1, con los números de: portero " + look + " (véase `portero why --help`)\n"},
		{"why -r " + look, "portero: name one of its connections: portero why " + look + " 1,", "portero: falta una"},
		{"why -", ": portero why - 1, as", ": portero why - 1, con"},
		{"why", "portero: name a capture and one of its connections: portero why capture.pcap 4 (see", "portero: faltan la captura y una de sus conexiones: portero why captura.pcap 4 (véase"},
		{"why @3", "portero: name the capture before the connection: portero why capture.pcap @3 (see", "portero: falta la captura, que va antes de la conexión: portero why captura.pcap @3 (véase"},
		{"extract " + look, ": portero extract " + look + " 1 -w x.pcapng, as numbered by: ", " 1 -w x.pcapng, con los números de: "},
		{"diff", "portero: name two captures: portero diff monday.pcap tuesday.pcap (see `portero diff --help`)\n", "portero: faltan dos capturas: portero diff lunes.pcap martes.pcap (véase"},
		{"diff " + look, "portero: name a second capture to compare it with: portero diff " + look + " tuesday.pcap (see `portero diff --help`)\n", "portero: falta la segunda captura, con la que compararla: portero diff " + look + " martes.pcap (véase"},
		{"diff a b c", "portero: takes exactly 2 arguments, got 3 (see `portero diff --help`)", "hay 3 (véase `portero diff --help`)"},
		{"teach", "portero: name a capture: portero teach capture.pcap 4 (see", "portero: falta la captura: portero teach captura.pcap 4 (véase"},
		{"explain", "portero: name a port, a verdict or another word: portero explain 443 (see", "portero: falta un puerto, un veredicto u otra palabra: portero explain 443 (véase"},
		{"policy", "portero: name a policy and a capture: portero policy house.policy capture.pcap", "portero: faltan la política y la captura: portero policy casa.policy captura.pcap"},
		{"teach a b c", "portero: takes 1 to 2 arguments, got 3 (see", "portero: admite de 1 a 2 argumentos y hay 3 (véase"},
		{"exercise", "portero: name a capture: portero exercise capture.pcap -o sheet.md (see", "portero: falta la captura: portero exercise captura.pcap -o sheet.md (véase"},
		{"lab a b", "portero: takes at most 1 argument, got 2 (see", "portero: admite un argumento como mucho y hay 2 (véase"},
		{"hosts " + look + " --mmdb " + dir + "/none", "portero: --mmdb: " + dir + "/none: there is no such file\n", "portero: --mmdb: " + dir + "/none: no existe ese fichero\n"},
	} {
		for _, l := range []struct{ lang, want string }{{"en", c.en}, {"es", c.es}} {
			if _, _, errs := portero(t, append(strings.Fields(c.args), "--lang", l.lang)...); !strings.Contains(errs, l.want) {
				t.Errorf("%s in %s: %s", c.args, l.lang, errs)
			}
		}
	}
}

// A file whose name looks like flags is named, and its proof is proposed, in a way that works.
func TestNamesLikeFlags(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, c := range [][3]string{
		{"-x.pcap", "unknown shorthand flag: 'x' in -x.pcap; the file of that name is written ./-x.pcap\n", "opción desconocida: 'x' en -x.pcap; el fichero con ese nombre se escribe ./-x.pcap\n"},
		{"--x", "unknown flag: --x; the file of that name is written ./--x\n", "opción desconocida: --x; el fichero con ese nombre se escribe ./--x\n"},
	} {
		if _, _, errs := portero(t, c[0]); !strings.HasSuffix(errs, "(see `portero --help`)\n") {
			t.Errorf("%s: %s", c[0], errs)
		}
		os.WriteFile(c[0], b, 0o600)
		for i, lang := range []string{"en", "es"} {
			if _, _, errs := portero(t, "--lang", lang, c[0]); errs != "portero: "+c[i+1] {
				t.Errorf("%s in %s: %s", c[0], lang, errs)
			}
		}
		if code, out, errs := portero(t, "-r", c[0]); code != exitOK || !strings.HasSuffix(out, "next: portero why ./"+c[0]+" 3\n") {
			t.Errorf("%s: %d %s%s", c[0], code, out, errs)
		}
	}
	os.Symlink("loop", "loop")
	if _, _, errs := portero(t, "--lang", "es", "loop"); errs != "portero: loop: demasiados enlaces simbólicos seguidos\n" {
		t.Error(errs)
	}
}

// What is proposed can be copied into a shell.
func TestNextIsOneWord(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "my $(capture).pcap")
	os.WriteFile(name, b, 0o600)
	if _, out, _ := portero(t, name); !strings.Contains(out, "next: portero why '"+name+"' 3\n") {
		t.Error(out)
	}
}

// What is proposed next does not depend on how the capture was named, nor on a filter.
func TestNextOfEveryForm(t *testing.T) {
	for _, args := range [][]string{{look}, {"read", look}, {"-r", look}, {"read", "-r", look}, {look, "--", "tcp", "or", "udp"}, {"-r", look, "--", "ip"}, {"--filter", "ip", look}} {
		if _, out, errs := portero(t, args...); !strings.HasSuffix(out, "next: portero why "+look+" 3\n") {
			t.Errorf("%q: %s%s", args, out, errs)
		}
	}
	for _, args := range [][]string{{look, look}, {"-r", look, look}, {"-q", look}} {
		if _, out, _ := portero(t, args...); strings.Contains(out, "next: ") {
			t.Errorf("%q: %s", args, out)
		}
	}
}

// Interfaces fit a terminal of 80 columns where leaving the hardware address out helps.
func TestInterfacesFit(t *testing.T) {
	_, out, _ := portero(t, "interfaces")
	head, _, _ := strings.Cut(out, "\n")
	for line := range strings.Lines(out) {
		if len(strings.TrimRight(line, " \n")) > 80 && strings.Contains(head, "hardware") {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}

// A capture that breaks off says so when it is shown as if it happened now, too.
func TestReplayTellsDamage(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.pcap")
	os.WriteFile(cut, b[:1500], 0o600)
	for _, c := range []struct{ lang, want string }{{"en", cut + ": damaged at byte 1500 after 7 frames"}, {"es", cut + ": dañado en el octeto 1500, tras 7 tramas"}} {
		code, out, errs := portero(t, "live", "--replay", cut, "--speed", "1000", "--format", "ndjson", "--lang", c.lang)
		if code != exitDamaged || !strings.Contains(errs, c.want) || !strings.Contains(out, `"event":"ended"`) {
			t.Errorf("%d %s%s", code, out, errs)
		}
	}
	if code, _, errs := portero(t, "live", "--replay", cut, "--speed", "1000", "--format", "ndjson", "-q"); code != exitDamaged || errs != "" {
		t.Errorf("with -q: %d %s", code, errs)
	}
}

// A capture of which nothing could be read is told so above the table: there is nothing
// before the damage.
func TestUnreadCaptures(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text")
	os.WriteFile(text, []byte("\xfd7zXZ\x00 and more"), 0o600)
	for _, c := range []struct{ lang, none, text, all string }{
		{"en", "none.pcap: there is no such file: nothing of it is here", "is no capture: it is compressed with xz; decompress it first: nothing of it is here", "what came before"},
		{"es", "none.pcap: no existe ese fichero: de ella no hay nada aquí", "no es una captura: está comprimido con xz; antes hay que descomprimirlo: de ella no hay nada aquí", "lo anterior está todo"},
	} {
		code, out, _ := portero(t, look, "none.pcap", text, "--lang", c.lang)
		out = strings.Join(strings.Fields(out), " ")
		if code != exitDamaged || !strings.Contains(out, c.none) || !strings.Contains(out, c.text) || strings.Contains(out, c.all) {
			t.Errorf("%d %s", code, out)
		}
	}
}

// TestNoRoomForACopy: what comes through a pipe once is copied to be read twice; where that cannot be, it is told
// of the pipe and of the folder, not of a file that nobody named.
func TestNoRoomForACopy(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "none"))
	if runtime.GOOS == "windows" {
		t.Skip("TMPDIR is not asked there")
	}
	for l, want := range map[string]string{
		"en": "portero: standard input: no copy of it could be made in " + dir + "/none: there is no such folder (TMPDIR names another folder)\n",
		"es": "portero: entrada estándar: no se pudo copiar en " + dir + "/none: no existe esa carpeta (TMPDIR indica otra carpeta)\n",
	} {
		var o, e bytes.Buffer
		if code := run([]string{"why", "-", "2", "--lang", l}, bytes.NewReader(b), &o, &e); code != exitUsage || e.String() != want {
			t.Errorf("%d %q, want %q", code, &e, want)
		}
	}
	t.Setenv("TMPDIR", dir)
	in, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var o, e bytes.Buffer
	if code := run([]string{"why", "-", "2", "--lang", "en"}, in, &o, &e); code != exitUsage || e.String() != "portero: standard input: is a directory\n" {
		t.Errorf("%d %q", code, &e)
	}
}

// TestMisplacedWords: what stands where it is not understood is answered with the line that was meant, which works.
func TestMisplacedWords(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	os.WriteFile("in.pcap", b, 0o600)
	os.WriteFile("7", b, 0o600)
	for _, c := range []struct{ args, en, es string }{
		{"in.pcap 3", "3: there is no file of this name; a connection is told by: portero why in.pcap 3", "una conexión se explica con: portero why in.pcap 3"},
		{"in.pcap tcp port 80", "tcp: there is no file of this name; a filter goes behind --: portero in.pcap -- tcp port 80", "un filtro va detrás de --: portero in.pcap -- tcp port 80"},
		{"in.pcap -- tcp port 80 -w x.pcap", "-w stands behind --, where everything is the filter; flags go before --", "-w está detrás de --, donde todo es el filtro; las opciones van antes de --"},
		{"live lo -- port 80 --format=ndjson", "--format stands behind --", "--format está detrás de --"},
		{"hosts in.pcap 7 udp", "udp: there is no file of this name; a filter goes behind --: portero hosts FILE... -- udp", ""},
		{"why 3 in.pcap", "in.pcap is a file; the connection goes behind it: in.pcap 3", "in.pcap es un fichero; la conexión va detrás: in.pcap 3"},
		{"teach 3 in.pcap", "in.pcap is a file; the connection goes behind it: in.pcap 3", ""},
		{"why in.pcap in.pcap", "by its number in the table of: portero in.pcap", "con el número que tiene en la tabla de: portero in.pcap"},
		{"live in.pcap", "in.pcap is a file, and no interface; a saved capture is shown by: portero live --replay in.pcap", "una captura guardada se muestra con: portero live --replay in.pcap"},
		{"--formt json in.pcap", "unknown flag: --formt; did you mean --format? (see `portero --help`)", "opción desconocida: --formt; ¿quizá --format? (véase `portero --help`)"},
		{"live --dur 3s", "unknown flag: --dur; did you mean --duration? (see `portero live --help`)", ""},
		{"-i eth0", "unknown shorthand flag: 'i' in -i; did you mean portero live -i? (see", ""},
		{"lab handshak", "did you mean handshake?", "¿quizá handshake?"},
		{"man reports", `there is no verb "reports"; did you mean report?`, ""},
	} {
		if code, out, errs := portero(t, append(strings.Fields(c.args), "--lang", "en")...); code != exitUsage || out != "" || !strings.Contains(errs, c.en) {
			t.Errorf("%s: %d %s%s, want %s", c.args, code, out, errs, c.en)
		}
		if _, _, errs := portero(t, append(strings.Fields(c.args), "--lang", "es")...); !strings.Contains(errs, c.es) {
			t.Errorf("%s: %s, want %s", c.args, errs, c.es)
		}
	}
	// Behind -- stands the filter here, and files that begin with - elsewhere.
	os.WriteFile("-x.pcap", b, 0o600)
	for _, c := range []struct{ args, en, es string }{
		{"-- -x.pcap", "the capture goes before it: ./-x.pcap\n", "la captura va delante: ./-x.pcap\n"},
		{"read -- -x.pcap tcp", "behind -- stands the filter; the capture goes before it: ./-x.pcap\n", "detrás de -- va el filtro; la captura va delante: ./-x.pcap\n"},
		{"hosts -- tcp in.pcap", "the capture goes before it: in.pcap\n", ""},
		{"hosts -- tcp", "name a capture to read (- is standard input)\n", ""},
	} {
		for lang, want := range map[string]string{"en": c.en, "es": c.es} {
			t.Setenv("LC_ALL", lang+"_ES.UTF-8")
			if code, out, errs := portero(t, strings.Fields(c.args)...); code != exitUsage || out != "" || !strings.HasSuffix(errs, want) {
				t.Errorf("%s: %d %s%s, want %s", c.args, code, out, errs, want)
			}
		}
	}
	os.Setenv("LC_ALL", "C")
	// What is there is read, and what is missing and means nothing else is told above the result.
	for _, args := range []string{"in.pcap 7", "in.pcap none.pcap"} {
		if _, out, errs := portero(t, strings.Fields(args)...); !strings.Contains(out, "completed") {
			t.Errorf("%s: %s%s", args, out, errs)
		}
	}
}
