package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/capture/pcapfile"
	"portero/internal/engine"
	"portero/internal/words"
)

// TestChangedBetweenReadings: what reads a capture twice says when it was another one the second time, with exit
// status 3; a capture that goes on is none, and one that lost frames is, also where it ends between two of them.
func TestChangedBetweenReadings(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	const head, first = 24, 24 + 16 + 72 // of the file; where its second frame begins
	second := append(bytes.Clone(whole[:head]), whole[first:]...)
	for name, x := range map[string]struct {
		before, after []byte
		says          string // "" for nothing
	}{
		"the same":           {whole, whole, ""},
		"goes on":            {whole[:first], whole, ""},
		"cut between frames": {whole, whole[:first], "26 frames the first time, 1 the next"},
		"cut within a frame": {whole, whole[:first+8], "26 frames the first time, 1 the next"},
		"goes on from none":  {whole[:head], whole, ""},
		"overwritten":        {second, whole, "25 frames the first time, 26 the next"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.pcap")
			var said bytes.Buffer
			a := &app{in: strings.NewReader(""), out: io.Discard, err: &said, ctx: context.Background()}
			var j *job
			for _, b := range [][]byte{x.before, x.after} {
				if err := os.WriteFile(file, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if j, err = a.open([]string{file}, &readFlags{memory: "64M", threads: 2}, engine.Options{}); err != nil {
					t.Fatal(err)
				}
				if err := a.whole(j); err != nil {
					t.Fatal(err)
				}
			}
			code := status(a.finish(j, false, nil))
			if told := strings.Contains(said.String(), file+": changed while it was read: "+x.says+";"); told != (x.says != "") || (code == exitDamaged) != told {
				t.Errorf("exit status %d, %s", code, &said)
			}
		})
	}
}

// TestFramesThatWent: frames that were found, and are gone when they are to be copied, are told of.
func TestFramesThatWent(t *testing.T) {
	whole, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.pcap")
	if err := os.WriteFile(file, whole[:24+16+72], 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: context.Background()}
	for _, x := range []struct {
		frames map[uint64]bool
		says   string
	}{{map[uint64]bool{1: true}, ""}, {map[uint64]bool{1: true, 3: true}, "1 of 2 frames to be copied are still there"}} {
		w, err := pcapfile.NewWriter(io.Discard, pcapfile.WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := a.copyThose([]string{file}, x.frames, w); n != 1 || err != nil {
			t.Error(n, err)
		}
		if got := a.past.changed; (got != nil) != (x.says != "") || got != nil && !strings.Contains(got.Error(), x.says) {
			t.Errorf("%v: %v", x.frames, got)
		}
	}
	if es := words.Message(words.Spanish, a.past.changed.Error()); !strings.Contains(es, "cambió mientras se leía") {
		t.Error(es)
	}
}
