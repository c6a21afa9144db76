package lake

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
)

// at is a batch of records that began at the given times.
func at(t *testing.T, times ...int64) *batch.Batch {
	t.Helper()
	b := batch.NewBuilder("lab", "s1")
	for i, ns := range times {
		r := *corpus.Made(uint64(i))
		r.First, r.Last = ns, ns+1
		b.Add(&r)
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func opened(t *testing.T, workers int) (*Lake, string) {
	t.Helper()
	dir := t.TempDir()
	l, err := Open(dir, workers)
	if err != nil {
		t.Fatal(err)
	}
	return l, dir
}

// Clocks are wrong: what is from before 1970 is in the hour and the microsecond that it
// began in, as what is from after. A lake that was told of no workers has one.
func TestTimesBefore1970(t *testing.T) {
	l, dir := opened(t, 0)
	times := []int64{-1, -1000, -3600e9, -3600e9 - 1, 0, 999}
	if err := l.Write([]Entry{{Source: "lab/s1/e", Number: 1, Batch: at(t, times...)}}); err != nil {
		t.Fatal(err)
	}
	for where, want := range map[string]string{
		"date=1969-12-31/hour=22": "-3600000000001:-3600000001",
		"date=1969-12-31/hour=23": "-1:-1 -1000:-1 -3600000000000:-3600000000",
		"date=1970-01-01/hour=00": "0:0 999:0",
	} {
		files, _ := filepath.Glob(filepath.Join(dir, "site=lab", filepath.FromSlash(where), "*.parquet"))
		var got []string
		for _, f := range files {
			for _, row := range rows(t, f) {
				got = append(got, fmt.Sprintf("%v:%v", row["first_ns"], row["first"]))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", where, got, want)
		}
	}
}

// What another version calls by the name of a field, and is of another kind, is left out:
// its values would be read as what they are not. A time that is missing is 0.
func TestAColumnOfAnotherKind(t *testing.T) {
	l, dir := opened(t, 1)
	b := at(t, 5, 6)
	b.Column("last").Name = "gone"
	b.Column("orig_pkts").Kind = batch.Nanos
	if err := l.Write([]Entry{{Source: "lab/s1/e", Number: 1, Batch: b}}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "site=lab", "*", "*", "*.parquet"))
	for _, f := range files {
		for _, row := range rows(t, f) {
			if row["last"] != int64(0) || row["last_ns"] != int64(0) || row["orig_pkts"] != nil || row["resp_pkts"] == nil {
				t.Errorf("%v %v %v %v", row["last"], row["last_ns"], row["orig_pkts"], row["resp_pkts"])
			}
		}
	}
	if len(files) != 1 {
		t.Errorf("%v", files)
	}
}

// A file holds its rows in groups of a bounded size, and small batches share one.
func TestRowGroups(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	f, err := create(name, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	b := at(t, 1, 2)
	for _, rows := range []int{0, 2, rowGroupRows - 2, 2} { // as if there were so many
		f.rows = rows
		if err := f.add(b, []int32{0, 1}, 1); err != nil {
			t.Fatal(err)
		}
	}
	if f.rows != 4 {
		t.Errorf("%d rows counted in the open group", f.rows)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	st, _ := r.Stat()
	p, err := parquet.OpenFile(r, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	if gs := p.RowGroups(); len(gs) != 2 || gs[0].NumRows() != 6 || gs[1].NumRows() != 2 {
		t.Errorf("%d groups of rows", len(gs))
	}
}

// What is in the lake already, or cannot be encoded, leaves nothing behind.
func TestNothingIsLeftBehind(t *testing.T) {
	l, dir := opened(t, 1)
	e := Entry{Source: "lab/s1/e", Number: 1, Batch: at(t, int64(time.Hour), 3*int64(time.Hour))}
	inTheWay := filepath.Join(dir, "site=lab", "date=1970-01-01", "hour=03")
	if err := os.MkdirAll(filepath.Dir(inTheWay), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	left := func() (n int) {
		for _, p := range []string{"site=*/*/*/*", "site=*/*/*/.*.tmp", "_commits/*.json"} {
			names, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(p)))
			n += len(names)
		}
		return n
	}
	if err := l.Write([]Entry{e}); err == nil || left() != 0 {
		t.Errorf("%v: %d files are left", err, left())
	}
	os.Remove(inTheWay)
	if err := l.Write([]Entry{e}); err != nil || left() != 3 {
		t.Errorf("%v: %d files, want two of records and a commit", err, left())
	}
	if err := l.Write([]Entry{e}); err != nil || left() != 3 {
		t.Errorf("%v: %d files after a copy", err, left())
	}
	// What does not say when its connections began would be nowhere, and is not taken for stored.
	e = Entry{Source: "lab/s1/e", Number: 2, Batch: at(t, 1)}
	e.Batch.Column("first").Name = "gone"
	if err := l.Write([]Entry{e}); !errors.As(err, new(*batch.UnfitError)) || left() != 3 {
		t.Errorf("%v: %d files", err, left())
	}
}

// Where the clock is set on while a hub writes, another that starts deletes its hidden
// files as old ones. They are written again: a commit without its files would lose them.
func TestTheClockIsSetOnWhileAHubWrites(t *testing.T) {
	l, dir := opened(t, 1)
	unlock, err := l.lock() // so that it waits before the commit
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Source: "lab/s1/e", Number: 1, Batch: made(t, "lab", 0, 50)}
	result := make(chan error, 1)
	go func() { result <- l.Write([]Entry{e}) }()
	hiddenFiles := func() []string {
		files, _ := filepath.Glob(filepath.Join(dir, "site=*", "*", "*", ".*.parquet.tmp"))
		return files
	}
	swept := 0
	for until := time.Now().Add(time.Minute); swept == 0 && time.Now().Before(until); time.Sleep(time.Millisecond) {
		files := hiddenFiles()
		for _, f := range files {
			old := time.Now().Add(-2 * orphan)
			if err := os.Chtimes(f, old, old); err != nil {
				t.Fatal(err)
			}
		}
		if len(files) > 0 {
			if err := l.sweep(); err != nil { // as another does, with the lock
				t.Fatal(err)
			}
			swept = len(files) - len(hiddenFiles()) // one that was just written to is not old
		}
	}
	unlock()
	if err := <-result; err != nil || swept == 0 {
		t.Fatalf("%v; %d files were deleted", err, swept)
	}
	check(t, dir, 50)
}
