//go:build !windows

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A reader that goes away, as head does, takes nothing from the file of -w and hides no finding of
// --fail-on: what is done besides is done to its end.
func TestAReaderThatGoesAwayTakesNothingFromTheRest(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var in []string
	for range 40 { // more records than wait in front of a pipe
		in = append(in, "../../testdata/old-trojan-port/in.pcap", look)
	}
	saved := func(name string, reads bool, args ...string) ([]byte, int) {
		t.Helper()
		file := filepath.Join(dir, name)
		cmd := exec.Command(self, append(append([]string{"read", "-w", file}, args...), in...)...)
		cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
		var said bytes.Buffer
		cmd.Stderr = &said
		if !reads {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			defer w.Close()
			cmd.Stdout = w
		}
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) || strings.Contains(said.String(), "pipe") {
			t.Fatalf("%v: %v\n%s", args, err, said.String())
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return b, cmd.ProcessState.ExitCode()
	}
	for i, args := range [][]string{{"--format", "ndjson"}, {}, {"--format", "csv", "--where", "proto == tcp"}, {"--format", "ndjson", "--fail-on", "low"}} {
		n := string(rune('a' + i))
		want, status := saved(n+"1", true, args...)
		got, gone := saved(n+"2", false, args...)
		if !bytes.Equal(got, want) || status != gone {
			t.Errorf("%v: without a reader %d octets were saved, status %d, with one %d, status %d", args, len(got), gone, len(want), status)
		}
		if failed := status == 1; failed != (len(args) == 4 && args[2] == "--fail-on") {
			t.Errorf("%v: status %d", args, status)
		}
	}
}
