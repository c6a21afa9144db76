//go:build unix

package main

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterrupted stops a command that waits for a broker.
func TestInterrupted(t *testing.T) {
	var out, errw bytes.Buffer
	code := make(chan int, 1)
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a.pcap", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		code <- run([]string{"ingest", dir, "--site", "x", "--url", "nats://127.0.0.1:1"}, &out, &errw)
	}()
	time.Sleep(500 * time.Millisecond)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case c := <-code:
		if s := errw.String(); c != 130 || !strings.Contains(s, "interrupted") || strings.Contains(s, "context") {
			t.Errorf("exit status %d, %q", c, s)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits on")
	}
}
