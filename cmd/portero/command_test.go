package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"portero/internal/explain"
	"portero/internal/record"
)

const look = "../../testdata/first-look/in.pcap"

func TestExitStatus(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return p
	}
	empty, text := file("empty", "", 0o600), file("notes.txt", "these are notes, and no capture at all, but long enough to be one\n", 0o600)
	gz := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		io.WriteString(z, s)
		z.Close()
		return b.String()
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	zst := string(z.EncodeAll([]byte(strings.Repeat("a frame of a capture, ", 999)+fmt.Sprint(rand.Perm(999))), nil))
	archive := "a.pcap" + strings.Repeat("\x00", 251) + "ustar\x0000" + strings.Repeat("\x00", 2000)
	packed, tar, tgz := file("packed", gz("10.0.0.1 80/tcp\n"), 0o600), file("x.tar", archive, 0o600), file("x.tgz", gz(archive), 0o600)
	for _, x := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"read", []string{look}, exitOK, ""},
		{"missing", []string{filepath.Join(dir, "nope")}, exitUsage, "no such file"},
		{"empty", []string{empty}, exitUsage, "is empty"},
		{"text", []string{text}, exitUsage, "looks like text"},
		{"policy", []string{"policy", look, look}, exitUsage, look + ": is a capture; a text file is expected here"},
		{"policy in another", []string{"--policy", "../../testdata/lab/http.pcapng", look}, exitUsage, "http.pcapng: is a capture; a text file is expected here"},
		{"packed policy", []string{"policy", packed, look}, exitUsage, "is no text file, which"},
		{"policy of a directory", []string{"policy", os.TempDir(), look}, exitUsage, "portero: " + os.TempDir() + ": is a directory"},
		{"catalogue of a directory", []string{"read", look, "--catalog", os.TempDir()}, exitUsage, "portero: " + os.TempDir() + ": is a directory"},
		{"empty policy", []string{"policy", empty, look}, exitUsage, "no rule in it"},
		{"catalog", []string{"--catalog", look, look}, exitUsage, look + ": is a capture; a text file is expected here\n"},
		{"cut zstd", []string{file("x.zst", zst[:len(zst)/2], 0o600)}, exitUsage, "cannot be decompressed: the compressed stream is cut short"},
		{"no name", []string{""}, exitUsage, "portero: \"\": there is no such file"},
		{"no catalog", []string{"--catalog", filepath.Join(dir, "nope"), look}, exitUsage, "nope: there is no such file\n"},
		{"tar", []string{tar}, exitUsage, "is no capture: it is a tar archive; unpack it first"},
		{"tar in gzip", []string{tgz}, exitUsage, "is no capture: it is a tar archive; unpack it first"},
		{"half a tar", []string{file("half.tar", archive[:200], 0o600)}, exitUsage, "is no capture: it starts with 61 2e 70 63"},
		{"observer", []string{file("x.bfr", "ObserverPktBufferVer", 0o600)}, exitUsage, "is no capture: it is a Viavi Observer file; convert it with `editcap"},
		{"nettl", []string{"--lang", "es", file("x.trc", "TR\x00d\x00\x00\x00\x00", 0o600)}, exitUsage, "es un fichero de HP-UX nettl; `editcap -F pcapng` lo convierte"},
		{"etl", []string{file("x.ETL", "\x00\x00\x01\x00\x48\x95\x00\x00", 0o600)}, exitUsage, "it is a Windows event trace; convert it with `pktmon etl2pcap`"},
		{"traza", []string{"--lang", "es", file("y.etl", "\x00\x00\x01\x00\x48\x95\x00\x00", 0o600)}, exitUsage, "es una traza de eventos de Windows; `pktmon"},
		{"text named etl", []string{file("t.etl", "what a day\n", 0o600)}, exitUsage, "looks like text"},
		{"directory", []string{dir}, exitUsage, "no capture in this directory"},
		{"flag", []string{"--nonsense"}, exitUsage, "unknown flag"},
		{"format", []string{"--format", "xml", look}, exitUsage, "none of table"},
		{"field", []string{"--format", "csv", "--fields", "orig_adr", look}, exitUsage, "did you mean orig_addr"},
		{"field of a table", []string{"--fields", "id", look}, exitUsage, "--fields is for --format ndjson, json, csv and tsv"},
		{"campo de zeek", []string{"--lang", "es", "--format", "zeek", "--fields", "id", look}, exitUsage, "--fields es para"},
		{"filter", []string{look, "--", "tcp", "prot", "80"}, exitUsage, "filter"},
		{"memory", []string{"--memory", "lots", look}, exitUsage, "is no size"},
		{"little memory", []string{"--memory", "1k", look}, exitOK, "--memory 1k: flows are followed with 8M at least"},
		{"poca memoria", []string{"findings", "--lang", "es", "--memory", "8191k", look}, exitOK, "--memory 8191k: los flujos se siguen con 8M como mínimo"},
		{"least memory", []string{"--memory", "8M", look}, exitOK, ""},
		{"threads", []string{"--threads", "-1", look}, exitUsage, "--threads: -1 is none of 1 to 256"},
		{"many threads", []string{"why", "--threads", "99999", look, "1"}, exitUsage, "--threads: 99999 is none of 1 to 256"},
		{"hilos", []string{"--lang", "es", "--threads", "0", look}, exitUsage, "--threads: 0 no está entre 1 y 256"},
		{"limit", []string{"--limit", "-3", look}, exitUsage, "--limit: -3 is no number of rows"},
		{"cut", []string{"../../testdata/cut-file/in.pcap"}, exitDamaged, "ends inside a frame"},
		{"same", []string{"diff", look, look}, exitOK, "no door"},
		{"differs", []string{"diff", look, "../../testdata/refused/in.pcap"}, exitFound, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			code, _, errs := portero(t, x.args...)
			if code != x.code || !strings.Contains(errs, x.says) {
				t.Errorf("exit status %d, want %d; says %q, want %q in it", code, x.code, errs, x.says)
			}
			if strings.Count(errs, "\n") > 1 {
				t.Errorf("more than a line: %q", errs)
			}
		})
	}
}

// TestProfiles: a profile that is asked for is written, also of memory, which main does not sample otherwise.
func TestProfiles(t *testing.T) {
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 0
	for _, flag := range []string{"--cpuprofile", "--memprofile"} {
		name := filepath.Join(t.TempDir(), "profile")
		if code, _, errs := portero(t, look, flag, name); code != exitOK {
			t.Fatalf("%s: exit status %d: %s", flag, code, errs)
		}
		if b, err := os.ReadFile(name); err != nil || !bytes.HasPrefix(b, []byte("\x1f\x8b")) {
			t.Errorf("%s wrote %d octets, %v", flag, len(b), err)
		}
	}
	if runtime.MemProfileRate == 0 {
		t.Error("memory is not sampled")
	}
}

// The result does not depend on how many goroutines decode.
func TestThreads(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, n := range []string{"2", "8"} {
		_, one, _ := portero(t, append([]string{"read", "--format", "ndjson", "--threads", "1"}, files...)...)
		_, many, _ := portero(t, append([]string{"read", "--format", "ndjson", "--threads", n}, files...)...)
		if one != many || one == "" {
			t.Errorf("%s threads give another result than one", n)
		}
	}
}

// Standard input gives what the file gives, and output files are private.
func TestStdinAndOutput(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	var o, e bytes.Buffer
	if code := run([]string{"read", "--format", "ndjson", "-"}, bytes.NewReader(b), &o, &e); code != 0 {
		t.Fatal(code, e.String())
	}
	to := filepath.Join(t.TempDir(), "x.ndjson")
	if code, _, errs := portero(t, "read", "--format", "ndjson", "-o", to, look); code != 0 {
		t.Fatal(errs)
	}
	got, _ := os.ReadFile(to)
	if string(got) != o.String() {
		t.Error("standard input and file differ")
	}
	if st, _ := os.Stat(to); st.Mode().Perm() != 0o600 {
		t.Errorf("the output file has mode %v", st.Mode())
	}
	if code, _, errs := portero(t, "read", "-o", to, look); code != exitUsage || !strings.Contains(errs, "exists already") {
		t.Errorf("an existing file was not spared: %d %s", code, errs)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(to, link); err == nil {
		if code, _, _ := portero(t, "read", "--force", "-o", link, look); code != exitUsage {
			t.Error("wrote through a link")
		}
	}
}

// TestSlowInput: what ended is told while a pipe stays open and nothing more comes for now.
func TestSlowInput(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1), 40000}, end{net.IPv4(192, 0, 2, 2), 9999}
	w.udp(c, s, []byte("one"))
	w.at = w.at.Add(100 * time.Second)
	w.udp(c, s, []byte("two"))
	w.udp(c, s, []byte("three"))
	w.close()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	last := len(b) - 16 - 14 - 20 - 8 - len("three")
	for _, threads := range []string{"1", "2"} {
		for _, format := range []string{"ndjson", "csv", "zeek"} {
			told, end := slowly(t, b[:last], b[last:], "--format", format, "--threads", threads)
			if told() == "" {
				t.Fatalf("%s, %s threads: nothing is told while the input stays open", format, threads)
			}
			n := end()
			if told() == "" {
				t.Errorf("%s, %s threads: the second record is missing", format, threads)
			}
			if n != 0 {
				t.Errorf("%s, %s threads: exit status %d", format, threads, n)
			}
		}
	}
}

// TestSlowInputThatLeaps: what ended is told, too, where the last that came is far from what came before it, so that what
// follows will tell whether time passed.
func TestSlowInputThatLeaps(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1), 40000}, end{net.IPv4(192, 0, 2, 2), 9999}
	w.udp(c, s, []byte("one"))
	w.at = w.at.Add(100 * time.Second)
	w.udp(c, s, []byte("two"))
	w.udp(c, s, []byte("three"))
	w.at = w.at.Add(100 * time.Second)
	w.udp(c, s, []byte("four"))
	w.close()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, threads := range []string{"1", "2"} {
		told, end := slowly(t, b[:len(b)/2], b[len(b)/2:], "--format", "ndjson", "--threads", threads)
		if told() == "" {
			t.Errorf("%s threads: nothing is told while the input stays open", threads)
		}
		end()
	}
}

// slowly reads a capture from a pipe that brings one part, after a while the other, and stays open until end, which returns the exit
// status. told gives the records of port 40000 as they come, and "" where none came for long, or none will.
func slowly(t *testing.T, one, other []byte, args ...string) (told func() string, end func() int) {
	t.Helper()
	in, feed := io.Pipe()
	out, to := io.Pipe()
	code := make(chan int, 1)
	go func() {
		n := run(append([]string{"read", "-q", "-"}, args...), in, to, io.Discard)
		to.Close()
		code <- n
	}()
	go func() {
		feed.Write(one)
		time.Sleep(300 * time.Millisecond)
		feed.Write(other)
	}()
	lines := make(chan string, 8)
	go func() {
		for l := bufio.NewScanner(out); l.Scan(); {
			if strings.Contains(l.Text(), "40000") {
				lines <- l.Text()
			}
		}
		close(lines)
	}()
	told = func() string {
		select {
		case l := <-lines:
			return l
		case <-time.After(30 * time.Second):
			return ""
		}
	}
	return told, func() int { feed.Close(); return <-code }
}

// Hostile bytes in a file's name reach no terminal.
func TestHostileName(t *testing.T) {
	p := filepath.Join(t.TempDir(), "a\x1b[31mb\u202e\nportero: all is well.pcap")
	b, _ := os.ReadFile(look)
	b = b[:len(b)-7] // damaged, so that there is something to say of it
	// Where no file may have such a name (Windows) there are still those who ask for it.
	if err := os.WriteFile(p, b, 0o600); err == nil {
		for _, args := range [][]string{{"read", p}, {"read", p, look}, {"read", "--format", "csv", p, look}, {"read", "--format", "zeek", p}, {"why", p, "1"}, {"teach", p, "1"}, {"hosts", p},
			{"findings", p}, {"diff", p, look}, {"diff", look, p}, {"extract", p, "1", "-w", p + "x", "--force"}, {"report", p, "-o", p + "y", "--force"}, {"exercise", p}, {"read", p, "-w", p},
			{"read", look, "--catalog", p}, {"read", look, "--policy", p}, {"catalog", "check", p}, {"read", look, "-o", p}, {"live", p}, {"policy", p, look}, {"policy", look, p}} {
			_, out, errs := portero(t, args...)
			if strings.ContainsAny(out+errs, "\x1b\u202e") {
				t.Errorf("%q: an escape code came through", args)
			}
			if strings.Contains("\n"+out+"\n"+errs, "\nportero: all is well") {
				t.Errorf("%q: a name made a line of its own: %q %q", args, out, errs)
			}
		}
	} else if runtime.GOOS != "windows" {
		t.Fatal(err)
	}
	_, _, errs := portero(t, p+"x")
	if strings.ContainsAny(errs, "\x1b\u202e") || strings.Contains(errs, "\nportero: all") {
		t.Errorf("an escape code, or a line of its own, came through an error: %q", errs)
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestBrokenPipeIsQuiet(t *testing.T) {
	var e bytes.Buffer
	if code := run([]string{"read", "--format", "ndjson", look}, nil, closedPipe{}, &e); code != 0 || e.Len() != 0 {
		t.Errorf("exit status %d, says %q", code, e.String())
	}
}

// Extracting a connection and reading it again gives the same verdict, and the
// frames are those of the original, byte for byte.
func TestExtract(t *testing.T) {
	to := filepath.Join(t.TempDir(), "two.pcapng")
	if code, _, errs := portero(t, "extract", look, "2", "-w", to); code != 0 {
		t.Fatal(errs)
	}
	// Its comment is the record of the whole capture.
	b, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, line, _ := portero(t, "read", "--format", "ndjson", "--where", "id == 2", look); !bytes.Contains(b, []byte("portero: connection 2\n"+strings.TrimSpace(line))) {
		t.Errorf("the comment is not %s", line)
	}
	_, out, _ := portero(t, "read", "--format", "ndjson", to)
	var r map[string]any
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err, out)
	}
	if r["handshake"] != "completed" || r["orig_payload"] != 38.0 || r["last_frame"] != 10.0 {
		t.Errorf("extracted: %s", out)
	}
	if _, _, errs := portero(t, "extract", "--lang", "es", look, "2", "-w", "-"); !strings.HasSuffix(errs, "10 tramas de #2 en la salida estándar\n") {
		t.Error(errs)
	}
}

func TestFilterHidesAndNeverRenumbers(t *testing.T) {
	_, out, errs := portero(t, "read", "--format", "csv", "--fields", "id,resp_port", look, "--", "port", "8080")
	if out != "id,resp_port\r\n3,8080\r\n" {
		t.Errorf("got %q %s", out, errs)
	}
}

func TestWhere(t *testing.T) {
	_, out, errs := portero(t, "read", "--format", "csv", "--fields", "id", "--where", "handshake == half_open or exchange == answered", look)
	if out != "id\r\n1\r\n6\r\n" {
		t.Errorf("%q %s", out, errs)
	}
	if code, _, errs := portero(t, "--where", "handshak == 1", look); code != exitUsage || !strings.Contains(errs, "unknown name") {
		t.Errorf("%d %s", code, errs)
	}
}

// -w saves what the filter selects, or the connections that --where selects.
func TestSave(t *testing.T) {
	for _, x := range []struct {
		args   []string
		frames int
	}{{[]string{"--where", "resp_port == 8080"}, 2}, {[]string{"-f", "tcp[tcpflags] & tcp-syn != 0"}, 11}} {
		to := filepath.Join(t.TempDir(), "w.pcapng")
		if code, _, errs := portero(t, append([]string{"read", "-q", "-w", to, look}, x.args...)...); code != 0 {
			t.Fatal(errs)
		}
		_, _, errs := portero(t, "read", "--stats", "--format", "csv", to)
		if !strings.Contains(errs, fmt.Sprintf("%d frames", x.frames)) {
			t.Errorf("%v: %s", x.args, errs)
		}
	}
}

func TestExplain(t *testing.T) {
	code, out, _ := portero(t, "explain", "12345", "half_open", "ShADadFf")
	for _, w := range []string{"italk", "NetBus", "no packet can tell", "responder: SYN-ACK"} {
		if code != 0 || !strings.Contains(strings.Join(strings.Fields(out), " "), w) {
			t.Errorf("%q is not in it: %d %s", w, code, out)
		}
	}
	var fields []explain.Entry
	if code, out, errs := portero(t, "explain", "fields", "--format", "json", "--lang", "es"); code != 0 || json.Unmarshal([]byte(out), &fields) != nil || len(fields) != len(record.Schema()) || fields[0].Word != "schema" || fields[0].Kind != "clave del registro" {
		t.Errorf("explain fields as JSON: %d %.200s %s", code, out, errs)
	}
	if code, _, errs := portero(t, "explain", "half_opne"); code != exitUsage || !strings.Contains(errs, "half_open") {
		t.Errorf("%d %s", code, errs)
	}
}

// What netstat would have shown while the web request was running.
func TestPortsAt(t *testing.T) {
	_, out, errs := portero(t, "ports", "--format", "csv", "--at", "2026-11-24T13:33:18Z", look)
	if !strings.Contains(out, "192.0.2.2:51520,192.0.2.9:443,SYN_SENT") || !strings.Contains(out, "192.0.2.1:80,*:*,LISTEN") || strings.Contains(out, "40022") {
		t.Errorf("%s %s", out, errs)
	}
}

func TestTeach(t *testing.T) {
	for lang, want := range map[string]string{"en": "May I talk to you?", "es": "CLOSE-WAIT"} {
		code, out, errs := portero(t, "teach", "--lang", lang, look, "2")
		if code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "ESTABLISHED") {
			t.Errorf("%s: %d %s %s", lang, code, out, errs)
		}
		for _, l := range strings.Split(out, "\n") {
			if n := len([]rune(l)); n > 80 {
				t.Errorf("a line of %d columns: %s", n, l)
			}
		}
	}
}

// Findings say what was seen in either language, and --fail-on makes a status of
// it.
func TestFindingsCommand(t *testing.T) {
	const old = "../../testdata/old-trojan-port/in.pcap"
	for lang, want := range map[string]string{"en": "an old trojan used this number", "es": "un troyano antiguo usaba este número"} {
		code, out, errs := portero(t, "findings", "--lang", lang, old)
		if code != exitOK || !strings.Contains(out, want) || !strings.Contains(out, "NetBus") {
			t.Errorf("%s: %d %s %s", lang, code, out, errs)
		}
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"findings", "--fail-on", "low", old}, exitFound},
		{[]string{"findings", "--fail-on", "medium", old}, exitOK},
		{[]string{"read", "--format", "ndjson", "--fail-on", "low", old}, exitFound},
		{[]string{"read", "--fail-on", "low", "../../testdata/completed/in.pcap"}, exitOK},
		{[]string{"findings", "--fail-on", "grave", old}, exitUsage},
		{[]string{"findings", "--local", "ten", old}, exitUsage},
		{[]string{"findings", "--format", "csv", "../../testdata/cut-file/in.pcap"}, exitDamaged},
		// Nothing found in half a capture is no good news; for diff, what was lost looks gone.
		{[]string{"findings", "--fail-on", "info", "../../testdata/cut-file/in.pcap"}, exitDamaged},
		{[]string{"read", "--fail-on", "info", "../../testdata/cut-file/in.pcap"}, exitDamaged},
		{[]string{"diff", "../../testdata/cut-file/in.pcap", old}, exitDamaged},
		{[]string{"diff", old, "../../testdata/cut-file/in.pcap"}, exitDamaged},
		{[]string{"diff", "../../testdata/cut-file/in.pcap", "../../testdata/cut-file/in.pcap"}, exitDamaged},
	} {
		if code, out, errs := portero(t, c.args...); code != c.code {
			t.Errorf("%v: %d, want %d\n%s%s", c.args, code, c.code, out, errs)
		}
	}
}

// A ladder is drawn in every format, and stands alone.
func TestTeachFormats(t *testing.T) {
	for format, want := range map[string]string{"svg": "<svg", "mermaid": "sequenceDiagram", "html": "default-src 'none'", "json": "{"} {
		code, out, errs := portero(t, "teach", "--format", format, "--lang", "es", look, "2")
		if code != exitOK || !strings.Contains(out, want) || strings.Contains(out, "<script") || strings.Contains(out, "http://") && format == "html" {
			t.Errorf("%s: %d %.200s %s", format, code, out, errs)
		}
	}
	if code, _, _ := portero(t, "teach", "--format", "png", look); code != exitUsage {
		t.Error("png is drawn")
	}
}

// Predict asks, checks and scores.
func TestPredictCommand(t *testing.T) {
	var out, errs strings.Builder
	code := run([]string{"teach", "--predict", "--lang", "en", "../../testdata/completed/in.pcap"}, strings.NewReader("SYN seq=0\nSYN,ACK seq=0 ack=1\nACK seq=7 ack=1\nq\n"), &out, &errs)
	if code != exitOK || !strings.Contains(out.String(), "Score: 7 of 8") {
		t.Errorf("%d %s %s", code, out.String(), errs.String())
	}
}

// A worksheet has blanks, its key the answers; a seed is a variant; addresses go.
func TestExerciseCommand(t *testing.T) {
	code, one, errs := portero(t, "exercise", "--level", "medium", look)
	if code != exitOK || !strings.Contains(one, "(1)") || strings.Contains(one, "10.0.0.5") {
		t.Fatalf("%d %s %s", code, one, errs)
	}
	_, again, _ := portero(t, "exercise", "--level", "2", look) // what the sheet says can be typed
	_, other, _ := portero(t, "exercise", "--level", "medium", "--seed", "2", look)
	_, key, _ := portero(t, "exercise", "--level", "medium", "--key", look)
	if one != again || one == other || key == one || !strings.Contains(key, "SYN") {
		t.Error("the seed does not decide the sheet, or the key is the sheet")
	}
	dir := t.TempDir()
	if code, _, errs := portero(t, "exercise", "--format", "html", "--variants", "2", "-o", dir+"/s.html", look); code != exitOK {
		t.Fatalf("%d %s", code, errs)
	}
	for _, name := range []string{"s-1.html", "s-1.key.html", "s-2.html", "s-2.key.html"} {
		if b, err := os.ReadFile(dir + "/" + name); err != nil || !strings.Contains(string(b), "<table") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if code, out, _ := portero(t, "exercise", "--format", "gift", "--lang", "es", look); code != exitOK || !strings.Contains(out, "{") {
		t.Errorf("gift: %d %s", code, out)
	}
	if code, _, _ := portero(t, "exercise", "--level", "extreme", look); code != exitUsage {
		t.Error("an unknown level is taken")
	}
}

// -n leaves out what a number alone suggests, -D lists interfaces as tcpdump does.
func TestTcpdumpLetters(t *testing.T) {
	_, named, _ := portero(t, "--format", "ndjson", "-r", "../../testdata/old-trojan-port/in.pcap")
	_, plain, _ := portero(t, "--format", "ndjson", "-n", "-r", "../../testdata/old-trojan-port/in.pcap")
	if !strings.Contains(named, `"service_by":"port"`) || strings.Contains(plain, `"service_by":"port"`) {
		t.Errorf("with names %s\nwithout %s", named, plain)
	}
	if code, out, errs := portero(t, "-D"); code != exitOK || !strings.Contains(out, "lo") {
		t.Errorf("exit status %d: %s %s", code, out, errs)
	}
}

// Where teach is not told which connection, it says that there are others, and where they are listed.
func TestTeachSaysThatThereAreOthers(t *testing.T) {
	for _, c := range []struct {
		args, want string
	}{
		{look + " --lang en", "portero: connection 1 of 6 is told; portero FILE lists them all\n"},
		{look + " --lang es", "portero: se cuenta la conexión 1 de 6; portero FICHERO las muestra todas\n"},
		{look + " 1 --lang en", ""},
		{look + " -q --lang en", ""},
		{"../../testdata/completed/in.pcap --lang en", ""},
	} {
		if code, out, errs := portero(t, append([]string{"teach"}, strings.Fields(c.args)...)...); code != exitOK || out == "" || errs != c.want {
			t.Errorf("%s: %d %q, want %q", c.args, code, errs, c.want)
		}
	}
}
