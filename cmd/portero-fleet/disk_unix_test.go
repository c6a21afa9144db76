//go:build unix

package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A child whose files may not be longer than FLEET_TEST_FSIZE octets is one whose
// disk is full.
func init() {
	if n, err := strconv.ParseUint(os.Getenv("FLEET_TEST_FSIZE"), 10, 62); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
}

// A broker that could not write takes nothing more, also when there is room again:
// it says so and ends, and the next start goes on.
func TestABrokerWithAFullDiskEnds(t *testing.T) {
	dir, port := t.TempDir(), ports(t, 1)[0]
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	t.Setenv("FLEET_TEST_FSIZE", "65536")
	b := one(t, filepath.Join(dir, "b"), port)
	os.Unsetenv("FLEET_TEST_FSIZE")
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
