package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A folder is one broker's: a second one says so and ends.
func TestASecondBrokerIsRefused(t *testing.T) {
	t.Parallel()
	dir, port := filepath.Join(t.TempDir(), "b"), ports(t, 1)[0]
	one(t, dir, port)
	p := start(t, "command", "broker", "--listen", "127.0.0.1:0", "--dir", dir, "--size", "64M")
	<-p.done
	if p.cmd.ProcessState.ExitCode() != 2 || !strings.Contains(p.text(), "another broker uses this folder") {
		t.Errorf("%d: %s", p.cmd.ProcessState.ExitCode(), p.text())
	}
}
