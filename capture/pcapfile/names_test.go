package pcapfile

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
)

// Who copies frames of several captures calls their interfaces as these do, and an interface that two of them
// describe is one.
func TestNamesAreCopied(t *testing.T) {
	var names []string
	for i, called := range [][]string{{"eth0", "wlan0"}, {"wlan0", ""}} {
		var b bytes.Buffer
		w, err := NewWriter(&b, WriterOptions{Name: func(iface int32) string { return called[iface] }})
		if err != nil {
			t.Fatal(err)
		}
		for iface := range called {
			f := capture.Frame{Data: make([]byte, 60), WireLen: 60, Time: int64(i), Iface: int32(iface), Link: 1}
			if err := w.Write(&f, ""); err != nil {
				t.Fatal(err)
			}
		}
		names = append(names, filepath.Join(t.TempDir(), "in.pcapng"))
		if err := os.WriteFile(names[i], b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set, err := OpenAll(names, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	var out bytes.Buffer
	w, err := NewWriter(&out, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w.CopyNames(set)
	var b capture.Block
	for set.Next(&b) == nil {
		for i := range b.Frames {
			if err := w.Write(&b.Frames[i], ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	f, err := NewReader(&out, "copy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var from []string
	for f.Next(&b) == nil {
		for _, fr := range b.Frames {
			from = append(from, f.Interfaces()[fr.Iface].Name)
		}
	}
	if want := []string{"eth0", "wlan0", "wlan0", ""}; len(from) != 4 || from[0] != want[0] || from[1] != want[1] || from[2] != want[2] || from[3] != want[3] || len(f.Interfaces()) != 3 {
		t.Errorf("frames are of %q, and there are %d interfaces", from, len(f.Interfaces()))
	}
}
