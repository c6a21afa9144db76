//go:build linux && !race

// The race detector keeps a shadow of all memory.

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// openFlows writes a capture in which n connections are opened at a time: the SYNs of all, the
// SYN-ACKs of all, the third packets of all.
func openFlows(t *testing.T, n int) (path string) {
	return segments(t, func(send func(i, step int)) {
		for step := range 3 {
			for i := range n {
				send(i, step)
			}
		}
	})
}

// peak is the most memory that reading path took, octets, as the kernel counts.
func peak(t *testing.T, path string, threads int) (octets int64) {
	t.Helper()
	return peakOf(t, "read", path, "--threads", fmt.Sprint(threads), "--format", "ndjson", "-o", os.DevNull, "-q")
}

// peakOf is the same of any command.
func peakOf(t *testing.T, args ...string) (octets int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// What the kernel tells after the end counts the memory of this test too, which the process
	// had until it became another.
	ended := make(chan struct{})
	most := make(chan int64)
	go func() {
		high := int64(0)
		for {
			b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			if _, v, ok := strings.Cut(string(b), "VmHWM:"); ok {
				v, _, _ = strings.Cut(v, "kB")
				n, _ := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
				high = max(high, n<<10)
			}
			select {
			case <-ended:
				most <- high
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	close(ended)
	octets = <-most
	if err != nil {
		t.Fatal(err)
	}
	if octets == 0 {
		t.Skip("this kernel does not tell the peak of a process's memory (VmHWM in /proc/PID/status)")
	}
	return octets
}

// A live flow without payload costs at most 320 octets, whatever the number of threads.
func TestMemoryOfALiveFlow(t *testing.T) {
	const few, many = 100_000, 1_000_000
	a, b := openFlows(t, few), openFlows(t, many)
	for _, threads := range []int{1, 2} {
		low, high := peak(t, a, threads), peak(t, b, threads)
		each := float64(high-low) / (many - few)
		t.Logf("%d threads: %.1f and %.1f MB, %.1f octets a flow", threads, float64(low)/1e6, float64(high)/1e6, each)
		if each > 320 {
			t.Errorf("%d threads: a live flow costs %.1f octets", threads, each)
		}
	}
}

// A command that reads twice gives the flows of its first reading back before the second.
func TestMemoryOfTwoReadings(t *testing.T) {
	path := openFlows(t, 300_000)
	once := peak(t, path, 2)
	for _, args := range [][]string{
		{"why", path, "1", "-q"},
		{"teach", path, "1", "-q"},
		{"extract", path, "1", "-w", filepath.Join(t.TempDir(), "x.pcap"), "-q"},
	} {
		twice := peakOf(t, args...)
		t.Logf("%s: %.1f MB, read %.1f", args[0], float64(twice)/1e6, float64(once)/1e6)
		if twice > once*5/4 {
			t.Errorf("%s takes %d octets, reading once %d", args[0], twice, once)
		}
	}
}
