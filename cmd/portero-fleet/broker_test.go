package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
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

// A broker that cannot begin says why at once; one that waits for others says that.
func TestABrokerSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	began := time.Now()
	for args, want := range map[string]string{
		"--size 1000000T": "--size 1000000T does not fit",
		"--replicas 3":    "--replicas 3 needs a cluster",
	} {
		p := start(t, "command", append([]string{"broker", "--listen", "127.0.0.1:0", "--dir", filepath.Join(dir, "x")}, strings.Fields(args)...)...)
		<-p.done
		if p.cmd.ProcessState.ExitCode() != 2 || !strings.Contains(p.text(), want) {
			t.Errorf("%s: %d: %s", args, p.cmd.ProcessState.ExitCode(), p.text())
		}
	}
	if d := time.Since(began); d > 30*time.Second {
		t.Errorf("that took %v", d)
	}
	if strconv.IntSize < 64 {
		t.Skip("no cluster on a machine of 32 bits")
	}
	ps := ports(t, 2)
	p := start(t, "command", "broker", "--listen", "127.0.0.1:0", "--dir", filepath.Join(dir, "y"), "--size", "64M", "--name", "b0", "--cluster", "c", "--replicas", "3",
		"--peer", fmt.Sprintf("127.0.0.1:%d", ps[0]), "--routes", fmt.Sprintf("127.0.0.1:%d,127.0.0.1:%d", ps[0], ps[1]))
	p.wait("waiting for the other brokers of cluster c")
	if code := p.stop(); code != 0 || strings.Contains(p.text(), "ready") {
		t.Errorf("%d: %s", code, p.text())
	}
}

// A sensor that reads files and cannot send them ends when it is told to, and keeps
// what it read.
func TestASensorEndsWithoutABroker(t *testing.T) {
	t.Parallel()
	capture := filepath.Join(corpus.Root(), "testdata", "first-look", "in.pcap")
	p := start(t, "command", "sensor", "--url", fmt.Sprintf("nats://127.0.0.1:%d", ports(t, 1)[0]), "--site", "hq", "--spool", filepath.Join(t.TempDir(), "s"), capture)
	p.wait("not sent yet")
	began := time.Now()
	if code := p.stop(); code != 0 || !strings.Contains(p.text(), "6 records stay on the spool") || !strings.Contains(p.text(), "6 wait on the spool") {
		t.Errorf("%d: %s", code, p.text())
	}
	if d := time.Since(began); d > 5*time.Second {
		t.Errorf("it took %v to end", d)
	}
}
