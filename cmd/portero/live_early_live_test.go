//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portero/internal/livetest"
)

// A scan is told while it goes on, long before its attempts end.
func TestScanIsToldEarly(t *testing.T) {
	t.Parallel()
	n := livetest.New(t)
	file := filepath.Join(t.TempDir(), "lines")
	w := watch(t, n, "va", "--plain", "-o", file)
	n.Do(livetest.A, func() {
		for port := range 40 {
			if c, err := net.DialTimeout("tcp4", fmt.Sprintf("10.77.0.2:%d", 20+port), time.Second); err == nil {
				c.Close()
			}
		}
	})
	told := func() int {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(b), "scan-ports")
	}
	for end := time.Now().Add(20 * time.Second); told() == 0 && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
	}
	if told() == 0 {
		t.Error("no word of the scan in twenty seconds")
	}
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Fatalf("%v\n%s", err, w.errors())
	}
	if told() != 1 {
		t.Errorf("told %d times", told())
	}
}
