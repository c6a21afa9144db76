//go:build unix

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pipe is one as a shell hands it on, or one that Go waits for in its own way.
func pipe(t *testing.T, own bool) (r, w *os.File) {
	t.Helper()
	var fds [2]int
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetNonblock(fds[0], own); err != nil {
		t.Fatal(err)
	}
	r, w = os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// hasten has nobody wait long for the last words of pipes that have none.
func hasten(t *testing.T) {
	was := lastWords
	lastWords = 20 * time.Millisecond
	t.Cleanup(func() { lastWords = was })
}

// interruptedRun feeds a capture into standard input, which then has nothing more to give, and presses Ctrl-C.
func interruptedRun(t *testing.T, capture string, args ...string) (code int, out, said string) {
	t.Helper()
	body, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	r, w := pipe(t, false)
	var o, e bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run(args, r, &o, &e) }()
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case code = <-ended:
	case <-time.After(time.Minute):
		t.Fatalf("%q goes on", args)
	}
	return code, o.String(), e.String()
}

// TestInterrupted: whoever presses Ctrl-C is told that what there is is not all, in every format, and a check
// without a result does not look like one that was passed.
func TestInterrupted(t *testing.T) {
	hasten(t)
	dir := t.TempDir()
	expected, nothing := filepath.Join(dir, "expected"), filepath.Join(dir, "nothing")
	for name, doors := range map[string]string{expected: "* 1-65535/tcp 1-65535/udp\n", nothing: "192.0.2.1 9/tcp\n"} {
		if err := os.WriteFile(name, []byte(doors), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		args []string
		code int
		says string // on standard error
	}{
		{[]string{"read", "-"}, exitOK, ""},
		{[]string{"read", "-", "--format", "csv"}, exitOK, "interrupted: this is what was seen until then"},
		{[]string{"read", "-", "--format", "json", "--lang", "es"}, exitOK, "interrumpido: esto es lo visto hasta entonces"},
		{[]string{"read", "-", "--format", "json", "--quiet"}, exitOK, ""},
		{[]string{"ports", "-"}, exitOK, "interrupted:"},
		{[]string{"hosts", "-", "--format", "ndjson"}, exitOK, "interrupted:"},
		{[]string{"findings", "-"}, exitOK, "interrupted:"},
		{[]string{"findings", "-", "--fail-on", "high"}, exitInterrupted, "interrupted:"},
		{[]string{"findings", "-", "--policy", nothing}, exitFound, "interrupted:"},
		{[]string{"policy", expected, "-"}, exitInterrupted, "interrupted:"},
		{[]string{"read", "-", "--format", "csv", "--policy", expected}, exitInterrupted, "interrupted:"},
		{[]string{"report", "-", "-o", filepath.Join(dir, "x.html")}, exitOK, "interrupted: this is what was seen until then; Ctrl-C again ends it\n"},
		{[]string{"report", "-", "-o", filepath.Join(dir, "y.html"), "--lang", "es"}, exitOK, "interrumpido: esto es lo visto hasta entonces; otro Ctrl-C lo termina\n"},
		{[]string{"report", "-q", "-", "-o", filepath.Join(dir, "z.html")}, exitOK, ""},
		{[]string{"report", "-", "-o", filepath.Join(dir, "check.html"), "--policy", expected}, exitInterrupted, "interrupted:"},
		{[]string{"why", "-", "2"}, exitOK, "interrupted:"},
		{[]string{"why", "-", "99"}, exitInterrupted, "interrupted:"},
		{[]string{"teach", "-", "2"}, exitOK, "interrupted:"},
		{[]string{"exercise", "-"}, exitOK, "interrupted:"},
		{[]string{"extract", "-", "2", "-w", filepath.Join(dir, "two.pcapng")}, exitOK, "interrupted:"},
		{[]string{"read", "-", "--where", "resp_port == 80", "-w", filepath.Join(dir, "http.pcapng")}, exitOK, "interrupted:"},
		{[]string{"read", "-", "--format", "csv", "-w", filepath.Join(dir, "some.pcapng")}, exitOK, "interrupted:"},
	} {
		code, out, said := interruptedRun(t, look, x.args...)
		if code != x.code || !strings.Contains(said, x.says) || x.says == "" && said != "" {
			t.Errorf("%q: exit status %d, want %d; standard error %q", x.args, code, x.code, said)
		}
		if x.args[0] == "read" && len(x.args) == 2 && !strings.Contains(out, "interrupted:") {
			t.Errorf("the table does not say that it is not whole:\n%s", out)
		}
	}
	// What -w has written by then can be read.
	for _, name := range []string{"some.pcapng", "two.pcapng", "http.pcapng"} {
		var out, errw bytes.Buffer
		if code := run([]string{"read", "-q", filepath.Join(dir, name)}, strings.NewReader(""), &out, &errw); code != exitOK || !strings.Contains(out.String(), "completed") {
			t.Errorf("%s: exit status %d, %s", name, code, &errw)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "z.html"))
	if err != nil || !bytes.Contains(page, []byte("Interrupted: this is what was seen until then.")) || !bytes.Contains(page, []byte("192.0.2.9")) {
		t.Errorf("the page of what was seen: %d octets, %v", len(page), err)
	}
}

// Ctrl-C ends the copying of a pipe that is read twice, wherever in a frame; the second Ctrl-C ends the command.
func TestInterruptedCopy(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write(whole)
	z.Close()
	for _, x := range []struct {
		what  string
		data  []byte
		twice bool
		code  int
	}{
		{"all", whole, false, exitOK},
		{"half a frame", whole[:1500], false, exitOK},
		{"packed, without its end", packed.Bytes()[:packed.Len()-8], false, exitOK},
		{"no frame", whole[:24], false, exitInterrupted},
		{"half a head", whole[:10], false, exitInterrupted},
		{"nothing", nil, false, exitInterrupted},
		{"half a head beside a file", whole[:10], false, exitOK},
		{"twice", whole, true, exitInterrupted},
	} {
		t.Run(x.what, func(t *testing.T) {
			r, w := pipe(t, false)
			w.Write(x.data)
			var out, said bytes.Buffer
			a := &app{in: r, out: &out, err: &said}
			first, one := context.WithCancel(t.Context())
			second, two := context.WithCancel(t.Context())
			defer two()
			a.ctx, a.again = first, second
			time.AfterFunc(50*time.Millisecond, one)
			if x.twice {
				time.AfterFunc(100*time.Millisecond, two)
			}
			root := a.root()
			args := []string{"exercise", "-"}
			if strings.HasSuffix(x.what, "beside a file") {
				args = append(args, look)
			}
			root.SetArgs(args)
			begun := time.Now()
			err = root.ExecuteContext(first)
			if status(err) != x.code || strings.Contains(said.String(), "damaged") || (out.Len() > 0) != (x.code == exitOK) {
				t.Errorf("exit status %d, want %d: %v, %q, %d octets", status(err), x.code, err, &said, out.Len())
			}
			if x.twice && time.Since(begun) > lastWords {
				t.Error("the second Ctrl-C waits as the first")
			}
		})
	}
}

// Who writes into a pipe is interrupted by the same Ctrl-C, and what it hands over then belongs to it: tcpdump keeps
// back what fills no buffer, which of a quiet network is all.
func TestLastWords(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"read", "-", "--threads", "1"}, {"read", "-"}, {"hosts", "-"}, {"why", "-", "2"}, {"teach", "-", "2"}} {
		for i, own := range []bool{false, true, false, true} {
			end := len(whole)
			if i > 1 {
				end -= 30 // within a frame, where the writer was ended
			}
			r, w := pipe(t, own)
			w.Write(whole[:24])
			var out, said bytes.Buffer
			a := &app{in: r, out: &out, err: &said}
			ctx, stop := context.WithCancel(t.Context())
			a.ctx = ctx
			time.AfterFunc(50*time.Millisecond, func() {
				stop()
				time.Sleep(150 * time.Millisecond)
				w.Write(whole[24:1000])
				w.Write(whole[1000:end])
				w.Close()
			})
			root := a.root()
			root.SetArgs(args)
			root.SetOut(&out)
			err := root.ExecuteContext(ctx)
			if status(err) != exitOK || !strings.Contains(out.String(), "192.0.2.1") || !strings.Contains(out.String()+said.String(), "interrupted:") || strings.Contains(said.String(), "damaged") {
				t.Errorf("%q: exit status %d, %v, %q\n%s", args, status(err), err, &said, &out)
			}
		}
	}
}

// TestInterruptedBeforeTheCopy: the packets of --where are copied in a second reading; a file without them is told of.
func TestInterruptedBeforeTheCopy(t *testing.T) {
	for _, private := range []bool{false, true} {
		save := filepath.Join(t.TempDir(), "x.pcapng")
		var said bytes.Buffer
		a := &app{in: strings.NewReader(""), out: io.Discard, err: &said}
		ctx, stop := context.WithCancel(context.Background())
		a.ctx = ctx
		root := a.root()
		args := []string{"read", look, "--format", "csv", "--where", "resp_port == 80", "-w", save}
		if private {
			args = append(args, "--anonymize")
		}
		root.SetArgs(args)
		root.SetOut(io.Discard)
		stop()
		err := root.ExecuteContext(ctx)
		if status(err) != exitInterrupted || !strings.Contains(said.String(), save+" lacks packets") {
			t.Errorf("exit status %d, %q", status(err), &said)
		}
	}
}
