package main

import (
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
	"portero/capture/pcapfile"
)

// TestSavedNames holds that -w keeps the names of interfaces, also where it copies packets while they are read, and that an anonymous
// capture has none.
func TestSavedNames(t *testing.T) {
	in := filepath.Join(t.TempDir(), "in.pcapng")
	out, err := os.Create(in)
	if err != nil {
		t.Fatal(err)
	}
	w, err := pcapfile.NewWriter(out, pcapfile.WriterOptions{Name: func(i int32) string { return []string{"eth0", "wlan0"}[i] }})
	if err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open("../../testdata/completed/in.pcap", pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for b := (capture.Block{}); src.Next(&b) == nil; {
		for i := range b.Frames {
			b.Frames[i].Iface = int32(i % 2)
			if err := w.Write(&b.Frames[i], ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		want [2]string
	}{
		{nil, [2]string{"eth0", "wlan0"}},
		{[]string{"--threads", "2"}, [2]string{"eth0", "wlan0"}},
		{[]string{"-f", "tcp"}, [2]string{"eth0", "wlan0"}},
		{[]string{"--where", "handshake == completed"}, [2]string{"eth0", "wlan0"}},
		{[]string{"--anonymize"}, [2]string{}},
	} {
		saved := filepath.Join(t.TempDir(), "saved.pcapng")
		if code, _, errs := portero(t, append([]string{"read", "-q", "-w", saved, in}, x.args...)...); code != 0 {
			t.Fatal(x.args, code, errs)
		}
		f, err := pcapfile.Open(saved, pcapfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for b := (capture.Block{}); f.Next(&b) == nil; {
		}
		var got [2]string
		for i, it := range f.Interfaces() {
			got[i] = it.Name
		}
		f.Close()
		if got != x.want {
			t.Errorf("%v: %q, want %q", x.args, got, x.want)
		}
	}
}
