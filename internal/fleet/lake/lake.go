// Package lake keeps records as Parquet files in partitions, site=X/date=Y/hour=Z,
// that ClickHouse, DuckDB and Spark read as they are. A batch is in it once or not
// at all, whatever is killed when: files are written under hidden names and
// fsynced, then one small commit file says which batches they hold, then they get
// their names. What a hub left between the last two steps the next one finishes.
//
// Several hubs may write to one lake, on one machine or on a shared file system
// that locks.
package lake

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/spool"
)

// Entry is a batch with its name.
type Entry = batch.Entry

// Lake is one folder of partitions. One goroutine may use it.
type Lake struct {
	dir     string
	workers int
	done    map[string]*ranges
	loaded  map[string]bool                   // commit files that are in done
	snap    time.Time                         // of the snapshot that is in done
	put     func(name string, b []byte) error // writes a commit: spool.WriteFile
	// GroupReads lets the group of the hub read the files too: a store may run as
	// another user.
	GroupReads bool
	// Rows and Files count what was written.
	Rows, Files uint64
}

// commit is what one commit file says.
type commit struct {
	Batches map[string]ranges `json:"batches"`
	Files   []string          `json:"files,omitempty"`
}

const (
	commitDir = "_commits"
	snapshot  = "snapshot.json"
	// mergeAt commit files are merged into the snapshot.
	mergeAt = 256
	orphan  = time.Hour
)

// Open opens the lake in dir, and makes it when it is not there. workers is how
// many goroutines encode.
func Open(dir string, workers int) (*Lake, error) {
	if err := os.MkdirAll(filepath.Join(dir, commitDir), 0o750); err != nil {
		return nil, err
	}
	l := &Lake{dir: dir, workers: max(workers, 1), done: map[string]*ranges{}, loaded: map[string]bool{}, put: spool.WriteFile}
	unlock, err := l.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := l.refresh(); err != nil {
		return nil, err
	}
	return l, l.sweep()
}

func (l *Lake) lock() (func(), error) {
	f, err := spool.Lock(filepath.Join(l.dir, commitDir, "lock"))
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// refresh reads the commits that this process has not seen, and gives files their
// names that their hub did not get to name.
func (l *Lake) refresh() error {
	dir := filepath.Join(l.dir, commitDir)
	if st, err := os.Stat(filepath.Join(dir, snapshot)); err == nil && !st.ModTime().Equal(l.snap) {
		if err := l.read(snapshot); err != nil {
			return err
		}
		l.snap = st.ModTime()
	}
	es, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range es {
		if n := e.Name(); strings.HasSuffix(n, ".json") && n != snapshot && !l.loaded[n] {
			if err := l.read(n); err != nil {
				return err
			}
			l.loaded[n] = true
		}
	}
	return nil
}

func (l *Lake) read(name string) error {
	b, err := os.ReadFile(filepath.Join(l.dir, commitDir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // merged meanwhile
	}
	if err != nil {
		return err
	}
	var c commit
	if err := json.Unmarshal(b, &c); err != nil {
		return fmt.Errorf("%s: the commit file is damaged: %w; move it away to go on: a batch that it names and that comes again is then stored a second time", filepath.Join(l.dir, commitDir, name), err)
	}
	if err := l.name(c.Files); err != nil {
		return err
	}
	l.take(&c)
	return nil
}

func (l *Lake) take(c *commit) {
	for src, rs := range c.Batches {
		have := l.done[src]
		if have == nil {
			have = &ranges{}
			l.done[src] = have
		}
		for _, r := range rs {
			have.add(r[0], r[1])
		}
	}
}

func hidden(final string) string {
	return filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".tmp")
}

// name gives committed files their names; those that have them are left alone.
func (l *Lake) name(files []string) error {
	for _, f := range files {
		final := filepath.Join(l.dir, filepath.FromSlash(f))
		if err := os.Rename(hidden(final), final); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := spool.SyncDir(filepath.Dir(final)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// sweep deletes hidden files that nobody committed for an hour.
func (l *Lake) sweep() error {
	return filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".parquet.tmp") {
			return err
		}
		if st, err := d.Info(); err == nil && time.Since(st.ModTime()) > orphan {
			return os.Remove(path)
		}
		return nil
	})
}

// Has reports whether the lake holds a batch, as far as this process knows.
func (l *Lake) Has(e *Entry) bool {
	r := l.done[e.Source]
	return r != nil && r.has(e.Number)
}

// Write adds batches; those that the lake has are left out. When it returns nil
// all are in it for good.
func (l *Lake) Write(es []Entry) error {
	for range 8 {
		es = slices.DeleteFunc(slices.Clone(es), func(e Entry) bool { return l.Has(&e) })
		if len(es) == 0 {
			return nil
		}
		again, err := l.try(es)
		if err != nil || !again {
			return err
		}
	}
	return errors.New("other hubs keep writing the same batches: is a consumer's acknowledgement time too short?")
}

// try writes es, unless another hub committed one of them meanwhile, or deleted a file.
func (l *Lake) try(es []Entry) (again bool, err error) {
	var id [8]byte
	rand.Read(id[:])
	name := fmt.Sprintf("%d-%s", time.Now().UnixMilli(), hex.EncodeToString(id[:]))
	files, rows, err := l.encode(es, name)
	drop := func() {
		for _, f := range files {
			os.Remove(hidden(f))
		}
	}
	if err != nil {
		drop()
		return false, err
	}
	c := commit{Batches: map[string]ranges{}}
	for _, e := range es {
		r := c.Batches[e.Source]
		r.add(e.Number, e.Number)
		c.Batches[e.Source] = r
	}
	for _, f := range files {
		rel, _ := filepath.Rel(l.dir, f)
		c.Files = append(c.Files, filepath.ToSlash(rel))
	}
	body, err := json.Marshal(&c)
	if err != nil {
		drop()
		return false, err
	}
	unlock, err := l.lock()
	if err != nil {
		drop()
		return false, err
	}
	defer unlock()
	if err := l.refresh(); err != nil {
		drop()
		return false, err
	}
	if slices.ContainsFunc(es, func(e Entry) bool { return l.Has(&e) }) {
		drop()
		return true, nil
	}
	// Another hub takes them for nobody's, and deletes them, where they seem to be old: the
	// clock may have been set on by years since, as where there was none at the start.
	for _, f := range files {
		if _, err := os.Lstat(hidden(f)); errors.Is(err, fs.ErrNotExist) {
			drop()
			return true, nil
		}
	}
	path := filepath.Join(l.dir, commitDir, name+".json")
	if err := l.put(path, body); err != nil {
		// It may be there all the same, where only its folder could not be fsynced: whoever
		// reads it takes the batches as stored, so that their files must be there too.
		if _, e := os.Lstat(path); errors.Is(e, fs.ErrNotExist) {
			drop()
		}
		return false, err
	}
	l.Rows += uint64(rows)
	l.Files += uint64(len(files))
	if err := l.name(c.Files); err != nil {
		return false, err // the commit is not taken as read: who reads it next tries again
	}
	l.loaded[name+".json"] = true
	l.take(&c)
	if len(l.loaded) >= mergeAt {
		return false, l.merge()
	}
	return false, nil
}

// merge puts all commits into the snapshot. The lock is held, and every file has
// its name.
func (l *Lake) merge() error {
	c := commit{Batches: map[string]ranges{}}
	for src, r := range l.done {
		c.Batches[src] = *r
	}
	b, err := json.Marshal(&c)
	if err != nil {
		return err
	}
	path := filepath.Join(l.dir, commitDir, snapshot)
	if err := spool.WriteFile(path, b); err != nil {
		return err
	}
	if st, err := os.Stat(path); err == nil {
		l.snap = st.ModTime()
	}
	for n := range l.loaded {
		if err := os.Remove(filepath.Join(l.dir, commitDir, n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	l.loaded = map[string]bool{}
	return nil
}

// hour is that of a time, in hours since 1970.
func hour(ns uint64) int64 { return floor(int64(ns), 3600e9) }

// path is the partition of a site and an hour.
func partition(site string, h int64) string {
	t := time.Unix(h*3600, 0).UTC()
	return filepath.Join("site="+site, "date="+t.Format("2006-01-02"), "hour="+t.Format("15"))
}

// share is what a partition gets of one batch.
type share struct {
	b    *batch.Batch
	rows []int32
}

// encode writes the files of es under hidden names, and gives their final ones: one
// after the other, because records may be of any number of hours, and an open file
// takes a descriptor and a megabyte.
func (l *Lake) encode(es []Entry, name string) (files []string, rows int, err error) {
	parts := map[string][]share{}
	for _, e := range es {
		first := e.Batch.Times()
		if first == nil {
			return nil, 0, &batch.UnfitError{Source: e.Source, Number: e.Number, Why: batch.ErrNoTimes}
		}
		for h, part := range hours(first) {
			p := partition(e.Batch.Site, h)
			parts[p] = append(parts[p], share{e.Batch, part})
		}
		rows += e.Batch.Rows
	}
	for _, p := range slices.Sorted(maps.Keys(parts)) {
		final := filepath.Join(l.dir, p, name+".parquet")
		files = append(files, final)
		if err := l.fill(final, parts[p]); err != nil {
			return files, 0, fmt.Errorf("%s: %w", final, err)
		}
	}
	return files, rows, nil
}

// fill writes a file under its hidden name, and closes it whatever happens.
func (l *Lake) fill(final string, parts []share) error {
	mode := os.FileMode(0o600)
	if l.GroupReads {
		mode = 0o640
	}
	f, err := create(hidden(final), mode)
	if err != nil {
		return err
	}
	for _, s := range parts {
		if err := f.add(s.b, s.rows, l.workers); err != nil {
			f.f.Close()
			return err
		}
	}
	if err := f.close(); err != nil {
		return err
	}
	return spool.SyncDir(filepath.Dir(final))
}

// hours are the rows of each hour.
func hours(first []uint64) map[int64][]int32 {
	parts := map[int64][]int32{}
	var h int64
	var part []int32
	for i, t := range first {
		x := hour(t)
		if i == 0 || x != h {
			if i > 0 {
				parts[h] = part
			}
			h, part = x, parts[x]
		}
		part = append(part, int32(i))
	}
	if len(first) > 0 {
		parts[h] = part
	}
	return parts
}
