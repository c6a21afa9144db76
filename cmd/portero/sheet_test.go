package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fails refuses to be written to, as a full disk or a reader that went away do.
type fails struct {
	err   error
	times int
}

func (f *fails) Write([]byte) (int, error) {
	f.times++
	return 0, f.err
}

// Text that did not arrive is told, whatever the verb; that nobody reads on is not.
func TestTextLost(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(bad, []byte("no,header\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	full := &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	gone := &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
	for _, line := range []string{"--help", "help read", "read --help", "--lang es why --help", "version", "--version", "man", "completion bash", "completion zsh",
		"explain 443", "catalog", "catalog kinds", "catalog selftest", "catalog check", "catalog check " + bad, "lab", ""} {
		args := append(strings.Fields(line), "--catalog", "none")
		if line == "" || strings.HasPrefix(line, "help") || strings.HasPrefix(line, "completion") {
			args = strings.Fields(line)
		}
		var said bytes.Buffer
		why := "no space left on device"
		if strings.HasPrefix(line, "--lang es") {
			why = "no queda sitio en el disco"
		}
		if code := run(args, strings.NewReader(""), &fails{err: full}, &said); code != exitUsage || !strings.Contains(said.String(), why) {
			t.Errorf("portero %s, disk full: exit status %d, said %q", line, code, said.String())
		}
		said.Reset()
		out := &fails{err: gone}
		if code := run(args, strings.NewReader(""), out, &said); code != exitOK && code != exitFound || said.Len() > 0 || out.times != 1 {
			t.Errorf("portero %s, nobody reads: exit status %d, said %q, tried %d times", line, code, said.String(), out.times)
		}
	}
}
