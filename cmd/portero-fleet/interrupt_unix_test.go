//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portero/internal/fleet/bus"
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
	// Under nohup they would rightly go on: what this process hears, those that it starts do not ignore.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
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
	b := start(t, "command", "broker", "--listen", url, "--dir", filepath.Join(dir, "b"), "--size", "64M", "--users", users)
	b.wait("ready")
	nc, err := bus.Connect(bus.Config{URL: "nats://" + url, Seed: filepath.Join(dir, "one")}, "test", false, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	write("nonsense\n")
	b.cmd.Process.Signal(syscall.SIGHUP)
	b.wait("everything stays as it was: " + users + ": line 1")
	if !nc.IsConnected() {
		t.Error("a file that is wrong shut somebody out")
	}
	write("hub " + two + "\n")
	b.cmd.Process.Signal(syscall.SIGHUP)
	b.wait("were read again")
	for end := time.Now().Add(time.Minute); nc.IsConnected() && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	if nc.IsConnected() {
		t.Error("who was taken out of the file is still there")
	}
	other := start(t, "command", "hub", "--url", "nats://"+url, "--seed", filepath.Join(dir, "two"), "--parquet", filepath.Join(dir, "p2"), "--name", "h2", "--bad", filepath.Join(dir, "bad2"))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "p2")); err == nil {
			break // it is at work
		}
	}
	other.cmd.Process.Signal(syscall.SIGHUP)
	other.wait("stored")
	if <-other.done; other.cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("a hub that was hung up on: %v\n%s", other.cmd.ProcessState, other.text())
	}
	if c := b.stop(); c != 0 {
		t.Errorf("the broker ended with %d:\n%s", c, b.text())
	}
}
