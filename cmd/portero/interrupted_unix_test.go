//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interruptedRun feeds a capture into standard input, which then has nothing more to give, and presses Ctrl-C.
func interruptedRun(t *testing.T, capture string, args ...string) (code int, out, said string) {
	t.Helper()
	body, err := os.ReadFile(capture)
	if err != nil {
		t.Fatal(err)
	}
	var fds [2]int // as a shell hands it on
	if err := syscall.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	r, w := os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
	defer r.Close()
	defer w.Close()
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
		{[]string{"report", "-", "-o", filepath.Join(dir, "x.html")}, exitInterrupted, ""}, // it needs a second reading
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
	var out, errw bytes.Buffer
	if code := run([]string{"read", "-q", filepath.Join(dir, "some.pcapng")}, strings.NewReader(""), &out, &errw); code != exitOK || !strings.Contains(out.String(), "completed") {
		t.Errorf("exit status %d, %s", code, &errw)
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
