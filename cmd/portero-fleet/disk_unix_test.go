//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A child that runs as "command-full" has a disk that is full: no file of it may be
// longer than 64 kB.
func init() {
	if os.Getenv("FLEET_TEST_AS") == "command-full" {
		os.Setenv("FLEET_TEST_AS", "command")
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 16, Max: 1 << 16}); err != nil {
			panic(err)
		}
	}
}

// A broker that could not write takes nothing more, also when there is room again:
// it says so and ends, and the next start goes on.
func TestABrokerWithAFullDiskEnds(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	b := start(t, "command-full", "broker", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--dir", filepath.Join(dir, "b"), "--size", "128M")
	b.wait("ready")
	s := sensorFor(t, url, "hq")
	s.take(t, 0, 3000)
	<-b.done
	if code := b.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(b.text(), "cannot write to its disk") || !strings.Contains(b.text(), "started again") {
		t.Errorf("%d: %s", code, b.text())
	}
	if w := s.spool.Stats().Records; w == 0 {
		t.Error("nothing waits on the spool")
	}
	one(t, filepath.Join(dir, "b"), port)
	lakeDir := filepath.Join(dir, "lake")
	h := start(t, "command", "hub", "--url", url, "--parquet", lakeDir, "--name", "h", "--every", "100ms")
	await(t, url, s.Sensor)
	h.stop()
	judge(t, lakeDir, 3000, "hq")
}

// A hub that cannot store says so, once, and status says it of the hub.
func TestAHubWithAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	one(t, filepath.Join(dir, "b"), port)
	h := start(t, "command-full", "hub", "--url", url, "--parquet", filepath.Join(dir, "lake"), "--name", "h", "--every", "100ms")
	sensorFor(t, url, "hq").take(t, 0, 3000)
	h.wait("trying again")
	const want = "hub h stores nothing: parquet: "
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(300 * time.Millisecond) {
		p := start(t, "command", "status", "--url", url)
		<-p.done
		if strings.Contains(p.text(), want) && p.cmd.ProcessState.ExitCode() == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("status does not say %q:\n%s", want, p.text())
		}
	}
	if n := strings.Count(h.text(), "trying again"); n > 2 {
		t.Errorf("it said %d times that it tries again", n)
	}
	began := time.Now()
	h.stop()
	if d := time.Since(began); d > 6*time.Second {
		t.Errorf("told to stop, it went on for %v", d)
	}
}
