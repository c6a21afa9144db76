package recorder

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

var le = binary.LittleEndian

// Files names the files of one recording and keeps the newest ones. Without
// rotation there is one, called Path; with it they are called as dumpcap calls
// them, PATH_00001_20060102150405.EXT, which sorts by age.
type Files struct {
	Path string
	// Many says that there is going to be more than one file.
	Many bool
	// Keep is how many are kept, 0 all, those of earlier recordings with the same Path
	// among them: the oldest is removed for a new one.
	Keep int
	// Create makes a file that is not there yet.
	Create func(path string) (*os.File, error)

	made int
	kept []string
}

const stamp = "20060102150405"

// earlier lists the files of earlier recordings, the oldest first, without name.
func (f *Files) earlier(name string) []string {
	ext := filepath.Ext(f.Path)
	base := filepath.Base(strings.TrimSuffix(f.Path, ext))
	is := regexp.MustCompile("^" + regexp.QuoteMeta(base) + `_(\d{5,})_(\d{14})` + regexp.QuoteMeta(ext) + "$")
	es, err := os.ReadDir(filepath.Dir(f.Path))
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range es {
		p := filepath.Join(filepath.Dir(f.Path), e.Name())
		if is.MatchString(e.Name()) && e.Type().IsRegular() && filepath.Clean(p) != filepath.Clean(name) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b string) int {
		x, y := is.FindStringSubmatch(filepath.Base(a)), is.FindStringSubmatch(filepath.Base(b))
		return cmp.Or(cmp.Compare(x[2], y[2]), cmp.Compare(len(x[1]), len(y[1])), cmp.Compare(x[1], y[1]))
	})
	return found
}

// Next creates the next file.
func (f *Files) Next(now time.Time) (*os.File, string, error) {
	f.made++
	name := f.Path
	if f.Many || f.made > 1 {
		ext := filepath.Ext(name)
		name = fmt.Sprintf("%s_%05d_%s%s", strings.TrimSuffix(name, ext), f.made, now.Format(stamp), ext)
	}
	// A file that was moved out of the way may be made anew under its own name.
	if !f.Many && f.made > 1 {
		if _, err := os.Lstat(f.Path); os.IsNotExist(err) {
			name = f.Path
		}
	}
	file, err := f.Create(name)
	if err != nil {
		f.made--
		return nil, "", err
	}
	if f.Keep > 0 && f.made == 1 {
		f.kept = f.earlier(name)
	}
	f.kept = append(f.kept, name)
	for f.Keep > 0 && len(f.kept) > f.Keep {
		// Gone already is as good.
		if err := os.Remove(f.kept[0]); err != nil && !os.IsNotExist(err) {
			file.Close()
			return nil, "", err
		}
		f.kept = f.kept[1:]
	}
	if f.Keep == 0 {
		f.kept = nil
	}
	return file, name, nil
}
