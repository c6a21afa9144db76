// Package archive reads folders of rotated captures by the share-out of a fleet:
// units of some files of one sensor, which workers on any machine take from one
// queue. A unit reads the files before its own to know what was open, and as many
// after them as its connections need to end, and keeps only the connections that
// began in its own files: so a connection that spans files is one record, units
// depend on nothing but the files, and a unit that is done twice gives the same
// batches, which are stored once.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/internal/fleet/batch"
)

// File is a capture in an archive.
type File struct {
	Path  string `json:"path"`
	Size  int64  `json:"size"`
	Key   string `json:"key"`   // by content: the same file under another name has the same
	First int64  `json:"first"` // time of its first frame, ns
	// Frames is how many a worker has read of it, and Skip how many of those that it
	// has now an earlier unit had read, when it was shorter.
	Frames uint64 `json:"frames,omitempty"`
	Skip   uint64 `json:"skip,omitempty"`
}

// Taken are the files that belong to units already.
type Taken struct {
	keys  map[string]bool
	begun map[int64][]earlier // by the time of the first frame
}

// earlier is a file as a unit took it.
type earlier struct {
	File
	site string
	done bool
}

// Has reports whether a file of this key belongs to a unit.
func (t *Taken) Has(key string) bool { return t != nil && t.keys[key] }

func (t *Taken) add(f File, site string, done bool) {
	if t.keys == nil {
		t.keys, t.begun = map[string]bool{}, map[int64][]earlier{}
	}
	t.keys[f.Key] = true
	t.begun[f.First] = append(t.begun[f.First], earlier{f, site, done})
}

// errGrows is said of a file that has grown since it was queued, and is not read yet.
var errGrows = errors.New("it has grown since it was queued, and has not been read yet: ingest it again when it has")

// grown says how many frames of f an earlier unit of the site has read, when f was shorter.
func (t *Taken) grown(f *File, site string) (skip uint64, err error) {
	if t == nil {
		return 0, nil
	}
	for _, e := range t.begun[f.First] {
		if e.Size >= f.Size || e.site != site {
			continue
		}
		k, err := keyOf(f.Path, e.Size)
		if err != nil {
			return 0, err
		}
		if k != e.Key { // another capture that began at the same time
			continue
		}
		if !e.done {
			return 0, fmt.Errorf("%s: %w", f.Path, errGrows)
		}
		skip = max(skip, e.Frames)
	}
	return skip, nil
}

// keyOf is the key of the first octets of a file.
func keyOf(path string, size int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return key(f, size)
}

// Unit is what one worker reads at a time.
type Unit struct {
	ID     string   `json:"id"`
	Site   string   `json:"site"`
	Sensor string   `json:"sensor"`
	Files  []File   `json:"files"`
	Rows   int      `json:"rows"` // of a batch; with it every try makes the same ones
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
	// Seed is that of the hash of connections. Nobody who wrote the captures knows it,
	// and every try has the same: when memory runs out it decides who has to go.
	Seed uint64 `json:"seed,omitempty"`
}

// Shape says how an archive is cut.
type Shape struct {
	Site  string
	Files int           // of a unit at most
	Rows  int           // of a batch at most
	Bytes int64         // of a unit, about
	Warm  time.Duration // of the capture before a unit's own files that is read too, but no more octets than Bytes
	Ahead int           // files that may be read after them
	Gap   time.Duration // a silence after which nothing is taken to go on
}

func (s *Shape) defaults() {
	if s.Files <= 0 {
		s.Files = 512
	}
	if s.Rows <= 0 {
		s.Rows = 8192
	}
	s.Rows = min(s.Rows, batch.MaxRows)
	if s.Bytes <= 0 {
		s.Bytes = 4 << 30
	}
	if s.Warm <= 0 {
		s.Warm = 130 * time.Minute
	}
	if s.Ahead <= 0 {
		s.Ahead = mostAround
	}
	if s.Gap <= 0 {
		s.Gap = 24 * time.Hour
	}
}

// edge is how much of each end of a file its key covers.
const edge = 64 << 10

// key is a name for what the first octets of a file hold: how many they are, and a hash
// of both ends.
func key(f *os.File, size int64) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, size)
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, min(edge, size))); err != nil {
		return "", err
	}
	if size > edge {
		at := max(edge, size-edge)
		if _, err := io.Copy(h, io.NewSectionReader(f, at, size-at)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// look opens a capture to learn when it begins.
func look(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	x := File{Path: path, Size: st.Size()}
	if x.Key, err = key(f, x.Size); err != nil {
		return x, err
	}
	c, err := pcapfile.Open(path, pcapfile.Options{})
	if err != nil {
		return x, err
	}
	defer c.Close()
	var b capture.Block
	if err := c.Next(&b); err != nil {
		if errors.Is(err, io.EOF) {
			return x, errEmpty
		}
		return x, err
	}
	x.First = b.Frames[0].Time
	return x, nil
}

var errEmpty = errors.New("no frame in it")

var (
	// counted is what counts and dates a file at the end of its name. T and Z are of a
	// date only behind a digit: DMZ and HOST are names.
	counted = regexp.MustCompile(`(?:[-_:]|[0-9]+(?:T[0-9]+)*Z?)*$`)
	// stamp is a count or a date before that end. A shorter number is of the name:
	// web01-front and web02-front are two sensors.
	stamp = regexp.MustCompile(`(?:[0-9]{5,}|(?:19|20)[0-9]{2}[-_][0-9]{2}[-_][0-9]{2})(?:[-_:T]*[0-9]+)*Z?`)
)

// SensorOf is whose a capture is: the folder it lies in below dir, or for files of
// dir itself their name without what counts and dates them.
func SensorOf(dir, path string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil {
		rel = filepath.Base(path)
	}
	s := filepath.ToSlash(filepath.Dir(rel))
	if s == "." {
		s = filepath.Base(rel)
		if i := strings.IndexByte(s, '.'); i > 0 {
			s = s[:i]
		}
		s = s[:counted.FindStringIndex(s)[0]]
		if at := stamp.FindStringIndex(s); at != nil {
			if before := strings.TrimRight(s[:at[0]], "-_"); before != "" {
				s = before
			} else {
				s = strings.TrimLeft(s[at[1]:], "-_")
			}
		}
	}
	s = strings.Map(func(r rune) rune {
		if r < 128 && batch.ValidName(string(r)) {
			return r
		}
		return '-'
	}, s)
	if s = strings.Trim(s, "-"); s == "" {
		return "archive"
	}
	return s[:min(len(s), 64)]
}

// Plan cuts the captures below dir into units. taken are the files that belong to a
// unit already; problems are the files that cannot be read.
func Plan(dir string, s Shape, taken *Taken) (us []Unit, skipped int, problems []error, err error) {
	s.defaults()
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, 0, nil, err
	}
	series := map[string][]File{}
	seen := map[string]bool{}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == dir {
				return err
			}
			problems = append(problems, err)
			return nil
		}
		if !d.Type().IsRegular() || !pcapfile.IsCapture(path) {
			return nil
		}
		f, err := look(path)
		if errors.Is(err, errEmpty) {
			return nil
		}
		if err != nil {
			problems = append(problems, err)
			return nil
		}
		if seen[f.Key] {
			skipped++
			return nil
		}
		seen[f.Key] = true
		if !taken.Has(f.Key) {
			if f.Skip, err = taken.grown(&f, s.Site); err != nil {
				problems = append(problems, err)
				return nil
			}
		}
		name := SensorOf(dir, path)
		series[name] = append(series[name], f)
		return nil
	})
	if err != nil {
		return nil, 0, nil, err
	}
	var names []string
	for n := range series {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fs := series[n]
		sort.SliceStable(fs, func(i, j int) bool { return fs[i].First < fs[j].First })
		read := make([]bool, len(fs))
		for i := range fs {
			if read[i] = taken.Has(fs[i].Key); read[i] {
				skipped++
			}
		}
		us = append(us, cut(s, n, fs, read)...)
	}
	return us, skipped, problems, nil
}

// mostAround is how many files before and after its own a unit may name.
const mostAround = 1024

// cut makes the units of one sensor's files, which are in order of time.
func cut(s Shape, sensor string, fs []File, read []bool) (us []Unit) {
	near := func(i int) bool { return fs[i].First-fs[i-1].First <= int64(s.Gap) }
	for i := 0; i < len(fs); {
		if read[i] {
			i++
			continue
		}
		u := Unit{Site: s.Site, Sensor: sensor, Rows: s.Rows, Seed: rand.Uint64() | 1}
		start, size := i, int64(0)
		for i < len(fs) && !read[i] && len(u.Files) < s.Files && (size < s.Bytes || len(u.Files) == 0) && (i == start || near(i)) {
			u.Files = append(u.Files, fs[i])
			size += fs[i].Size
			i++
		}
		// By time, because what is silent is: a SYN is repeated for two minutes, a
		// keep-alive comes every two hours. And never more than a unit's worth, so that
		// no archive is read more than about twice.
		warm := int64(0)
		for j := start; j > 0 && near(j) && len(u.Before) < mostAround; j-- {
			warm += fs[j-1].Size
			if far := fs[start].First-fs[j].First > int64(s.Warm); (far || warm > s.Bytes) && j < start {
				break
			}
			u.Before = append(u.Before, fs[j-1].Path)
		}
		slices.Reverse(u.Before)
		for j := i; j < len(fs) && j-i < s.Ahead && near(j); j++ {
			u.After = append(u.After, fs[j].Path)
		}
		h := sha256.New()
		fmt.Fprintln(h, u.Site, u.Sensor)
		for _, f := range u.Files {
			fmt.Fprintln(h, f.Key)
		}
		u.ID = hex.EncodeToString(h.Sum(nil)[:12])
		us = append(us, u)
	}
	return us
}
