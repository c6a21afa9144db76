package lake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/spool"
	"portero/internal/record"
)

func made(t testing.TB, site string, from, n int) *batch.Batch {
	t.Helper()
	b := batch.NewBuilder(site, "s1")
	for i := range n {
		b.Add(corpus.Made(uint64(from + i)))
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// ids counts how often each record id is in a lake.
func ids(t testing.TB, dir string) map[int64]int {
	t.Helper()
	got := map[int64]int{}
	files, _ := filepath.Glob(filepath.Join(dir, "site=*", "date=*", "hour=*", "*.parquet"))
	for _, name := range files {
		for _, row := range rows(t, name) {
			got[row["id"].(int64)]++
		}
	}
	return got
}

func rows(t testing.TB, name string) (out []map[string]any) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := parquet.NewReader(f)
	defer r.Close()
	paths := r.Schema().Columns()
	buf := make([]parquet.Row, 64)
	for {
		n, err := r.ReadRows(buf)
		for _, row := range buf[:n] {
			m := map[string]any{}
			for _, v := range row {
				name := paths[v.Column()][0]
				switch {
				case v.IsNull():
				case len(paths[v.Column()]) > 1 && v.Kind() == parquet.Int64:
					list, _ := m[name].([]string)
					m[name] = append(list, fmt.Sprint(v.Int64()))
				case len(paths[v.Column()]) > 1:
					list, _ := m[name].([]string)
					m[name] = append(list, string(v.ByteArray()))
				case v.Kind() == parquet.Int64:
					m[name] = v.Int64()
				case v.Kind() == parquet.Boolean:
					m[name] = v.Boolean()
				default:
					m[name] = string(v.ByteArray())
				}
			}
			out = append(out, m)
		}
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestEveryFieldIsInTheFile(t *testing.T) {
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	b := batch.NewBuilder("lab", "s-9")
	for i := range rs {
		rs[i].ID = uint64(i + 1)
		b.Add(&rs[i])
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l, err := Open(dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Write([]Entry{{Source: "lab/s-9/e", Number: 1, Batch: x}}); err != nil {
		t.Fatal(err)
	}
	found, lists := 0, 0
	files, _ := filepath.Glob(filepath.Join(dir, "site=lab", "date=2026-*", "hour=??", "*.parquet"))
	for _, name := range files {
		for _, row := range rows(t, name) {
			r := &rs[row["id"].(int64)-1]
			found++
			for _, f := range record.Schema() {
				v := row[f.Name]
				got := ""
				switch batch.KindOf(f.Kind) {
				case batch.Uint:
					if v != nil {
						got = fmt.Sprint(v)
					}
				case batch.Nanos:
					if v != nil {
						got = string(record.Micros(nil, v.(int64)))
					}
				case batch.Time:
					ns := row[f.Name+"_ns"].(int64)
					got = string(record.AppendTime(nil, ns))
					if v != ns/1000 {
						t.Errorf("%s of %d: %v microseconds, but %d ns", f.Name, r.ID, v, ns)
					}
				case batch.Bool:
					if v != nil {
						got = fmt.Sprint(v)
					}
				case batch.Text:
					if v != nil {
						if got = fmt.Sprintf("%s", v); got == "" {
							t.Errorf("%s of %d: an empty text, and not none", f.Name, r.ID)
						}
					}
				case batch.Texts, batch.Uints:
					var words []string
					if f.Words != nil {
						words = f.Words(r)
					}
					if f.Ints != nil {
						for _, n := range f.Ints(r) {
							words = append(words, fmt.Sprint(n))
						}
					}
					if list, _ := v.([]string); !slices.Equal(list, words) {
						t.Errorf("%s of %d: %q, want %q", f.Name, r.ID, list, words)
					}
					lists += len(words)
					continue
				}
				want := ""
				if f.Kind == record.KindRisks {
					if (len(r.Risks) > 0) != (got != "") {
						t.Errorf("risks of %d: %q", r.ID, got)
					}
					continue
				} else if f.Text != nil {
					want = string(f.Text(nil, r))
				}
				if got != want {
					t.Errorf("%s of %d: %q, want %q (%T)", f.Name, r.ID, got, want, v)
				}
			}
			if fmt.Sprintf("%s", row["sensor"]) != "s-9" {
				t.Errorf("sensor %v", row["sensor"])
			}
		}
	}
	if found != len(rs) || lists < 100 {
		t.Errorf("%d records of %d in %v, %d elements of lists", found, len(rs), files, lists)
	}
}

// Several hubs, copies of batches, and a hub that dies at each step: every record
// once.
func TestOnceWhateverHappens(t *testing.T) {
	dir := t.TempDir()
	var batches []Entry
	for i := range 24 {
		batches = append(batches, Entry{Source: fmt.Sprintf("lab/s%d/e", i%3), Number: uint64(i/3 + 1), Batch: made(t, "lab", i*100, 100)})
	}
	var wg sync.WaitGroup
	for hub := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(uint64(hub), 7))
			for range 4 {
				l, err := Open(dir, 1) // a hub that is started again
				if err != nil {
					t.Error(err)
					return
				}
				for range 4 {
					var es []Entry
					for range 6 {
						es = append(es, batches[rng.IntN(len(batches))])
					}
					seen := map[string]bool{}
					var once []Entry
					for _, e := range es {
						if k := fmt.Sprint(e.Source, e.Number); !seen[k] {
							seen[k] = true
							once = append(once, e)
						}
					}
					if err := l.Write(once); err != nil {
						t.Error(err)
					}
				}
			}
		}()
	}
	wg.Wait()
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Write(batches); err != nil {
		t.Fatal(err)
	}
	check(t, dir, 2400)
	if err := l.merge(); err != nil {
		t.Fatal(err)
	}
	if l, err = Open(dir, 1); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(batches); err != nil {
		t.Fatal(err)
	}
	check(t, dir, 2400)
}

func check(t *testing.T, dir string, want int) {
	t.Helper()
	got := ids(t, dir)
	repeated := 0
	for _, n := range got {
		if n > 1 {
			repeated++
		}
	}
	if len(got) != want || repeated > 0 {
		t.Fatalf("%d records of %d, %d of them more than once", len(got), want, repeated)
	}
}

func TestAHubThatDiesHalfway(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Source: "lab/s/e", Number: 1, Batch: made(t, "lab", 0, 50)}
	if err := l.Write([]Entry{e}); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "site=*", "*", "*", "*.parquet"))
	// After the commit, before the name: the next hub finishes.
	for _, f := range files {
		os.Rename(f, hidden(f))
	}
	if l, err = Open(dir, 1); err != nil || l.Write([]Entry{e}) != nil {
		t.Fatal(err)
	}
	check(t, dir, 50)
	// Before the commit: the hidden files are nobody's, and go after an hour.
	stray := hidden(filepath.Join(filepath.Dir(files[0]), "x.parquet"))
	os.WriteFile(stray, []byte("half"), 0o600)
	if _, err := Open(dir, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); err != nil {
		t.Error("a hidden file of a hub that may be at work was deleted")
	}
	old := time.Now().Add(-2 * orphan)
	os.Chtimes(stray, old, old)
	if _, err := Open(dir, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); err == nil {
		t.Error("a hidden file of two hours ago is still there")
	}
}

// A file that cannot get its name, as on a full disk, is not forgotten: the batch is not
// acknowledged before it has one.
func TestANameThatCannotBeGiven(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	unlock, err := l.lock() // so that it waits before the commit
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Source: "lab/s/e", Number: 1, Batch: made(t, "lab", 0, 50)}
	result := make(chan error, 1)
	go func() { result <- l.Write([]Entry{e}) }()
	var inTheWay []string
	for until := time.Now().Add(10 * time.Second); len(inTheWay) == 0 && time.Now().Before(until); time.Sleep(time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(dir, "site=*", "*", "*", ".*.parquet.tmp"))
		for _, f := range files {
			final := strings.TrimSuffix(filepath.Join(filepath.Dir(f), filepath.Base(f)[1:]), ".tmp")
			if err := os.MkdirAll(filepath.Join(final, "x"), 0o700); err != nil {
				t.Fatal(err)
			}
			inTheWay = append(inTheWay, final)
		}
	}
	unlock()
	if err := <-result; err == nil || len(inTheWay) == 0 {
		t.Fatalf("%v: %v in the way", err, inTheWay)
	}
	for range 2 { // the batch comes again and again
		if l.Write([]Entry{e}) == nil {
			t.Error("a batch is acknowledged whose file has no name")
		}
	}
	for _, f := range inTheWay {
		os.RemoveAll(f)
	}
	if err := l.Write([]Entry{e}); err != nil {
		t.Fatal(err)
	}
	check(t, dir, 50)
	if hidden, _ := filepath.Glob(filepath.Join(dir, "site=*", "*", "*", ".*.tmp")); len(hidden) > 0 {
		t.Errorf("%v are left", hidden)
	}
}

// Where a commit is there though writing it is said to have failed, as when its folder could not be fsynced, what it
// names is there too. One that is not there leaves nothing behind.
func TestACommitThatIsSaidToHaveFailed(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Source: "lab/s/e", Number: 1, Batch: made(t, "lab", 0, 50)}
	full := errors.New("no space left on device")
	l.put = func(string, []byte) error { return full }
	if err := l.Write([]Entry{e}); !errors.Is(err, full) {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "site=*", "*", "*", ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	l.put = func(name string, b []byte) error { return errors.Join(spool.WriteFile(name, b), full) }
	if err := l.Write([]Entry{e}); !errors.Is(err, full) {
		t.Fatal(err)
	}
	l.put = spool.WriteFile
	if err := l.Write([]Entry{e}); err != nil { // the batch comes again
		t.Fatal(err)
	}
	check(t, dir, 50)
}

// However long a lake is written to, its commits stay few, and what they say is not lost.
func TestCommitsAreMerged(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, commitDir), 0o700); err != nil {
		t.Fatal(err)
	}
	var es []Entry
	for i := range mergeAt - 5 { // of a hub before
		es = append(es, Entry{Source: fmt.Sprint("lab/s/", i%7), Number: uint64(i)})
		body, _ := json.Marshal(&commit{Batches: map[string]ranges{es[i].Source: {{es[i].Number, es[i].Number}}}})
		if err := os.WriteFile(filepath.Join(dir, commitDir, fmt.Sprint(i, "-x.json")), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	const more = 12
	for i := range more {
		es = append(es, Entry{Source: "lab/s/e", Number: uint64(i), Batch: made(t, "lab", i, 1)})
		if err := l.Write(es); err != nil {
			t.Fatal(err)
		}
	}
	if names, _ := filepath.Glob(filepath.Join(dir, commitDir, "*.json")); len(names) > 12 || len(l.loaded) > 12 {
		t.Errorf("%d commit files, %d to be merged", len(names), len(l.loaded))
	}
	other, err := Open(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Write(es); err != nil || other.Files != 0 || l.Rows != more {
		t.Errorf("%v: %d files written again, %d rows before", err, other.Files, l.Rows)
	}
	check(t, dir, more)
	// They are merged again and again.
	for range 3 {
		if other, err = Open(dir, 1); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(other.Write(es), other.merge()); err != nil || other.Files != 0 {
			t.Errorf("%v: %d files written again", err, other.Files)
		}
	}
	check(t, dir, more)
	// A commit that cannot be read is an error: nobody knows what is there.
	if err := os.WriteFile(filepath.Join(dir, commitDir, "1-x.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, 1); err == nil || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "move it away") {
		t.Error(err)
	}
	// As that says: without it the lake goes on, and has what the others say.
	if err := os.Rename(filepath.Join(dir, commitDir, "1-x.json"), filepath.Join(t.TempDir(), "x")); err != nil {
		t.Fatal(err)
	}
	if other, err = Open(dir, 1); err != nil || other.Write(es) != nil || other.Files != 0 {
		t.Errorf("%v: %d files written again", err, other.Files)
	}
}

func TestRanges(t *testing.T) {
	var r ranges
	if r.add(5, 3); len(r) != 0 || r.has(4) { // as a commit file may say that is none of ours
		t.Errorf("%v", r)
	}
	have := map[uint64]bool{}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lo := rng.Uint64N(500)
		hi := lo + rng.Uint64N(4)
		r.add(lo, hi)
		for n := lo; n <= hi; n++ {
			have[n] = true
		}
		for i := range r {
			if i > 0 && r[i][0] <= r[i-1][1]+1 {
				t.Fatalf("%v", r)
			}
		}
	}
	for n := range uint64(510) {
		if r.has(n) != have[n] {
			t.Fatalf("%d: %v", n, r.has(n))
		}
	}
}

// A column without any value is as one that is not there.
func TestEmptyColumnsAreMissing(t *testing.T) {
	rows := []int32{0, 3, 4}
	for i := range columns {
		c := &columns[i]
		b := made(t, "lab", 0, 5)
		x := b.Column(c.name)
		if x == nil || c.kind == batch.Text || c.kind == batch.Texts || c.kind == batch.Uints {
			continue
		}
		x.Nums, x.Null, x.Empty = nil, nil, true
		got := values(nil, b, c, rows)
		x.Name = "gone"
		if want := values(nil, b, c, rows); len(got) != len(rows) || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: %v, want %v", c.name, got, want)
		}
	}
}
