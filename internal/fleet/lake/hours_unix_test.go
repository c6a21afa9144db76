//go:build unix

package lake

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
)

// Records an hour apart are a file each, and one sensor may send thousands of them:
// they are never all open.
func TestHoursAreWrittenInTurn(t *testing.T) {
	const n = 120
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

// Records are their user's, and their group's only where that was asked for.
func TestWhoReadsTheFiles(t *testing.T) {
	for group, want := range map[bool]os.FileMode{false: 0o600, true: 0o640} {
		dir := t.TempDir()
		l, err := Open(dir, 1)
		if err != nil {
			t.Fatal(err)
		}
		l.GroupReads = group
		if err := l.Write([]Entry{{Source: "lab/s1/e", Number: 1, Batch: made(t, "lab", 0, 10)}}); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "site=lab", "date=*", "hour=*", "*.parquet"))
		commits, _ := filepath.Glob(filepath.Join(dir, commitDir, "*.json"))
		if len(files) == 0 || len(commits) == 0 {
			t.Fatalf("%v %v", files, commits)
		}
		for _, name := range files {
			if st, err := os.Stat(name); err != nil || st.Mode().Perm() != want {
				t.Errorf("%s: mode %v, want %v", name, st.Mode(), want)
			}
		}
		if st, err := os.Stat(commits[0]); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", commits[0], st.Mode())
		}
	}
}
