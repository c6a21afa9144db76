//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
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

// SIGHUP is a word to a broker to read its users again, and to whoever else to end in order.
func TestHangUp(t *testing.T) {
	dir := t.TempDir()
	key := func(name string) string {
		var out, errw bytes.Buffer
		if c := run([]string{"key", filepath.Join(dir, name)}, &out, &errw); c != 0 {
			t.Fatal(errw.String())
		}
		return strings.TrimSpace(out.String())
	}
	users, one, two := filepath.Join(dir, "users"), key("one"), key("two")
	write := func(s string) {
		if err := os.WriteFile(users, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("hub " + one + "\n")
	url := fmt.Sprintf("127.0.0.1:%d", ports(t, 1)[0])
	b := start(t, "command", "broker", "--listen", url, "--dir", filepath.Join(dir, "b"), "--users", users)
	b.wait("ready")
	h := start(t, "command", "hub", "--url", "nats://"+url, "--seed", filepath.Join(dir, "one"), "--parquet", filepath.Join(dir, "p"), "--name", "h1", "--bad", filepath.Join(dir, "bad"))
	// Who has not come in yet is refused otherwise.
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		p := start(t, "command", "status", "--url", "nats://"+url, "--seed", filepath.Join(dir, "one"))
		if <-p.done; strings.Contains(p.text(), "h1") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the hub does not come in:\n%s", p.text())
		}
	}
	write("nonsense\n")
	b.cmd.Process.Signal(syscall.SIGHUP)
	b.wait("everything stays as it was: " + users + ": line 1")
	write("hub " + two + "\n")
	b.cmd.Process.Signal(syscall.SIGHUP)
	b.wait("were read again")
	h.wait("the broker refuses")
	<-h.done
	other := start(t, "command", "hub", "--url", "nats://"+url, "--seed", filepath.Join(dir, "two"), "--parquet", filepath.Join(dir, "p2"), "--name", "h2", "--bad", filepath.Join(dir, "bad2"))
	time.Sleep(time.Second)
	other.cmd.Process.Signal(syscall.SIGHUP)
	other.wait("stored")
	if <-other.done; other.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("a hub that was hung up on: %v\n%s", other.cmd.ProcessState, other.text())
	}
	if c := b.stop(); c != 0 {
		t.Errorf("the broker ended with %d:\n%s", c, b.text())
	}
}
