package recorder

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
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
	// Keep is how many are kept, 0 all: the oldest is removed for a new one.
	Keep int
	// Create makes a file that is not there yet.
	Create func(path string) (*os.File, error)

	made int
	kept []string
}

// Next creates the next file.
func (f *Files) Next(now time.Time) (*os.File, string, error) {
	f.made++
	name := f.Path
	if f.Many || f.made > 1 {
		ext := filepath.Ext(name)
		name = fmt.Sprintf("%s_%05d_%s%s", strings.TrimSuffix(name, ext), f.made, now.Format("20060102150405"), ext)
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
