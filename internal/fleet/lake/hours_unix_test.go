//go:build unix

package lake

import (
	"path/filepath"
	"syscall"
	"testing"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
)

// Records an hour apart are a file each, and one sensor may send thousands of them:
// they are never all open.
func TestHoursAreWrittenInTurn(t *testing.T) {
	const n = 300
	b := batch.NewBuilder("lab", "s1")
	for i := range n {
		r := *corpus.Made(uint64(i))
		r.First = 1e18 + int64(i)*3600e9
		b.Add(&r)
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	few := was
	few.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	err = l.Write([]Entry{{Source: "lab/s1/e", Number: 1, Batch: x}})
	if e := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was); e != nil {
		t.Fatal(e)
	}
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "site=lab", "date=*", "hour=*", "*.parquet")); len(files) != n || l.Files != n || l.Rows != n {
		t.Errorf("%d files, %d counted, %d rows", len(files), l.Files, l.Rows)
	}
	check(t, dir, n)
}
