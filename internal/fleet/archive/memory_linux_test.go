package archive

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/internal/record"
)

// resident is what the kernel counts of this process, octets.
func resident(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// A worker reads one unit after the other for months: none of them leaves memory behind.
func TestAUnitLeavesNoMemory(t *testing.T) {
	dir := t.TempDir()
	rotate(t, filepath.Join(dir, "core"), "x", traffic(50), 2*time.Hour)
	us, _, _, err := Plan(dir, Shape{Site: "hq", Files: 1, Rows: 16}, nil)
	if err != nil || len(us) == 0 {
		t.Fatal(us, err)
	}
	read := func(times int) {
		for range times {
			u := us[0]
			if _, err := Read(context.Background(), &u, 2, func(*record.Record) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	}
	read(10)
	before := resident(t)
	read(50)
	if grown := resident(t) - before; grown > 32<<20 {
		t.Errorf("50 units leave %d MB", grown>>20)
	}
}
