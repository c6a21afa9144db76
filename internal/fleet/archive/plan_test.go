package archive

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What of a folder is read: captures with a frame in them, each once whatever it is called. What cannot be read is
// named and keeps nothing else out; what is no capture, or has nothing in it yet, is passed over.
func TestWhatOfAFolderIsRead(t *testing.T) {
	dir := t.TempDir()
	names := rotate(t, filepath.Join(dir, "core"), "x", traffic(10), time.Hour)
	body, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"core/copy.pcap": body, "core/begun.pcap": body[:24], "core/new.pcap": nil, "core/notes.txt": []byte("nothing"), "core/broken.pcap": append(body[:24:24], strings.Repeat("\xff", 64)...)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	us, skipped, problems, err := Plan(dir, Shape{Site: "hq"}, nil)
	if err != nil || skipped != 1 || len(us) != 1 || len(us[0].Files) != len(names) {
		t.Errorf("%v, %d skipped, %v", us, skipped, err)
	}
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), "broken.pcap") {
		t.Error(problems)
	}
	if _, _, _, err := Plan(filepath.Join(dir, "nowhere"), Shape{Site: "hq"}, nil); err == nil {
		t.Error("a folder that is not there is no empty one")
	}
}

// A file is known by its length and both of its ends.
func TestFilesAreKnownByTheirContent(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x")
	known := map[string]string{}
	for _, size := range []int64{0, 1, edge - 1, edge, edge + 1, 2*edge - 1, 2 * edge, 3 * edge} {
		for _, at := range []int64{-1, 0, edge - 1, edge, size - 1} {
			b := make([]byte, size)
			if at >= 0 {
				if at >= size {
					continue
				}
				b[at] = 1
			}
			if at == edge && size-at > edge {
				continue // in the middle of a long file nothing is looked at
			}
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			k, err := keyOf(name, size)
			if err != nil {
				t.Fatal(err)
			}
			this := fmt.Sprint(size, " ", min(at, size))
			if other, ok := known[k]; ok && other != this {
				t.Errorf("%s has the key of %s", this, other)
			}
			known[k] = this
		}
	}
}

// Nothing is taken to go on over a silence of a day, nor across sensors; a unit is bounded by files and octets; its
// name is that of what is in it.
func TestUnits(t *testing.T) {
	var fs []File
	for i := range 12 {
		at := int64(i) * int64(time.Hour)
		if i >= 6 {
			at += int64(30 * time.Hour)
		}
		fs = append(fs, File{Path: fmt.Sprint(i), Key: fmt.Sprint("k", i), Size: 100, First: at})
	}
	say := func(s Shape, site, sensor string, read ...int) (out []string, ids []string) {
		s.Site = site
		s.defaults()
		done := make([]bool, len(fs))
		for _, i := range read {
			done[i] = true
		}
		for _, u := range cut(s, sensor, fs, done) {
			var own []string
			for _, f := range u.Files {
				own = append(own, f.Path)
			}
			out = append(out, fmt.Sprintf("%s|%s|%s", strings.Join(u.Before, " "), strings.Join(own, " "), strings.Join(u.After, " ")))
			ids = append(ids, u.ID)
			if u.Seed == 0 || u.Site != site || u.Sensor != sensor || u.Rows != s.Rows {
				t.Errorf("%+v", u)
			}
		}
		return out, ids
	}
	for _, x := range []struct {
		s    Shape
		read []int
		want string
	}{
		{Shape{}, nil, "|0 1 2 3 4 5|; |6 7 8 9 10 11|"},
		{Shape{Files: 4, Ahead: 1}, nil, "|0 1 2 3|4; 1 2 3|4 5|; |6 7 8 9|10; 7 8 9|10 11|"},
		{Shape{Bytes: 250, Ahead: 1}, nil, "|0 1 2|3; 1 2|3 4 5|; |6 7 8|9; 7 8|9 10 11|"},
		{Shape{Gap: 48 * time.Hour, Warm: time.Hour}, nil, "|0 1 2 3 4 5 6 7 8 9 10 11|"},
		{Shape{Ahead: 2, Warm: time.Minute}, []int{2, 3, 6}, "|0 1|2 3; 3|4 5|; 6|7 8 9 10 11|"},
		{Shape{}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, ""},
	} {
		got, ids := say(x.s, "hq", "core", x.read...)
		if s := strings.Join(got, "; "); s != x.want {
			t.Errorf("%+v without %v: %s, want %s", x.s, x.read, s, x.want)
		}
		_, again := say(x.s, "hq", "core", x.read...)
		_, elsewhere := say(x.s, "lab", "core", x.read...)
		_, other := say(x.s, "hq", "edge", x.read...)
		for i := range ids {
			if ids[i] != again[i] || ids[i] == elsewhere[i] || ids[i] == other[i] || i > 0 && ids[i] == ids[i-1] {
				t.Errorf("the name of a unit: %s, %s, %s, %s", ids[i], again[i], elsewhere[i], other[i])
			}
		}
	}
}

// A file that another site's unit read when it was shorter is read from its beginning for this one, and a shorter
// one is no later state of it.
func TestGrownIsOfOneSite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x")
	if err := os.WriteFile(name, make([]byte, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := keyOf(name, 600)
	if err != nil {
		t.Fatal(err)
	}
	k2, err := keyOf(name, 800)
	if err != nil {
		t.Fatal(err)
	}
	taken := &Taken{}
	taken.add(File{Key: k2, Size: 800, First: 5, Frames: 9}, "hq", true)
	taken.add(File{Key: k, Size: 600, First: 5, Frames: 7}, "hq", true)
	for _, x := range []struct {
		site string
		size int64
		want uint64
	}{{"hq", 1000, 9}, {"hq", 801, 9}, {"hq", 800, 7}, {"hq", 600, 0}, {"hq", 500, 0}, {"lab", 1000, 0}} {
		if skip, err := taken.grown(&File{Path: name, Size: x.size, First: 5}, x.site); err != nil || skip != x.want {
			t.Errorf("%s, %d octets: %d frames are behind us, want %d (%v)", x.site, x.size, skip, x.want, err)
		}
	}
	if skip, err := taken.grown(&File{Path: name, Size: 1000, First: 6}, "hq"); err != nil || skip != 0 {
		t.Error(skip, err)
	}
}
